// Trains a small character-level language model on text.txt of the input folder and leaves model.json, sample.txt and
// metrics.json in the output folder. No dependencies; the same text and seed give the same bytes.
//
//   AICCHAIN_INPUT_DIR=in AICCHAIN_OUTPUT_DIR=out node char-lm.mjs --steps 400 --seed 1
//
// The model: the last CONTEXT characters, each embedded in EMBED numbers, one hidden layer of tanh, softmax over the
// alphabet. Trained with Adam on the mean cross entropy (in nats) of BATCH random places of the text.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const CONTEXT = 8;
const EMBED = 12;
const HIDDEN = 64;
const BATCH = 64;
const MOST_CHARACTERS = 96;
const RATE = 0.004;

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '600' },
    seed: { type: 'string', default: '1' },
    sample: { type: 'string', default: '400' },
  },
});
const steps = Number(values.steps);
const random = generator(Number(values.seed));

const text = readFileSync(join(process.env.AICCHAIN_INPUT_DIR ?? '.', 'text.txt'), 'utf8');
const alphabet = alphabetOf(text);
const codes = encode(text);
if (codes.length <= CONTEXT + 1) {
  console.error(`text.txt has ${codes.length} characters, fewer than ${CONTEXT + 2}`);
  process.exit(2);
}

const IN = CONTEXT * EMBED;
const OUT = alphabet.length;
const model = {
  embed: normal(OUT * EMBED, 1),
  w1: normal(IN * HIDDEN, 1 / Math.sqrt(IN)),
  b1: new Float32Array(HIDDEN),
  w2: normal(HIDDEN * OUT, 0.1 / Math.sqrt(HIDDEN)),
  b2: new Float32Array(OUT),
};
const optimizer = Object.fromEntries(
  Object.entries(model).map(([name, w]) => [
    name,
    { gradient: new Float32Array(w.length), m: new Float32Array(w.length), v: new Float32Array(w.length) },
  ]),
);

const x = new Float32Array(IN);
const hidden = new Float32Array(HIDDEN);
const logits = new Float32Array(OUT);
const dx = new Float32Array(IN);
const dHidden = new Float32Array(HIDDEN);

const smooth = { loss: 0, weight: 0 };
let lossFirst = 0;
for (let step = 1; step <= steps; step++) {
  const loss = trainStep(step);
  if (step === 1) lossFirst = loss;
  smooth.loss = 0.95 * smooth.loss + 0.05 * loss;
  smooth.weight = 0.95 * smooth.weight + 0.05;
  if (step === 1 || step % 25 === 0)
    console.log(JSON.stringify({ step, loss: rounded(smooth.loss / smooth.weight), progress: step / steps }));
}
write();

/** One step of Adam on a batch; the mean loss of the batch before it. */
function trainStep(step) {
  for (const { gradient } of Object.values(optimizer)) gradient.fill(0);
  let loss = 0;
  for (let b = 0; b < BATCH; b++) {
    const at = CONTEXT + Math.floor(random() * (codes.length - CONTEXT));
    loss += forward(codes, at, codes[at]);
    backward(codes, at, codes[at]);
  }
  const rate = RATE * Math.min(1, step / 20) * (1 - 0.9 * (step / steps));
  for (const [name, weights] of Object.entries(model)) adam(weights, optimizer[name], rate, step);
  return loss / BATCH;
}

/** Loss of predicting `target` from the characters before `at`; leaves the probabilities in `logits`. */
function forward(source, at, target) {
  for (let i = 0; i < CONTEXT; i++) {
    const from = source[at - CONTEXT + i] * EMBED;
    for (let e = 0; e < EMBED; e++) x[i * EMBED + e] = model.embed[from + e];
  }
  hidden.set(model.b1);
  for (let i = 0; i < IN; i++) {
    const value = x[i];
    for (let h = 0; h < HIDDEN; h++) hidden[h] += value * model.w1[i * HIDDEN + h];
  }
  for (let h = 0; h < HIDDEN; h++) hidden[h] = Math.tanh(hidden[h]);
  logits.set(model.b2);
  for (let h = 0; h < HIDDEN; h++) {
    const value = hidden[h];
    for (let o = 0; o < OUT; o++) logits[o] += value * model.w2[h * OUT + o];
  }
  let largest = Number.NEGATIVE_INFINITY;
  for (let o = 0; o < OUT; o++) largest = Math.max(largest, logits[o]);
  let sum = 0;
  for (let o = 0; o < OUT; o++) {
    logits[o] = Math.exp(logits[o] - largest);
    sum += logits[o];
  }
  for (let o = 0; o < OUT; o++) logits[o] /= sum;
  return -Math.log(Math.max(1e-12, logits[target]));
}

/** Adds the gradient of the loss that `forward` just gave, over the batch. */
function backward(source, at, target) {
  const g = (name) => optimizer[name].gradient;
  const [gEmbed, gW1, gB1, gW2, gB2] = [g('embed'), g('w1'), g('b1'), g('w2'), g('b2')];
  logits[target] -= 1;
  for (let o = 0; o < OUT; o++) {
    logits[o] /= BATCH;
    gB2[o] += logits[o];
  }
  for (let h = 0; h < HIDDEN; h++) {
    let back = 0;
    for (let o = 0; o < OUT; o++) {
      gW2[h * OUT + o] += hidden[h] * logits[o];
      back += logits[o] * model.w2[h * OUT + o];
    }
    dHidden[h] = back * (1 - hidden[h] * hidden[h]);
    gB1[h] += dHidden[h];
  }
  for (let i = 0; i < IN; i++) {
    let back = 0;
    for (let h = 0; h < HIDDEN; h++) {
      gW1[i * HIDDEN + h] += x[i] * dHidden[h];
      back += dHidden[h] * model.w1[i * HIDDEN + h];
    }
    dx[i] = back;
  }
  for (let i = 0; i < CONTEXT; i++) {
    const from = source[at - CONTEXT + i] * EMBED;
    for (let e = 0; e < EMBED; e++) gEmbed[from + e] += dx[i * EMBED + e];
  }
}

function adam(weights, { gradient, m, v }, rate, step) {
  const [mScale, vScale] = [1 - 0.9 ** step, 1 - 0.999 ** step];
  for (let i = 0; i < weights.length; i++) {
    m[i] = 0.9 * m[i] + 0.1 * gradient[i];
    v[i] = 0.999 * v[i] + 0.001 * gradient[i] * gradient[i];
    weights[i] -= (rate * (m[i] / mScale)) / (Math.sqrt(v[i] / vScale) + 1e-8);
  }
}

function write() {
  const folder = process.env.AICCHAIN_OUTPUT_DIR ?? '.';
  const weights = Object.fromEntries(Object.entries(model).map(([name, w]) => [name, base64(w)]));
  const shape = { context: CONTEXT, embed: EMBED, hidden: HIDDEN };
  const lossLast = rounded(smooth.loss / smooth.weight);
  const metrics = { lossFirst: rounded(lossFirst), lossLast, steps, characters: codes.length };
  writeFileSync(join(folder, 'model.json'), `${JSON.stringify({ alphabet, shape, weights })}\n`);
  writeFileSync(join(folder, 'sample.txt'), `${sampled(Number(values.sample))}\n`);
  writeFileSync(join(folder, 'metrics.json'), `${JSON.stringify(metrics)}\n`);
  console.log(JSON.stringify({ step: steps, loss: lossLast, progress: 1, ...metrics }));
}

/** What the model writes by itself, beginning like the text. */
function sampled(length) {
  const written = Array.from(codes.subarray(0, CONTEXT));
  while (written.length < CONTEXT + length) {
    forward(written, written.length, 0);
    let left = random();
    let next = 0;
    while (next < OUT - 1 && left >= logits[next]) left -= logits[next++];
    written.push(next);
  }
  return written.map((code) => alphabet[code]).join('');
}

/** The most frequent characters, in order of their codes; all others are read as "?". */
function alphabetOf(source) {
  const counts = new Map([['?', 0]]);
  for (const character of source) counts.set(character, (counts.get(character) ?? 0) + 1);
  const rest = [...counts.keys()].filter((character) => character !== '?');
  const byCount = rest.sort((a, b) => counts.get(b) - counts.get(a) || (a < b ? -1 : 1));
  return ['?', ...byCount.slice(0, MOST_CHARACTERS - 1)].sort();
}

function encode(source) {
  const index = new Map(alphabet.map((character, code) => [character, code]));
  return Uint8Array.from(Array.from(source, (character) => index.get(character) ?? index.get('?')));
}

function normal(length, deviation) {
  return Float32Array.from({ length }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return deviation * radius * Math.cos(2 * Math.PI * random());
  });
}

/** mulberry32: small, and the same everywhere. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function base64(array) {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64');
}

function rounded(value) {
  return Math.round(value * 10_000) / 10_000;
}
