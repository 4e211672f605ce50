/**
 * node benchmarks/bounds/tightness.ts [nodes] [seeds]: what price alone, the best untuned rules and the oracle of each round
 * leave of the hindsight bound, on openb-like markets at three loads. Prints means over seeds, AICC an episode.
 */
import { certifiedMatcher, type DescribedRound, type Matcher, oracleMatcher } from '../../src/match/index.ts';
import { dualBound, hindsightOf } from '../../src/training/bounds/index.ts';
import { openbScenario } from '../../src/training/market.ts';
import type { Simulation } from '../../src/training/Simulation.ts';
import type { Scenario } from '../../src/training/scenario.ts';
import { welfareUnder } from '../../src/training/testing/playMatcher.ts';
import { welfareOf } from '../../src/training/welfare.ts';

type MatcherIn = (simulation: Simulation) => Matcher<DescribedRound>;

const oracleIn: MatcherIn = (simulation) =>
  oracleMatcher((workload, node) =>
    welfareOf(simulation.prospect(simulation.workload(workload), node - 1).expected),
  );

const LOADS = [0.6, 1, 1.3];
const nodes = Number(process.argv[2] ?? 16);
const seeds = Array.from({ length: Number(process.argv[3] ?? 4) }, (_, i) => 5_000_001 + i);
const mean = (of: (seed: number) => number) => seeds.reduce((sum, seed) => sum + of(seed), 0) / seeds.length;
const aicc = (micro: number) => (micro / 1e6).toFixed(2);

function rowAt(load: number) {
  const scenario: Scenario = openbScenario({ nodes, load, seed: 1, profile: 'multigpu' });
  const started = performance.now();
  const expected = mean((seed) => dualBound(hindsightOf(scenario, seed, 'expected')));
  const seconds = (performance.now() - started) / 1_000 / seeds.length;
  const drawn = mean((seed) => dualBound(hindsightOf(scenario, seed, 'drawn')));
  const oracle = mean((seed) => welfareUnder(scenario, seed, oracleIn));
  const priceAlone = mean((seed) => welfareUnder(scenario, seed, () => certifiedMatcher));
  return {
    load,
    'luck drawn': aicc(drawn),
    'luck expected': aicc(expected),
    oracle: aicc(oracle),
    'price alone': aicc(priceAlone),
    'oracle / expected': (oracle / expected).toFixed(3),
    'seconds a bound': seconds.toFixed(1),
  };
}

console.table(LOADS.map(rowAt));
