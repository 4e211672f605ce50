import { describe, expect, test } from 'vitest';
import { evaluate } from '../evaluate.ts';
import { type Scenario, scenarioOf } from '../scenario.ts';
import { bestScheduleMicro } from '../testing/everySchedule.ts';
import { FIVE_NODES, MARKET, SEEN } from '../testing/market.ts';
import { dualBound, dualMicro, noPrices } from './dualBound.ts';
import { hindsightOf } from './hindsight.ts';

const SEEDS = Array.from({ length: 24 }, (_, i) => 40 + i);

/** Up to four workloads on two nodes in four rounds, waiting dear and capacity scarce. */
const TINY: Scenario = {
  ...scenarioOf([FIVE_NODES[0]!, FIVE_NODES[1]!], SEEN, { load: 3 }),
  horizonRounds: 4,
  workloadLimit: 4,
};
const NO_FAULTS: Scenario = { ...TINY, welfare: { ...TINY.welfare, failureAtNoTrust: 0 } };
/** Runs fail early and often: retries are part of the schedules. */
const FAULTS: Scenario = {
  ...TINY,
  horizonRounds: 8,
  workloadLimit: 2,
  nodeVariation: { trustBps: [4_000, 4_000], askSpread: 1 },
  welfare: { ...TINY.welfare, failureAtNoTrust: 2 },
};

describe('the hindsight of an episode', () => {
  test('knows each workload that arrives, and when it may start', () => {
    const { workloads, rounds } = hindsightOf(TINY, 42);
    expect(rounds).toBe(5);
    expect(workloads.length).toBeGreaterThan(1);
    expect(workloads.length).toBeLessThanOrEqual(4);
    for (const { firstRound, worthMicro } of workloads.flat()) {
      expect(firstRound).toBeGreaterThan(0);
      expect(firstRound + worthMicro.length).toBeLessThanOrEqual(rounds);
    }
  });

  test('pools nodes that are alike, and no others', () => {
    const alike = { ...TINY, nodeVariation: { trustBps: null, askSpread: 1 } };
    const [a, b] = [FIVE_NODES[0]!, FIVE_NODES[1]!];
    expect(hindsightOf({ ...alike, nodes: [a, b, a] }, 1).pools).toEqual([
      { nodes: 2, gpus: 8 },
      { nodes: 1, gpus: 2 },
    ]);
    expect(hindsightOf({ ...TINY, nodes: [a, b, a] }, 1).pools.length).toBe(3);
  });

  test('is the same whether luck is known or not, where nothing fails', () => {
    for (const seed of SEEDS) {
      expect(hindsightOf(NO_FAULTS, seed, 'expected')).toEqual(hindsightOf(NO_FAULTS, seed, 'drawn'));
    }
  });
});

describe('the dual bound', () => {
  test('without prices is what workloads could gain if nobody else came', () => {
    const hindsight = hindsightOf(NO_FAULTS, 41);
    const alone = hindsight.workloads.map((lanes) =>
      Math.max(...lanes.flatMap(({ worthMicro }) => [...worthMicro])),
    );
    expect(dualMicro(hindsight, noPrices(hindsight))).toBeCloseTo(
      alone.reduce((sum, micro) => sum + micro, 0),
      3,
    );
  });

  test('is no less at other prices than steps have found, and finds less with more steps', () => {
    const hindsight = hindsightOf(MARKET, 5);
    const few = dualBound(hindsight, 20);
    const many = dualBound(hindsight, 300);
    expect(many).toBeLessThanOrEqual(few);
    expect(few).toBeLessThan(dualMicro(hindsight, noPrices(hindsight)));
  });

  test.each([
    ['nothing fails', NO_FAULTS],
    ['runs fail and are tried again', FAULTS],
  ])('is not below the best of all schedules where %s', (_, scenario) => {
    let [congested, tried] = [0, 0];
    for (const seed of SEEDS) {
      const hindsight = hindsightOf(scenario, seed);
      const best = bestScheduleMicro(scenario, seed);
      const bound = dualBound(hindsight);
      expect(bound, `seed ${seed}`).toBeGreaterThanOrEqual(best.welfareMicro * (1 - 1e-12));
      if (bound < dualMicro(hindsight, noPrices(hindsight)) * 0.99) congested++;
      tried += best.schedules;
    }
    expect(tried).toBeGreaterThan(500);
    if (scenario === NO_FAULTS) expect(congested).toBeGreaterThan(0);
  });

  test('is not below what price alone reaches, seed by seed', () => {
    for (const { seed, welfareMicro } of evaluate(MARKET, null, SEEDS).bySeed) {
      expect(dualBound(hindsightOf(MARKET, seed), 100), `seed ${seed}`).toBeGreaterThan(welfareMicro);
    }
  });

  test('luck not known: on the mean lower than with luck known, and not below what price alone reaches', () => {
    const mean = (luck: 'drawn' | 'expected') =>
      SEEDS.reduce((sum, seed) => sum + dualBound(hindsightOf(MARKET, seed, luck), 100), 0) / SEEDS.length;
    const expected = mean('expected');
    expect(expected).toBeLessThan(mean('drawn'));
    expect(expected).toBeGreaterThan(evaluate(MARKET, null, SEEDS).welfareMicro);
  });
});
