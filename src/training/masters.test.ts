import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FEATURES, type IntegerNetwork, PRIORITY_FEATURE } from '../domain/index.ts';
import { evaluate, load } from '../policy/network.ts';
import { drawNetwork, seededWeights } from '../policy/randomNetwork.ts';
import { featureSpread } from './featureSpread.ts';
import { emptyNetwork, LinearQuality } from './linear.ts';
import { isMonotoneInPriority, Masters } from './masters.ts';
import { Random } from './random.ts';
import { MARKET } from './testing/market.ts';

const SPREAD = featureSpread(MARKET, [1, 2]);
const SEED = fc.integer({ min: 1, max: 2 ** 31 });

const untrained = (seed: number) => new Masters(emptyNetwork(16, 3), SPREAD).wake(new Random(seed));

/** An untrained network after a random step of every parameter. */
function stepped(seed: number): IntegerNetwork {
  const masters = untrained(seed);
  const random = new Random(seed).split(1);
  const floats = masters.start.map((x) => x + 0.3 * random.normal());
  masters.project(floats);
  return masters.network(floats);
}

function linear(seed: number): IntegerNetwork {
  const quality = new LinearQuality(SPREAD, 3, 40);
  const random = new Random(seed);
  const floats = quality.start.map(() => random.uniform(-1, 1));
  quality.project(floats);
  return quality.network(floats);
}

function pairFeatures(seed: number): Int16Array {
  const random = new Random(seed);
  const { least, most } = SPREAD;
  return Int16Array.from(least, (low, i) => low + random.integer(most[i]! - low + 1));
}

describe('masters', () => {
  test('refuse a network that may penalise priority', () => {
    const network = drawNetwork(16, seededWeights(1));
    expect(isMonotoneInPriority(network)).toBe(false);
    expect(() => new Masters(network, SPREAD)).toThrow('raising priority never raises the penalty');
  });

  test('give back the network that they were made of', () => {
    fc.assert(
      fc.property(SEED, fc.constantFrom(stepped, linear), (seed, make) => {
        const network = make(seed);
        const masters = new Masters(network, SPREAD);
        expect(masters.network(masters.start)).toEqual(network);
      }),
      { seed: 1, numRuns: 40 },
    );
  });

  test('wake what is idle without changing any penalty', () => {
    fc.assert(
      fc.property(
        SEED,
        fc.constantFrom(linear, () => emptyNetwork(24, 3)),
        (seed, make) => {
          const before = make(seed);
          const masters = new Masters(before, SPREAD).wake(new Random(seed));
          const after = masters.network(masters.start);
          expect(after.w2).not.toEqual(before.w2);
          for (let n = 0; n < 20; n++) {
            const x = pairFeatures(seed + n);
            expect(evaluate(load(after), x)).toBe(evaluate(load(before), x));
          }
        },
      ),
      { seed: 2, numRuns: 20 },
    );
  });

  test('an untrained network is price alone, and what is searched of it is not', () => {
    const masters = untrained(1);
    const penalties = (network: IntegerNetwork) =>
      Array.from({ length: 50 }, (_, n) => evaluate(load(network), pairFeatures(n + 1)));
    expect(new Set(penalties(masters.network(masters.start)))).toEqual(new Set([0]));
    expect(new Set(penalties(stepped(1))).size).toBeGreaterThan(5);
  });

  test('whatever is stepped, more priority is never more penalty', () => {
    let fell = 0;
    fc.assert(
      fc.property(SEED, fc.constantFrom(stepped, linear), (seed, make) => {
        const network = make(seed);
        expect(isMonotoneInPriority(network)).toBe(true);
        const loaded = load(network);
        const x = pairFeatures(seed);
        const [low, high] = [0, 255].map((priority) => evaluate(loaded, x.with(PRIORITY_FEATURE, priority)));
        expect(high).toBeLessThanOrEqual(low!);
        if (high! < low!) fell++;
      }),
      { seed: 3, numRuns: 60 },
    );
    expect(fell).toBeGreaterThan(10);
  });

  test('weights of features that do not vary stay', () => {
    const still = SPREAD.deviation.indexOf(0);
    const network = stepped(5);
    const marked = { ...network, w1: network.w1.with(still * network.hidden + 9, 77) };
    const masters = new Masters(marked, SPREAD);
    expect(still).toBeLessThan(FEATURES);
    expect(masters.network(masters.start)).toEqual(marked);
  });
});
