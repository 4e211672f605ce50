import { AICChainError, FEATURES, type IntegerNetwork } from '../domain/index.ts';

/** A network whose bounds were checked, with its scratch. Only `load` makes one. */
export interface LoadedNetwork {
  readonly network: IntegerNetwork;
  readonly scratch: { readonly first: Int32Array; readonly second: Int32Array };
}

const LARGEST_FEATURE = 32_768;
const LARGEST_ACTIVATION = 255;
const LARGEST_PENALTY = 65_535;
const MAX_SHIFT = 24;

/** Checks shape and bounds; refuses by name. After it no accumulator of `evaluate` can leave int32. */
export function load(network: IntegerNetwork): LoadedNetwork {
  const { hidden: h, b1, w1, b2, w2, b3, w3 } = network;
  if (!Number.isInteger(h) || h < 8 || h > 64 || h % 8 !== 0) refuse('hidden', h, 'a multiple of 8 in 8..64');
  for (const shift of ['s1', 's2', 's3'] as const) {
    const s = network[shift];
    if (!Number.isInteger(s) || s < 0 || s > MAX_SHIFT) refuse(shift, s, `in 0..${MAX_SHIFT}`);
  }
  const lengths = { b1: h, w1: FEATURES * h, b2: h, w2: h * h, w3: h };
  for (const [name, length] of Object.entries(lengths)) {
    const actual = network[name as keyof typeof lengths].length;
    if (actual !== length) refuse(`length of ${name}`, actual, `${length}`);
  }
  for (let j = 0; j < h; j++) {
    refuseBias(`b1[${j}]`, b1[j]!, 2 ** 20);
    refuseUnit(`unit ${j} of layer 1`, b1[j]!, w1, j, h, FEATURES, LARGEST_FEATURE);
    refuseBias(`b2[${j}]`, b2[j]!, 2 ** 16);
    refuseUnit(`unit ${j} of layer 2`, b2[j]!, w2, j, h, h, LARGEST_ACTIVATION);
  }
  refuseBias('b3', b3, 2 ** 20);
  refuseUnit('the output', b3, w3, 0, 1, h, LARGEST_ACTIVATION);
  return { network, scratch: { first: new Int32Array(h), second: new Int32Array(h) } };
}

/**
 * The penalty of 24 features starting at `offset`, 0..65535. Exact; allocates nothing.
 * Every product and partial sum is within int32, because `load` bounded Σ |w|·xmax + |b|.
 */
export function evaluate(loaded: LoadedNetwork, features: Int16Array, offset = 0): number {
  const { hidden, s1, s2, s3, b1, w1, b2, w2, b3, w3 } = loaded.network;
  const { first, second } = loaded.scratch;

  first.set(b1);
  for (let i = 0, row = 0; i < FEATURES; i++, row += hidden)
    accumulate(first, features[offset + i]!, w1, row);
  rectify(first, s1);

  second.set(b2);
  for (let i = 0, row = 0; i < hidden; i++, row += hidden) accumulate(second, first[i]!, w2, row);
  rectify(second, s2);

  let acc = b3;
  for (let i = 0; i < hidden; i++) acc = (acc + second[i]! * w3[i]!) | 0;
  return Math.min(LARGEST_PENALTY, Math.max(0, acc >> s3));
}

function accumulate(acc: Int32Array, x: number, w: Int8Array, row: number): void {
  if (x === 0) return;
  for (let j = 0; j < acc.length; j++) acc[j]! += x * w[row + j]!;
}

function rectify(acc: Int32Array, shift: number): void {
  for (let j = 0; j < acc.length; j++) acc[j] = Math.min(LARGEST_ACTIVATION, Math.max(0, acc[j]!) >> shift);
}

function refuseBias(name: string, value: number, bound: number): void {
  if (!Number.isInteger(value) || Math.abs(value) >= bound)
    refuse(name, value, `below ${bound} in magnitude`);
}

/** Weights of one unit lie at from, from + step, … */
function refuseUnit(
  name: string,
  bias: number,
  w: Int8Array,
  from: number,
  step: number,
  inputs: number,
  xmax: number,
): void {
  let reach = Math.abs(bias);
  for (let i = 0; i < inputs; i++) reach += Math.abs(w[from + i * step]!) * xmax;
  if (reach >= 2 ** 31) refuse(`reach of ${name}`, reach, 'below 2^31');
}

function refuse(what: string, value: number, need: string): never {
  throw new AICChainError('BadNetwork', `${what} is ${value}, must be ${need}`);
}
