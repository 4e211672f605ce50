import { describe, expect, test } from 'vitest';
import { FEATURES, PRIORITY_FEATURE } from '../domain/index.ts';
import { evaluate, load } from '../policy/network.ts';
import { loadPolicy } from '../policy/RLPolicyManager.ts';
import { encodeWeights } from '../policy/weightsBytes.ts';
import { type FeatureSpread, featureSpread } from './featureSpread.ts';
import { LinearQuality } from './linear.ts';
import { isMonotoneInPriority } from './masters.ts';
import { Random } from './random.ts';
import { MARKET } from './testing/market.ts';

/** Each feature between −300 and 500, more or less wide. */
const WIDE: FeatureSpread = {
  mean: Int32Array.from({ length: FEATURES }, (_, i) => (i === PRIORITY_FEATURE ? 100 : 8 * i)),
  deviation: Float64Array.from({ length: FEATURES }, (_, i) => (i % 5 === 0 ? 0 : 4 * i)),
  least: Int32Array.from({ length: FEATURES }, (_, i) => (i === PRIORITY_FEATURE ? 0 : -6 * i)),
  most: Int32Array.from({ length: FEATURES }, (_, i) => (i === PRIORITY_FEATURE ? 255 : 20 * i)),
};

function drawn(quality: LinearQuality, seed: number): Float64Array {
  const random = new Random(seed);
  const floats = quality.start.map(() => random.uniform(-1, 1));
  quality.project(floats);
  return floats;
}

/** A point within the spread. */
function within({ least, most }: FeatureSpread, random: Random): Int16Array {
  return Int16Array.from(least, (low, i) => low + random.integer(most[i]! - low + 1));
}

describe('a linear quality', () => {
  test('refuses more features than units', () => {
    const spread = {
      ...WIDE,
      most: WIDE.most.map((most) => most * 9),
      deviation: WIDE.deviation.fill(60, 1, 2),
    };
    expect(() => new LinearQuality(spread, 4)).toThrow('do not fit a network');
  });

  test('starts at price alone', () => {
    const quality = new LinearQuality(WIDE, 4);
    const network = load(quality.network(quality.start));
    const random = new Random(1);
    for (let n = 0; n < 100; n++) expect(evaluate(network, within(WIDE, random))).toBe(0);
  });

  test.each([1, 2, 3, 4, 5])('drawing %i: linear to the last bit, where it is not clamped', (seed) => {
    const quality = new LinearQuality(WIDE, 0);
    const { b3, ...weights } = quality.network(drawn(quality, seed));
    const network = load({ ...weights, b3: b3 + 30_000 });
    const random = new Random(seed);
    let checked = 0;
    for (let n = 0; n < 1_000; n++) {
      // What a step in one feature does is the same wherever the others are.
      const i = random.integer(FEATURES);
      const [here, there, target] = [within(WIDE, random), within(WIDE, random), within(WIDE, random)];
      there[i] = here[i]!;
      const step = (from: Int16Array) => [from, from.with(i, target[i]!)].map((x) => evaluate(network, x));
      const [a, b] = [step(here), step(there)];
      if ([...a, ...b].some((penalty) => penalty === 0 || penalty === 65_535)) continue;
      expect(a[1]! - a[0]!).toBe(b[1]! - b[0]!);
      checked++;
    }
    expect(checked).toBeGreaterThan(50);
  });

  test('never penalises priority, whatever is drawn', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const quality = new LinearQuality(WIDE, 4);
      expect(isMonotoneInPriority(quality.network(drawn(quality, seed)))).toBe(true);
    }
  });

  test('is compiled and registered as any policy', () => {
    const spread = featureSpread(MARKET, [1]);
    const quality = new LinearQuality(spread, 4);
    const network = quality.network(drawn(quality, 1));
    expect(loadPolicy(encodeWeights(network)).network).toEqual(network);
    expect(quality.hidden).toBeLessThanOrEqual(32);
  });
});
