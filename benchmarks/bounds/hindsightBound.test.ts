import { describe, expect, test } from 'vitest';
import { certifiedMatcher } from '../../src/match/index.ts';
import { dualBound, dualMicro, hindsightOf } from '../../src/training/bounds/index.ts';
import { type Scenario, scenarioOf } from '../../src/training/scenario.ts';
import { bestScheduleMicro } from '../../src/training/testing/everySchedule.ts';
import { FIVE_NODES, SEEN } from '../../src/training/testing/market.ts';
import { welfareUnder } from '../../src/training/testing/playMatcher.ts';
import { hindsightBound } from './hindsightBound.ts';
import { solveHindsight } from './hindsightLp.ts';

const SEEDS = [40, 41, 42, 43, 44, 45];
const SMALL: Scenario = { ...scenarioOf(FIVE_NODES, SEEN, { load: 1.2 }), horizonRounds: 24 };
const TINY: Scenario = {
  ...scenarioOf(FIVE_NODES.slice(0, 2), SEEN, { load: 3 }),
  horizonRounds: 4,
  workloadLimit: 4,
};

describe('the hindsight program', () => {
  test('the prices of HiGHS prove what it reaches', async () => {
    for (const luck of ['drawn', 'expected'] as const) {
      const { boundMicro, reachedMicro } = await solveHindsight(hindsightOf(SMALL, 40, luck));
      expect(Math.abs(boundMicro / reachedMicro - 1)).toBeLessThan(1e-6);
    }
  });

  test('no prices of the dual bound prove less, and they come within 1 %', async () => {
    for (const seed of SEEDS) {
      const hindsight = hindsightOf(SMALL, seed);
      const { boundMicro } = await solveHindsight(hindsight);
      const dual = dualBound(hindsight);
      expect(dual).toBeGreaterThanOrEqual(boundMicro * (1 - 1e-9));
      expect(dual).toBeLessThan(boundMicro * 1.01);
    }
  });

  test('longer slots only raise it', async () => {
    for (const seed of SEEDS) {
      const hindsight = hindsightOf(SMALL, seed, 'expected');
      const exact = await solveHindsight(hindsight);
      const coarse = await solveHindsight(hindsight, 4);
      expect(coarse.boundMicro).toBeGreaterThanOrEqual(exact.boundMicro * (1 - 1e-9));
      expect(dualMicro(hindsight, coarse.prices)).toBe(coarse.boundMicro);
    }
  });

  test('is not below the best of all schedules of a tiny episode', async () => {
    for (const seed of SEEDS) {
      const { welfareMicro } = bestScheduleMicro(TINY, seed);
      expect(await hindsightBound(TINY, seed)).toBeGreaterThanOrEqual(welfareMicro * (1 - 1e-9));
    }
  });

  test('is above price alone, and no lower where the program is too large to be solved', async () => {
    for (const seed of SEEDS.slice(0, 3)) {
      const solved = await hindsightBound(SMALL, seed);
      expect(solved).toBeGreaterThan(welfareUnder(SMALL, seed, () => certifiedMatcher));
      expect(await hindsightBound(SMALL, seed, { mostStarts: 0 })).toBeGreaterThanOrEqual(
        solved * (1 - 1e-9),
      );
    }
  });

  test('nobody comes: nothing can be gained', async () => {
    expect(await hindsightBound({ ...TINY, workloadLimit: 0 }, 1)).toBe(0);
  });
});
