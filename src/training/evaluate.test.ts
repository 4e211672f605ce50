import { describe, expect, test } from 'vitest';
import { FEATURES, type IntegerNetwork } from '../domain/index.ts';
import { compare, evaluate } from './evaluate.ts';
import { certified } from './play.ts';
import { MARKET } from './testing/market.ts';
import { welfareOf } from './welfare.ts';

/** A policy that says the same of every pair. */
function constantPolicy(penalty: number): IntegerNetwork {
  return {
    hidden: 8,
    s1: 0,
    s2: 0,
    s3: 0,
    b1: new Int32Array(8),
    w1: new Int8Array(FEATURES * 8),
    b2: new Int32Array(8),
    w2: new Int8Array(64),
    b3: penalty,
    w3: new Int8Array(8),
  };
}

const SEEDS = [1, 2, 3, 4];

describe('evaluate', () => {
  test('refuses no seeds', () => {
    expect(() => evaluate(MARKET, null, [])).toThrow('at least one seed');
  });

  test('plays other rules beside the deployed one', () => {
    const nobody = { kind: 'matcher', matcher: { name: 'nobody', match: () => [] } } as const;
    expect(evaluate(MARKET, nobody, SEEDS)).toMatchObject({ completed: 0, welfareMicro: 0 });
    expect(evaluate(MARKET, certified(null), SEEDS)).toEqual(evaluate(MARKET, null, SEEDS));
  });

  test('is the same for the same seeds, and seed by seed', () => {
    const all = evaluate(MARKET, null, SEEDS);
    expect(evaluate(MARKET, null, SEEDS)).toEqual(all);
    expect(evaluate(MARKET, null, [3]).bySeed[0]).toEqual(all.bySeed[2]);
  });

  test('welfare is the sum of its terms, and every workload is accounted for', () => {
    const { bySeed, failedRuns } = evaluate(MARKET, null, SEEDS);
    expect(failedRuns).toBeGreaterThan(0);
    for (const { terms, welfareMicro, endings } of bySeed) {
      expect(welfareMicro).toBe(welfareOf(terms));
      expect(endings.completed + endings.expired + endings.lost).toBeLessThanOrEqual(endings.arrived);
      expect(endings.completed).toBeGreaterThan(0);
    }
  });

  test('a policy that always says 0 is price alone; one that always says the most places less', () => {
    const base = evaluate(MARKET, null, SEEDS);
    expect(evaluate(MARKET, constantPolicy(0), SEEDS)).toEqual(base);
    expect(evaluate(MARKET, constantPolicy(65_535), SEEDS).completed).toBeLessThan(base.completed);
  });

  test('policies meet the same arrivals', () => {
    const { policy, priceAlone } = compare(MARKET, constantPolicy(20_000), SEEDS);
    expect(policy.bySeed.map(({ endings }) => endings.arrived)).toEqual(
      priceAlone.bySeed.map(({ endings }) => endings.arrived),
    );
  });
});

describe('compare', () => {
  test('says that equal policies are undecided and that a worse one loses', () => {
    expect(compare(MARKET, constantPolicy(0), SEEDS)).toMatchObject({
      verdict: 'undecided',
      gain: 0,
      wins: 0,
      losses: 0,
    });
    const dear = {
      ...MARKET,
      parameters: { ...MARKET.parameters, maxPenaltyMicroPerGpuHour: 1_000_000_000 },
    };
    const worse = compare(dear, constantPolicy(65_535), SEEDS); // nothing is worth its penalty
    expect(worse).toMatchObject({ verdict: 'loses', gain: -1 });
    expect(worse.losses).toBe(4);
    expect(worse.gainInterval.low).toBeLessThanOrEqual(worse.gain);
    expect(worse.gainInterval.high).toBeGreaterThanOrEqual(worse.gain);
  });
});
