/**
 * npm run bench:policy: the policies of `policies/` beside every baseline and the bound of hindsight, on arrivals that no
 * training met: a load sweep of the openb-like market, and, where the public data is, lists of openb itself.
 * docs/policy.md reads the figures (benchmarks/policy/document.ts). What each is:
 *
 * - `welfareRatio…`: Σ welfare of the policy over Σ welfare of the other, over all training seeds × arrival seeds, paired by
 *   arrival seed, at load 1.0; `…Low` is the lower end of the 95 % bootstrap interval.
 * - best baseline: of all untuned rules, price alone in the certified round among them, the one of the largest sum on these very
 *   seeds. Who wins is known only afterwards, so this favours the baseline.
 * - tuned linear: of the policies in folders `linear…`, the one of the largest sum on these very seeds.
 * - hindsight: a bound that knows all arrivals and no luck, and that no rule exceeds on average; on the first seeds alone, as it takes
 *   long.
 * - `worstSingleMetricRatio`: at each metric that is judged, the policy beside the rule that is best at that one metric, by
 *   interquartile means, above 1 where the policy is better; the smallest of these.
 * - `markets…`: the same as the first over four other markets (other models, places and jobs) pooled, half of the arrival seeds each.
 * - `openb…`: the same as the first over the lists of openb pooled; the best baseline is chosen on the pool.
 */
import { availableParallelism } from 'node:os';
import { HINDSIGHT, type PlayedRule } from '../src/cli/evaluation/rules.ts';
import { studied } from '../src/cli/evaluation/study.ts';
import { openbScenario } from '../src/training/market.ts';
import type { Scenario } from '../src/training/scenario.ts';
import { heldOutSeeds } from '../src/training/seeds.ts';
import type { RuleRuns } from '../src/training/standings.ts';
import { scenarioOfTrace } from '../src/training/traceScenario.ts';
import { contenders, POLICIES } from './policy/contenders.ts';
import { figuresAtLoad, headline, marketFigures, openbFigures } from './policy/figures.ts';
import { DATA, type OpenbList, openbLists } from './policy/openbLists.ts';
import { type Figure, type Figures, type Options, report } from './report.ts';

interface Extent {
  readonly loads: readonly number[];
  readonly trainingSeeds: number;
  readonly arrivalSeeds: number;
  readonly nodes: number;
  /** Others than the main one, at the main load, each with half of the arrival seeds. */
  readonly markets: readonly number[];
  readonly lists: number;
  /** The bound takes many times as long as an episode: it is found for the first seeds, up to a load of 1. */
  readonly boundSeeds: number;
}

const FULL: Extent = {
  loads: [0.6, 0.8, 1, 1.2, 1.3],
  trainingSeeds: 10,
  arrivalSeeds: 12,
  nodes: 16,
  markets: [2, 3, 4, 5],
  lists: 2,
  boundSeeds: 8,
};
const QUICK: Extent = {
  loads: [1],
  trainingSeeds: 2,
  arrivalSeeds: 3,
  nodes: 10,
  markets: [],
  lists: 1,
  boundSeeds: 1,
};
const MAIN_LOAD = 1;
const MARKET_SEED = 1;

const say = (line: string) => process.stderr.write(`${line}\n`);

async function measure({ quick }: Options): Promise<Figures> {
  const extent = quick ? QUICK : FULL;
  const rules = contenders(POLICIES, extent.trainingSeeds);
  // Before anything is played: a market that cannot be is told at once.
  const lists = openbLists()?.slice(0, extent.lists);
  const replays = lists?.map((list) => replayed(list, extent.nodes));
  const figures: Record<string, Figure> = {};
  const scenarios = extent.loads.map((load) =>
    openbScenario({ nodes: extent.nodes, load, seed: MARKET_SEED }),
  );
  const ofRules = await played('openb-like market', scenarios, rules, extent.arrivalSeeds);
  const bounded = scenarios.filter((_, i) => extent.loads[i]! <= MAIN_LOAD);
  const bounds = await played('bound of hindsight', bounded, [HINDSIGHT], extent.boundSeeds);
  const runs = ofRules.map((found, i) => [...found, ...(bounds[i] ?? [])]);
  extent.loads.forEach((load, i) => {
    Object.assign(figures, figuresAtLoad(load, runs[i]!));
  });
  Object.assign(figures, headline(runs[extent.loads.indexOf(MAIN_LOAD)]!));
  const { nodes, markets, arrivalSeeds } = extent;
  if (markets.length > 0) {
    const others = markets.map((seed) => openbScenario({ nodes, load: MAIN_LOAD, seed }));
    const found = await played('other markets', others, rules.map(few), Math.ceil(arrivalSeeds / 2));
    Object.assign(figures, marketFigures(markets, found));
  }
  if (lists === undefined || replays === undefined) {
    say(`not run: openb lists, there is no data in ${DATA}`);
    return figures;
  }
  const ofLists = await played('openb lists', replays, rules, extent.arrivalSeeds);
  return {
    ...figures,
    ...openbFigures(
      lists.map(({ list }) => list),
      ofLists,
    ),
  };
}

/** Each market is dear: a few training seeds of each policy. */
const few = (rule: PlayedRule): PlayedRule => ({ ...rule, versions: rule.versions.slice(0, 3) });

const replayed = ({ nodes, jobs }: OpenbList, count: number): Scenario =>
  scenarioOfTrace(nodes, jobs, { nodes: count, load: MAIN_LOAD, seed: MARKET_SEED });

async function played(
  what: string,
  scenarios: readonly Scenario[],
  rules: readonly PlayedRule[],
  seeds: number,
): Promise<readonly (readonly RuleRuns[])[]> {
  let shownAtMs = performance.now();
  const { runs } = await studied({
    ...{ scenarios, rules, seeds: heldOutSeeds(seeds), workers: availableParallelism() },
    onProgress: (done, all) => {
      if (performance.now() - shownAtMs < 10_000 && done < all) return;
      shownAtMs = performance.now();
      say(`${what}: ${done} of ${all} episodes`);
    },
  });
  return runs;
}

await report('policy', measure);
