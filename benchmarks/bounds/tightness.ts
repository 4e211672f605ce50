/**
 * node benchmarks/bounds/tightness.ts [nodes] [seeds]: what price alone, the shipped policy and the oracle of each round
 * leave of the hindsight bound, on openb-like markets at three loads. Prints means over seeds, AICC an episode.
 */
import { join } from 'node:path';
import { readPolicyFile } from '../../src/cli/policyFile.ts';
import { certifiedMatcher, type DescribedRound, type Matcher, oracleMatcher } from '../../src/match/index.ts';
import { bestPrices, dualBound, hindsightOf } from '../../src/training/bounds/index.ts';
import { evaluate } from '../../src/training/evaluate.ts';
import { openbScenario } from '../../src/training/market.ts';
import type { Simulation } from '../../src/training/Simulation.ts';
import type { Scenario } from '../../src/training/scenario.ts';
import { heldOutSeeds } from '../../src/training/seeds.ts';
import { welfareUnder } from '../../src/training/testing/playMatcher.ts';
import { welfareOf } from '../../src/training/welfare.ts';
import { POLICIES, SHIPPED } from '../policy/contenders.ts';

type MatcherIn = (simulation: Simulation) => Matcher<DescribedRound>;

const oracleIn: MatcherIn = (simulation) =>
  oracleMatcher((workload, node) =>
    welfareOf(simulation.prospect(simulation.workload(workload), node - 1).expected),
  );

/**
 * The oracle that also knows what capacity will be worth: by the prices of hindsight, a start pays for what it keeps others
 * from. What it reaches, a schedule reaches; what still lies above it, no schedule may reach.
 */
const foresightIn =
  (scenario: Scenario, seed: number): MatcherIn =>
  (simulation) => {
    const { rounds } = hindsight(scenario, seed);
    const { gpuMicro, startMicro } = pricesOf(scenario, seed);
    return oracleMatcher((id, node) => {
      const { round } = simulation;
      const workload = simulation.workload(id);
      const { pair, expected } = simulation.prospect(workload, node - 1);
      const held = Math.floor(0.5 + pair.durationSec / scenario.roundSec) + 1;
      const at = (node - 1) * rounds + round;
      let pays = startMicro[at]!;
      for (let i = 0; i < held && round + i < rounds; i++) pays += workload.spec.gpus * gpuMicro[at + i]!;
      return welfareOf(expected) - pays;
    });
  };

const hindsight = (scenario: Scenario, seed: number) => hindsightOf(scenario, seed, 'expected');
const pricesOf = (scenario: Scenario, seed: number) => bestPrices(hindsight(scenario, seed)).prices;

const LOADS = [0.6, 1, 1.3];
const shipped = readPolicyFile(join(POLICIES, SHIPPED, 'seed-01.json')).network;
const nodes = Number(process.argv[2] ?? 16);
const seeds = heldOutSeeds(Number(process.argv[3] ?? 4));
const mean = (of: (seed: number) => number) => seeds.reduce((sum, seed) => sum + of(seed), 0) / seeds.length;
const aicc = (micro: number) => (micro / 1e6).toFixed(2);

function rowAt(load: number) {
  const scenario: Scenario = openbScenario({ nodes, load, seed: 1, profile: 'multigpu' });
  const started = performance.now();
  const expected = mean((seed) => dualBound(hindsightOf(scenario, seed, 'expected')));
  const seconds = (performance.now() - started) / 1_000 / seeds.length;
  const drawn = mean((seed) => dualBound(hindsightOf(scenario, seed, 'drawn')));
  const oracle = mean((seed) => welfareUnder(scenario, seed, oracleIn));
  const foresight = mean((seed) => welfareUnder(scenario, seed, foresightIn(scenario, seed)));
  const priceAlone = mean((seed) => welfareUnder(scenario, seed, () => certifiedMatcher));
  const policy = evaluate(scenario, shipped, seeds).welfareMicro;
  return {
    load,
    'luck drawn': aicc(drawn),
    'luck expected': aicc(expected),
    oracle: aicc(oracle),
    'price alone': aicc(priceAlone),
    policy: aicc(policy),
    foresight: aicc(foresight),
    'oracle / expected': (oracle / expected).toFixed(3),
    'seconds a bound': seconds.toFixed(1),
  };
}

console.table(LOADS.map(rowAt));
