import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import vectors from '../../vectors/network.json' with { type: 'json' };
import { FEATURES, type IntegerNetwork } from '../domain/index.ts';
import { SEEDED } from '../domain/testing/arbitraries.ts';
import { unpackFeatures } from './features.ts';
import { scoringKernel } from './generated/scoringKernel.ts';
import { evaluate, load } from './network.ts';
import { drawNetwork, seededWeights } from './randomNetwork.ts';
import {
  hasScoringKernel,
  ROW_FEATURES,
  ROW_INPUTS,
  ScoringKernel,
  SHARED_FEATURES,
} from './ScoringKernel.ts';
import { livelyNetwork } from './testing/livelyNetwork.ts';
import { decodeWeights } from './weightsBytes.ts';

const EXTREMES = [-32_768, -32_767, -1, 0, 1, 255, 256, 32_767];
const SHIFTS = [0, 1, 8, 24];
const shapes = [8, 16, 24, 32, 40, 48, 56, 64];
const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.slice(2), 'hex'));
const anyFeatures = fc.int16Array({ minLength: FEATURES, maxLength: FEATURES });

const kernel = new ScoringKernel();

/** One row after another, each with shared features of its own. */
function oneByOne(network: IntegerNetwork, inputs: readonly Int16Array[]): number[] {
  return inputs.map((x) => together(network, x, [x])[0]!);
}

/** All rows at once, with the shared features of `shared`. */
function together(network: IntegerNetwork, shared: Int16Array, inputs: readonly Int16Array[]): number[] {
  const penalties = new Uint16Array(inputs.length);
  kernel.reserve(inputs.length);
  kernel.use(
    network,
    Int16Array.from(SHARED_FEATURES, (feature) => shared[feature]!),
  );
  inputs.forEach((x, r) => {
    ROW_FEATURES.forEach((feature, i) => {
      kernel.rows[r * ROW_INPUTS + i] = x[feature]!;
    });
  });
  kernel.score([...inputs.keys()], penalties);
  return [...penalties];
}

const expected = (network: IntegerNetwork, inputs: readonly Int16Array[]) => {
  const loaded = load(network);
  return inputs.map((x) => evaluate(loaded, x));
};

test('this engine runs the kernel', () => {
  expect(hasScoringKernel()).toBe(true);
});

test('the kernel is small enough to be compiled at once on the main thread of a browser', () => {
  expect(Buffer.from(scoringKernel, 'base64').length).toBeLessThan(4_096);
});

test('every feature is either shared or of a row', () => {
  const all = [...SHARED_FEATURES, ...ROW_FEATURES].sort((a, b) => a - b);
  expect(all).toEqual(Array.from({ length: FEATURES }, (_, i) => i));
});

describe('invariant 09: the golden vectors', () => {
  test.each(vectors.networks.map((golden) => [golden.name, golden] as const))('%s', (_, golden) => {
    const inputs = golden.features.map((x) => unpackFeatures(bytesOf(x)));
    expect(oneByOne(decodeWeights(bytesOf(golden.weights)), inputs)).toEqual(golden.penalty);
  });
});

describe('the kernel is bit-equal to the network', () => {
  test.each(shapes)('of %i hidden units, on any weights, shifts and features', (hidden) => {
    const shift = fc.nat(24);
    fc.assert(
      fc.property(
        fc.integer(),
        fc.record({ s1: shift, s2: shift, s3: shift }),
        fc.array(anyFeatures, { minLength: 1, maxLength: 9 }),
        (seed, shifts, inputs) => {
          const network = drawNetwork(hidden, seededWeights(seed), shifts);
          expect(oneByOne(network, inputs)).toEqual(expected(network, inputs));
        },
      ),
      { ...SEEDED, numRuns: 100 },
    );
  });

  test.each(shapes)('of %i hidden units, on penalties that are spread widely', (hidden) => {
    const network = livelyNetwork(hidden, hidden);
    const next = seededWeights(1);
    const inputs = Array.from({ length: 500 }, () => new Int16Array(FEATURES).map(() => next.weight() + 128));
    const penalties = expected(network, inputs);
    expect(new Set(penalties).size).toBeGreaterThan(100);
    expect(oneByOne(network, inputs)).toEqual(penalties);
  });

  test.each(shapes)('of %i hidden units, on extreme weights, biases, shifts and features', (hidden) => {
    const inputs = EXTREMES.flatMap((even) =>
      EXTREMES.map((odd) => new Int16Array(FEATURES).map((_, i) => (i % 2 === 0 ? even : odd))),
    );
    for (const weight of [-128, -127, 127])
      for (const sign of [-1, 1])
        for (const s of SHIFTS) {
          const source = { weight: () => weight, bias: (below: number) => sign * (below - 1) };
          const network = drawNetwork(hidden, source, { s1: s, s2: s, s3: s });
          expect(oneByOne(network, inputs)).toEqual(expected(network, inputs));
        }
  });

  test('on any number of rows, that share what is shared', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        anyFeatures,
        fc.array(anyFeatures, { maxLength: 40 }),
        (seed, shared, drawn) => {
          const network = drawNetwork(16, seededWeights(seed), { s1: 14, s2: 9, s3: 2 });
          const inputs = drawn.map((x) => {
            for (const feature of SHARED_FEATURES) x[feature] = shared[feature]!;
            return x;
          });
          expect(together(network, shared, inputs)).toEqual(expected(network, inputs));
        },
      ),
      SEEDED,
    );
  });
});

describe('rows', () => {
  const network = livelyNetwork(8, 8);
  const shared = new Int16Array(SHARED_FEATURES.length);

  test('stay where they are while room is made for more', () => {
    const own = new ScoringKernel();
    own.reserve(5);
    own.rows.set(Int16Array.from({ length: 5 * ROW_INPUTS }, (_, i) => (i * 7_919) % 3_001));
    own.use(network, shared);
    const [before, after] = [new Uint16Array(5), new Uint16Array(5)];
    own.score([0, 1, 2, 3, 4], before);
    own.reserve(100_000);
    own.score([0, 1, 2, 3, 4], after);
    expect(after).toEqual(before);
    expect(new Set(before).size).toBeGreaterThan(1);
  });

  test('that are not asked for leave their penalties alone', () => {
    const own = new ScoringKernel();
    own.reserve(6);
    own.use(network, shared);
    const penalties = new Uint16Array(6).fill(60_001);
    own.score([], penalties);
    expect([...penalties]).toEqual(new Array(6).fill(60_001));
    own.score([4, 1], penalties);
    const zero = evaluate(load(network), new Int16Array(FEATURES));
    expect([...penalties]).toEqual([60_001, zero, 60_001, 60_001, zero, 60_001]);
  });
});
