import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import vectors from '../../vectors/network.json' with { type: 'json' };
import { FEATURES, type IntegerNetwork } from '../domain/index.ts';
import { SEEDED } from '../domain/testing/arbitraries.ts';
import { unpackFeatures } from './features.ts';
import { evaluate, load } from './network.ts';
import { drawNetwork, seededWeights } from './randomNetwork.ts';
import { decodeWeights } from './weightsBytes.ts';

const network = (changes: Partial<IntegerNetwork> = {}) => ({
  ...drawNetwork(8, seededWeights(1)),
  ...changes,
});
const anyFeatures = fc.int16Array({ minLength: FEATURES, maxLength: FEATURES });
const anyShape = fc.record({
  hidden: fc.constantFrom(8, 16, 32, 64),
  seed: fc.integer(),
  shifts: fc.record({ s1: fc.nat(24), s2: fc.nat(24), s3: fc.nat(24) }),
});

describe('a network is refused, by name, with', () => {
  test.each([0, 4, 12, 72])('%i hidden units', (hidden) => {
    expect(() => load(network({ hidden }))).toThrow(`hidden is ${hidden}`);
  });

  test.each(['s1', 's2', 's3'])('%s above 24 or below 0', (name) => {
    for (const shift of [25, -1, 0.5])
      expect(() => load(network({ [name]: shift }))).toThrow(`${name} is ${shift}`);
  });

  test.each([
    ['b1', new Int32Array(9), '8'],
    ['w1', new Int8Array(191), '192'],
    ['b2', new Int32Array(0), '8'],
    ['w2', new Int8Array(65), '64'],
    ['w3', new Int8Array(7), '8'],
  ])('a wrong length of %s', (name, values, length) => {
    expect(() => load(network({ [name]: values }))).toThrow(
      `length of ${name} is ${values.length}, must be ${length}`,
    );
  });

  test.each([
    ['b1', 2 ** 20],
    ['b2', 2 ** 16],
  ])('a bias of %s that reaches its bound', (name, bound) => {
    for (const bias of [bound, -bound]) {
      const biases = Int32Array.of(0, 0, 0, 0, 0, 0, 0, bias);
      expect(() => load(network({ [name]: biases }))).toThrow(`${name}[7] is ${bias}`);
    }
  });

  test('an output bias that reaches its bound, or is no integer', () => {
    for (const b3 of [2 ** 20, -(2 ** 20), Number.NaN])
      expect(() => load(network({ b3 }))).toThrow(`b3 is ${b3}`);
  });
});

describe('the penalty', () => {
  test('is the same as in plain bigint arithmetic', () => {
    fc.assert(
      fc.property(anyShape, anyFeatures, ({ hidden, seed, shifts }, x) => {
        const drawn = drawNetwork(hidden, seededWeights(seed), shifts);
        expect(evaluate(load(drawn), x)).toBe(plainly(drawn, x));
      }),
      { ...SEEDED, numRuns: 100 },
    );
  });

  test('of features within a batch is that of the features alone, in any order', () => {
    fc.assert(
      fc.property(anyFeatures, anyFeatures, (a, b) => {
        const loaded = load(network());
        const batch = Int16Array.of(...a, ...b);
        const [first, second] = [evaluate(loaded, a), evaluate(loaded, b)];
        expect([evaluate(loaded, batch, FEATURES), evaluate(loaded, batch)]).toEqual([second, first]);
      }),
      SEEDED,
    );
  });
});

describe('invariant 09: the golden vectors', () => {
  test.each(vectors.networks.map((golden) => [golden.name, golden] as const))('%s', (_, golden) => {
    const loaded = load(decodeWeights(bytesOf(golden.weights)));
    const found = golden.features.map((x) => evaluate(loaded, unpackFeatures(bytesOf(x))));
    expect(found).toEqual(golden.penalty);
  });
});

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.slice(2), 'hex'));

/** The definition on the protocol page, word for word. */
function plainly({ hidden, s1, s2, s3, b1, w1, b2, w2, b3, w3 }: IntegerNetwork, x: Int16Array): number {
  const sum = (b: number, xs: readonly bigint[], w: Int8Array, unit: number, units: number) =>
    xs.reduce((acc, value, i) => acc + value * BigInt(w[i * units + unit]!), BigInt(b));
  const rectified = (acc: bigint, s: number) => min(255n, max(0n, acc) >> BigInt(s));
  const layer = (xs: readonly bigint[], b: Int32Array, w: Int8Array, s: number) =>
    Array.from(b, (bias, unit) => rectified(sum(bias, xs, w, unit, hidden), s));
  const second = layer(layer(Array.from(x, BigInt), b1, w1, s1), b2, w2, s2);
  return Number(min(65_535n, max(0n, sum(b3, second, w3, 0, 1) >> BigInt(s3))));
}

const min = (a: bigint, b: bigint) => (a < b ? a : b);
const max = (a: bigint, b: bigint) => (a > b ? a : b);
