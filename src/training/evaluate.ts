import { FEATURES, type IntegerNetwork, mulDivUp, NodeId, Round, WorkloadId } from '../domain/index.ts';
import { certifiedMatcher } from '../match/certified.ts';
import type { Matcher, Pair } from '../match/Matcher.ts';
import { load, evaluate as penaltyOf } from '../policy/network.ts';
import { type Endings, Simulation } from './Simulation.ts';
import type { Scenario } from './scenario.ts';
import { type Interval, pairedBootstrap, relativeGain } from './statistics.ts';
import { emptyTerms, TERMS, type Terms, welfareOf } from './welfare.ts';
import type { SimulatedWorkload } from './workloads.ts';

/** What came of one seed. */
export interface SeedResult {
  readonly seed: number;
  readonly welfareMicro: number;
  readonly terms: Terms;
  readonly endings: Endings;
}

/** What a policy brought under the deployed rule. */
export interface Evaluation {
  readonly bySeed: readonly SeedResult[];
  /** Mean over the seeds, micro-AICC per episode. */
  readonly welfareMicro: number;
  readonly terms: Terms;
  readonly arrived: number;
  readonly completed: number;
  readonly expired: number;
  readonly failedRuns: number;
  /** From submission to the match that completed, mean. */
  readonly waitingRounds: number;
}

/** A policy beside price alone, on the same arrivals, the same luck and the same nodes. */
export interface Comparison {
  readonly policy: Evaluation;
  readonly priceAlone: Evaluation;
  readonly pairs: readonly { readonly seed: number; readonly differenceMicro: number }[];
  /** Seeds on which the policy brought more, and less. */
  readonly wins: number;
  readonly losses: number;
  /** Mean difference over the mean welfare of price alone. */
  readonly gain: number;
  /** 95 % of bootstrap resamples of `gain` over the seeds. */
  readonly gainInterval: Interval;
  readonly verdict: 'wins' | 'loses' | 'undecided';
}

export interface EvaluateOptions {
  /** What clears the rounds. The certified round, unless a baseline is studied. */
  readonly matcher?: Matcher;
}

/**
 * The deployed rule: each round, the matcher clears all open workloads over all nodes, weights with the policy's quality.
 * `policy` null is price alone. Welfare counts what really happened, failures included.
 *
 * @example evaluate(scenario, network, [1, 2, 3]).welfareMicro
 */
export function evaluate(
  scenario: Scenario,
  policy: IntegerNetwork | null,
  seeds: readonly number[],
  options: EvaluateOptions = {},
): Evaluation {
  if (seeds.length === 0) throw new RangeError('an evaluation needs at least one seed');
  const simulation = new Simulation(scenario);
  const matcher = options.matcher ?? certifiedMatcher;
  const penalty = penaltyFunction(simulation, policy);
  const bySeed = seeds.map((seed): SeedResult => {
    simulation.reset(seed);
    while (simulation.round < scenario.horizonRounds && !simulation.isOver) {
      simulation.advance();
      clearRound(simulation, matcher, penalty);
    }
    return {
      seed,
      welfareMicro: welfareOf(simulation.terms),
      terms: { ...simulation.terms },
      endings: { ...simulation.endings },
    };
  });
  return summary(bySeed);
}

/** Arrival seeds for judging a policy: no training, and no choice of a checkpoint, plays them. */
export const heldOutSeeds = (count: number): number[] =>
  Array.from({ length: count }, (_, i) => 5_000_001 + i);

/** Plays the policy against price alone. `bootstrapSeed` fixes the resamples. */
export function compare(
  scenario: Scenario,
  policy: IntegerNetwork,
  seeds: readonly number[],
  bootstrapSeed = 1,
): Comparison {
  const ours = evaluate(scenario, policy, seeds);
  const priceAlone = evaluate(scenario, null, seeds);
  const theirs = priceAlone.bySeed.map(({ welfareMicro }) => welfareMicro);
  const differences = ours.bySeed.map(({ welfareMicro }, i) => welfareMicro - theirs[i]!);
  const gainInterval = pairedBootstrap(differences, theirs, bootstrapSeed);
  const verdict = gainInterval.low > 0 ? 'wins' : gainInterval.high < 0 ? 'loses' : 'undecided';
  return {
    policy: ours,
    priceAlone,
    pairs: seeds.map((seed, i) => ({ seed, differenceMicro: differences[i]! })),
    wins: differences.filter((difference) => difference > 0).length,
    losses: differences.filter((difference) => difference < 0).length,
    gain: relativeGain(ours.welfareMicro - priceAlone.welfareMicro, priceAlone.welfareMicro),
    gainInterval,
    verdict,
  };
}

type Penalty = (workload: SimulatedWorkload, node: number) => number;

function penaltyFunction(simulation: Simulation, policy: IntegerNetwork | null): Penalty {
  if (policy === null) return () => 0;
  const loaded = load(policy);
  const features = new Int16Array(FEATURES);
  return (workload, node) => {
    simulation.writeFeatures(workload, node, features, 0);
    return penaltyOf(loaded, features);
  };
}

/** One round, as the network clears it. */
function clearRound(simulation: Simulation, matcher: Matcher, penalty: Penalty): void {
  const workloads = simulation.open.filter((workload) =>
    simulation.nodes.some((_, c) => simulation.isFeasible(workload, c)),
  );
  if (workloads.length === 0) return;
  const count = simulation.nodes.length;
  const pairs = workloads.flatMap((workload) =>
    Array.from({ length: count }, (_, c) => pairOf(simulation, workload, c, penalty)),
  );
  const entries = matcher.match({
    round: Round(simulation.round),
    workloads: workloads.map(({ id }) => ({ id: WorkloadId(id) })),
    nodes: simulation.nodes.map((_, c) => ({ id: NodeId(c + 1) })),
    pair: (w, c) => pairs[w * count + c]!,
  });
  const byId = new Map(workloads.map((workload) => [workload.id, workload]));
  for (const { workload, node, priceMicro } of entries) {
    simulation.match(byId.get(workload)!, node - 1, priceMicro);
  }
}

/** The weight of docs/PROTOCOL.md with the policy's penalty; null where the pair is not feasible. */
function pairOf(
  simulation: Simulation,
  workload: SimulatedWorkload,
  c: number,
  penalty: Penalty,
): Pair | null {
  const pair = simulation.pair(workload, c);
  if (pair === null) return null;
  const gpuSec = workload.spec.gpus * pair.durationSec;
  const { maxPenaltyMicroPerGpuHour } = simulation.scenario.parameters;
  const quality = mulDivUp(penalty(workload, c) * maxPenaltyMicroPerGpuHour, gpuSec, 65_535 * 3_600);
  const weightMicro = pair.weightMicro - quality;
  return weightMicro < 0 ? null : { weightMicro, costMicro: pair.costMicro };
}

function summary(bySeed: readonly SeedResult[]): Evaluation {
  const mean = (of: (result: SeedResult) => number) =>
    bySeed.reduce((sum, result) => sum + of(result), 0) / bySeed.length;
  const terms = emptyTerms();
  for (const term of TERMS) terms[term] = mean((result) => result.terms[term]);
  const completed = mean(({ endings }) => endings.completed);
  return {
    bySeed,
    welfareMicro: mean(({ welfareMicro }) => welfareMicro),
    terms,
    arrived: mean(({ endings }) => endings.arrived),
    completed,
    expired: mean(({ endings }) => endings.expired),
    failedRuns: mean(({ endings }) => endings.failedRuns),
    waitingRounds: completed === 0 ? 0 : mean(({ endings }) => endings.waitedRounds) / completed,
  };
}
