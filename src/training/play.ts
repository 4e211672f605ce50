import type { Entry, IntegerNetwork } from '../domain/index.ts';
import {
  ClassedRound,
  certifiedRoundOfClasses,
  type DescribedRound,
  type Matcher,
  NodeClasses,
  priceAlone,
  type Scores,
} from '../match/index.ts';
import { evaluate, load } from '../policy/network.ts';
import { policyScores, type ScoredPolicy } from '../policy/scores.ts';
import type { EpisodeOutcome } from './outcome.ts';
import type { Simulation } from './Simulation.ts';

/** What the weight of a pair counts for quality: a network's penalties; null is none, price alone. */
export type Quality = IntegerNetwork | null;

/** How each round of an episode is cleared. */
export type Rule =
  | { readonly kind: 'certified'; readonly quality: Quality }
  | { readonly kind: 'matcher'; readonly matcher: Matcher<DescribedRound> };

/** The rule deployed: the certified round of a quality. */
export const certified = (quality: Quality): Rule => ({ kind: 'certified', quality });

/** Clears the round that a simulation is in. */
export type Clearing = () => readonly Entry[];

/**
 * One episode: each round, the rule clears all open workloads over all nodes. Welfare counts what really happened,
 * failures included. The certified rule goes the way of `AICChain.propose`: nodes by classes, penalties many at once.
 *
 * @example play(new Simulation(scenario), 7, certified(network)).welfareMicro
 */
export function play(simulation: Simulation, seed: number, rule: Rule): EpisodeOutcome {
  return playBy(simulation, seed, clearingOf(simulation, rule));
}

/** One episode, cleared in a way of one's own. */
export function playBy(simulation: Simulation, seed: number, clear: Clearing): EpisodeOutcome {
  const { horizonRounds } = simulation.scenario;
  simulation.reset(seed);
  while (simulation.round < horizonRounds && !simulation.isOver) {
    simulation.advance();
    const entries = clear();
    if (entries.length === 0) continue;
    const byId = new Map(simulation.open.map((workload) => [workload.id, workload]));
    for (const { workload, node, priceMicro } of entries) {
      simulation.match(byId.get(workload)!, node - 1, priceMicro);
    }
  }
  return simulation.outcome();
}

/** How a rule clears. */
export function clearingOf(simulation: Simulation, rule: Rule): Clearing {
  return rule.kind === 'certified'
    ? certifiedClearing(simulation, scoresOf(rule.quality))
    : () => rule.matcher.match(simulation.described());
}

/** What a quality makes of the pairs of the round that a simulation is in. */
export type ScoresOf = (simulation: Simulation) => Scores;

function scoresOf(quality: Quality): ScoresOf {
  if (quality === null) return () => priceAlone;
  const loaded = load(quality);
  const policy: ScoredPolicy = {
    network: quality,
    penalty: (features, offset) => evaluate(loaded, features, offset),
  };
  return ({ round, counters }) => policyScores(policy, round, counters);
}

/** The certified round under any scores. */
export function certifiedClearing(simulation: Simulation, scoresOf: ScoresOf): Clearing {
  const nodes = new NodeClasses();
  const { parameters } = simulation.scenario;
  return () => {
    const { round, open } = simulation;
    if (open.length === 0) return [];
    nodes.update(round, simulation.bound);
    // Workloads that nobody has the GPUs for are no part of a round; at a load of 1 they are many.
    const mostFree = nodes.list.reduce((most, { record }) => Math.max(most, record.freeGpus), 0);
    const workloads = open.filter(({ spec }) => spec.gpus <= mostFree);
    if (workloads.length === 0) return [];
    const classed = new ClassedRound({ nodes, workloads, parameters, scores: scoresOf(simulation) });
    return certifiedRoundOfClasses(classed);
  };
}
