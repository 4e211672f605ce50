import { describe, expect, test } from 'vitest';
import {
  bestFitMatcher,
  certifiedMatcher,
  fgdMatcher,
  firstFitMatcher,
  oracleMatcher,
  priceGreedyMatcher,
  randomMatcher,
  weightGreedyMatcher,
} from '../../match/index.ts';
import { openbScenario } from '../market.ts';
import { marketScenario } from '../marketScenario.ts';
import type { Simulation } from '../Simulation.ts';
import { type Scenario, scenarioOf } from '../scenario.ts';
import { bestScheduleMicro } from '../testing/everySchedule.ts';
import { FIVE_NODES, MARKET, SEEN } from '../testing/market.ts';
import { welfareUnder } from '../testing/playMatcher.ts';
import { welfareOf } from '../welfare.ts';
import { dualBound, dualMicro, noPrices } from './dualBound.ts';
import { hindsightOf } from './hindsight.ts';

const SEEDS = Array.from({ length: 16 }, (_, i) => 40 + i);

/** Up to four workloads on two nodes in four rounds: capacity is scarce. */
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
const job = (gpus: number, runSec: number) => ({ gpus, runSec, models: [], memoryGiB: 4, priority: null });
/** Nodes go down and come back, over-claim and fail; other work is there first. */
const OUTAGES: Scenario = {
  ...marketScenario(
    [
      { model: 'T4', gpus: 2 },
      { model: 'P100', gpus: 2 },
    ],
    [job(1, 100), job(2, 200)],
    {
      load: 2,
      seed: 3,
      horizonRounds: 6,
      warmShare: 0.5,
      churn: { meanUpSec: 500, meanDownSec: 150 },
      reliability: { faultMedian: 0.2, overclaimShare: 0.5, overclaimMost: 0.5 },
    },
  ),
  workloadLimit: 3,
};
const WORLD = openbScenario({ nodes: 10, load: 1.2, seed: 1, profile: 'multigpu', horizonRounds: 60 });

const OF_ALL_SORTS = [
  certifiedMatcher,
  randomMatcher(1),
  firstFitMatcher,
  bestFitMatcher,
  fgdMatcher(),
  priceGreedyMatcher,
  weightGreedyMatcher,
];
const oracleIn = (simulation: Simulation) =>
  oracleMatcher((workload, node) =>
    welfareOf(simulation.prospect(simulation.workload(workload), node - 1).expected),
  );

describe('the hindsight of an episode', () => {
  test('knows each workload that arrives, and when it may start', () => {
    const { workloads, rounds } = hindsightOf(TINY, 40);
    expect(rounds).toBe(5);
    expect(workloads.length).toBeGreaterThan(0);
    expect(workloads.length).toBeLessThanOrEqual(4);
    for (const { firstRound, worthMicro } of workloads.flat()) {
      expect(firstRound).toBeGreaterThan(0);
      expect(firstRound + worthMicro.length).toBeLessThanOrEqual(rounds);
    }
  });

  test('a start is worth less the longer it waits', () => {
    for (const { worthMicro } of hindsightOf(WORLD, 40).workloads.flat()) {
      const paying = worthMicro.filter((micro) => micro > 0);
      expect(paying).toEqual(paying.toSorted((a, b) => b - a));
    }
  });

  test('pools nodes that are alike, and no others', () => {
    const alike = { ...TINY, nodeVariation: { trustBps: null, askSpread: 1 } };
    const [a, b] = [FIVE_NODES[0]!, FIVE_NODES[1]!];
    const pools = (scenario: Scenario) =>
      hindsightOf({ ...scenario, nodes: [a, b, a] }, 1).pools.map(({ nodes, gpus }) => [nodes, gpus[1]]);
    expect(pools(alike)).toEqual([
      [2, 8],
      [1, 2],
    ]);
    expect(pools(TINY)).toEqual([
      [1, 4],
      [1, 2],
      [1, 4],
    ]);
  });

  test('counts no GPUs that work from before still holds', () => {
    const { pools } = hindsightOf(WORLD, 40);
    const free = (t: number) => pools.reduce((sum, { gpus }) => sum + gpus[t]!, 0);
    expect(free(1)).toBeLessThan(free(59));
    expect(free(59)).toBeLessThanOrEqual(WORLD.nodes.reduce((sum, { gpus }) => sum + gpus, 0));
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

  test('finds less with more steps', () => {
    const hindsight = hindsightOf(MARKET, 5);
    const few = dualBound(hindsight, 20);
    expect(dualBound(hindsight, 300)).toBeLessThanOrEqual(few);
    expect(few).toBeLessThan(dualMicro(hindsight, noPrices(hindsight)));
  });

  test.each([
    ['nothing fails', NO_FAULTS],
    ['runs fail and are tried again', FAULTS],
    ['nodes go down and over-claim', OUTAGES],
  ])('is not below the best of all schedules where %s', (_, scenario) => {
    let [tried, gained] = [0, 0];
    for (const seed of SEEDS) {
      const best = bestScheduleMicro(scenario, seed);
      const bound = dualBound(hindsightOf(scenario, seed));
      expect(bound, `seed ${seed}`).toBeGreaterThanOrEqual(best.welfareMicro * (1 - 1e-12));
      tried += best.schedules;
      if (best.welfareMicro > 0) gained++;
    }
    expect(tried).toBeGreaterThan(300);
    expect(gained).toBeGreaterThan(SEEDS.length / 3);
  });

  test.each([
    ['a small market', MARKET],
    ['a world', WORLD],
  ])('is not below what any rule reaches, seed by seed, nor what an oracle does: %s', (_, scenario) => {
    for (const seed of SEEDS.slice(0, 4)) {
      const bound = dualBound(hindsightOf(scenario, seed), 150);
      for (const matcher of OF_ALL_SORTS) {
        expect(
          welfareUnder(scenario, seed, () => matcher),
          `${matcher.name} ${seed}`,
        ).toBeLessThan(bound);
      }
      expect(welfareUnder(scenario, seed, oracleIn), `oracle ${seed}`).toBeLessThan(bound);
    }
  });

  test('luck not known: on the mean lower than with luck known, and not below what an oracle reaches', () => {
    const mean = (of: (seed: number) => number) =>
      SEEDS.reduce((sum, seed) => sum + of(seed), 0) / SEEDS.length;
    const expected = mean((seed) => dualBound(hindsightOf(MARKET, seed, 'expected'), 100));
    expect(expected).toBeLessThan(mean((seed) => dualBound(hindsightOf(MARKET, seed), 100)));
    expect(expected).toBeGreaterThan(mean((seed) => welfareUnder(MARKET, seed, oracleIn)));
  });
});
