import { describe, expect, test } from 'vitest';
import type { IntegerNetwork } from '../domain/index.ts';
import { checkCertificate } from '../match/index.ts';
import { drawNetwork, seededWeights } from '../policy/randomNetwork.ts';
import { featureSpread } from './featureSpread.ts';
import { LinearQuality } from './linear.ts';
import { openbScenario } from './market.ts';
import { certified, clearingOf, play, playBy, type Quality } from './play.ts';
import { Random } from './random.ts';
import { Simulation } from './Simulation.ts';
import { scenarioOf } from './scenario.ts';
import { FIVE_NODES, MARKET, SEEN } from './testing/market.ts';
import { pairwiseEntries, roundOf } from './testing/rounds.ts';

/** Twins of the five nodes, some of which no weight tells apart. */
const TWINS = scenarioOf(
  [...FIVE_NODES, ...FIVE_NODES, ...FIVE_NODES.map((node) => ({ ...node, green: !node.green }))],
  SEEN,
  { horizonRounds: 40, nodeVariation: { trustBps: null, askSpread: 1 } },
);

const SPREAD = featureSpread(MARKET, [1, 2]);

/** Nodes go down and come back, are audited and excluded, and have other work to begin with. */
const OPENB = openbScenario({ nodes: 12, load: 1.2, seed: 1, horizonRounds: 30 });

/** Random weights of a linear quality: penalties of the order of the asks. */
function drawn(seed: number): IntegerNetwork {
  const quality = new LinearQuality(SPREAD, 3);
  const random = new Random(seed);
  const floats = quality.start.map(() => random.uniform(-0.5, 0.5));
  quality.project(floats);
  return quality.network(floats);
}

/** Random bytes: penalties go from nothing to the most at once. */
const wild = (seed: number) => drawNetwork(16, seededWeights(seed), { s1: 12, s2: 8, s3: 3 });

describe('play', () => {
  const simulations = [MARKET, TWINS, OPENB].map((scenario) => new Simulation(scenario));
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('seed %i: every round has the entries of the pairwise path', (seed) => {
    for (const simulation of simulations) {
      for (const quality of [null, drawn(seed), wild(seed)]) {
        const clear = clearingOf(simulation, certified(quality));
        let matched = 0;
        playBy(simulation, seed, () => {
          const entries = clear();
          expect(entries).toEqual(pairwiseEntries(simulation, quality));
          matched += entries.length;
          return entries;
        });
        expect(matched).toBeGreaterThan(0);
      }
    }
  });

  test('the quality tells: penalties change what is matched', () => {
    const [simulation] = simulations;
    const welfare = (quality: Quality) => play(simulation!, 3, certified(quality)).welfareMicro;
    expect(new Set([welfare(null), welfare(drawn(1)), welfare(drawn(2))]).size).toBe(3);
  });

  test('certificates hold', () => {
    const simulation = new Simulation(MARKET);
    const clear = clearingOf(simulation, certified(drawn(4)));
    playBy(simulation, 1, () => {
      const entries = clear();
      expect(checkCertificate(roundOf(simulation, drawn(4)), entries)).toEqual([]);
      return entries;
    });
  });

  test('an episode depends on its seed alone, not on what was played before', () => {
    const again = new Simulation(MARKET);
    play(again, 9, certified(drawn(1)));
    expect(play(again, 3, certified(null))).toEqual(play(new Simulation(MARKET), 3, certified(null)));
  });

  test('a matcher sees specifications, budgets, records and durations', () => {
    const seen: string[] = [];
    play(new Simulation(MARKET), 1, {
      kind: 'matcher',
      matcher: {
        name: 'looks',
        match: ({ workloads, nodes, pair }) => {
          for (const [w, { spec, budgetMicro }] of workloads.entries()) {
            for (const [c, { record }] of nodes.entries()) {
              const one = pair(w, c);
              if (one === null) continue;
              expect(record.freeGpus).toBeGreaterThanOrEqual(spec.gpus);
              expect(one.costMicro).toBeLessThanOrEqual(budgetMicro);
              expect(one.durationSec).toBeGreaterThan(0);
              seen.push(`${w} on ${c}`);
            }
          }
          return [];
        },
      },
    });
    expect(seen.length).toBeGreaterThan(100);
  });
});
