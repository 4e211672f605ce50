import type { NodeRecord } from '../../domain/index.ts';
import { Simulation } from '../Simulation.ts';
import type { Scenario } from '../scenario.ts';
import { addOutcome, emptyTerms, welfareOf } from '../welfare.ts';
import type { SimulatedWorkload } from '../workloads.ts';

/**
 * What hindsight knows of luck.
 * drawn: which runs will fail. No rule can do better on that seed, however lucky.
 * expected: no more than a rule knows. No rule does better in expectation over luck, with the arrivals of that seed; with
 *   luck on its side it may on one seed. This one is tighter, and the one to hold a mean over many seeds against.
 */
export type Luck = 'drawn' | 'expected';

/** Nodes that differ in nothing are one pool of GPUs. */
export interface Pool {
  readonly nodes: number;
  readonly gpus: number;
}

/** A workload on a pool: all starts that it could have there. */
export interface Lane {
  readonly pool: number;
  readonly gpus: number;
  readonly firstRound: number;
  /** What a start is worth at most, micro-AICC; by round, from `firstRound` on. */
  readonly worthMicro: Float64Array;
  /** A run holds its GPUs in its first round; where it does not fail, in this many rounds. */
  readonly heldRounds: number;
  /** Its duration in rounds, not rounded. */
  readonly durationRounds: number;
  /** The chance that counts against a run: 0 where luck is known. */
  readonly fault: number;
}

/**
 * An episode whose arrivals are all known in advance, as a linear program: how often is each start of each lane used, so
 * that workloads complete at most once, pools hold no more than their GPUs in any round and take no more new workloads in
 * a round than they have nodes, and the worth is as high as can be.
 *
 * It bounds every rule from above, since what a rule does is a solution of it (its mean over luck is, where luck is not
 * known), and each of these can only raise the optimum:
 * - starts may be fractions, and a pool is one large node: every schedule on its nodes is one on the pool;
 * - runs after the last round cost no capacity; a start's worth counts in full, as the simulation counts it;
 * - a node is at best not served at all so far, and its lead −(its share): fairness rewards no match more;
 * - luck drawn: a workload may complete on a node if any of its draws that could be reached would; the failed runs before cost
 *   nothing, take no time and no GPUs, and bring the most fairness there is (`extraMicro`);
 * - luck expected: a run that fails does so after a part of its time that is uniform in 0..1; its harm is convex in that
 *   part, so the mean of both ends is no less. The number of tries is not limited, only that of completions.
 */
export interface Hindsight {
  /** Starts are in rounds 1 … rounds − 1. */
  readonly rounds: number;
  readonly pools: readonly Pool[];
  /** By workload. Lanes that are worth nothing at any time are left out. */
  readonly workloads: readonly (readonly Lane[])[];
  /** What is added to the optimum. */
  readonly extraMicro: number;
}

/** The hindsight of one seed's episode. Arrivals do not depend on what is matched: nothing is, while they are noted down. */
export function hindsightOf(scenario: Scenario, seed: number, luck: Luck = 'drawn'): Hindsight {
  const simulation = new Simulation(scenario);
  simulation.reset(seed);
  const poolOf = poolsOf(simulation.nodes);
  const seen = new Set<number>();
  const workloads: Lane[][] = [];
  let extraMicro = 0;
  while (simulation.round < scenario.horizonRounds) {
    simulation.advance();
    for (const workload of simulation.open) {
      if (seen.has(workload.id)) continue;
      seen.add(workload.id);
      const view = new WorkloadInHindsight(simulation, workload, luck);
      const lanes = poolOf.first.flatMap((node, pool) => view.lane(node, pool) ?? []);
      if (lanes.length > 0) workloads.push(lanes);
      extraMicro += view.extraMicro;
    }
  }
  return { rounds: scenario.horizonRounds + 1, pools: poolOf.pools, workloads, extraMicro };
}

/** Nodes with the same record are interchangeable. `first` is one node of each pool. */
function poolsOf(nodes: readonly NodeRecord[]): { first: readonly number[]; pools: readonly Pool[] } {
  const byRecord = new Map<string, number[]>();
  for (const [c, node] of nodes.entries()) {
    const key = JSON.stringify(node);
    byRecord.set(key, [...(byRecord.get(key) ?? []), c]);
  }
  const groups = [...byRecord.values()];
  return {
    first: groups.map(([c]) => c!),
    pools: groups.map((group) => ({
      nodes: group.length,
      gpus: group.reduce((sum, c) => sum + nodes[c]!.gpus, 0),
    })),
  };
}

/** One workload, as it arrived, beside all nodes. */
class WorkloadInHindsight {
  readonly #simulation: Simulation;
  readonly #workload: SimulatedWorkload;
  readonly #luck: Luck;
  /** How many runs may fail, one after the other, if luck is known. */
  readonly #mayFail: number;
  extraMicro = 0;

  constructor(simulation: Simulation, workload: SimulatedWorkload, luck: Luck) {
    this.#simulation = simulation;
    this.#workload = workload;
    this.#luck = luck;
    const faults = simulation.nodes.map((_, c) =>
      isOffered(simulation, workload, c) ? simulation.failureProbability(c) : 0,
    );
    const worst = Math.max(0, ...faults);
    const tries = Math.min(workload.spec.maxRetries + 1, workload.luck.length);
    const reachable = workload.luck.slice(0, tries).findIndex((draw) => draw >= worst);
    this.#mayFail = reachable < 0 ? tries : reachable;
    if (luck === 'drawn') this.extraMicro = this.#mayFail * this.#mostFairness();
  }

  /** null where the workload can gain nothing on that node. */
  lane(node: number, pool: number): Lane | null {
    const { scenario, nodes } = this.#simulation;
    const { spec, luck, openUntilRound } = this.#workload;
    if (!isOffered(this.#simulation, this.#workload, node)) return null;
    const chance = this.#simulation.failureProbability(node);
    if (this.#luck === 'drawn' && !this.#completes(chance)) return null;
    const fault = this.#luck === 'drawn' ? 0 : chance;
    const firstRound = spec.submittedRound + 1;
    const lastRound = Math.min(openUntilRound - 1, scenario.horizonRounds);
    if (lastRound < firstRound) return null;
    const worthMicro = Float64Array.from({ length: lastRound - firstRound + 1 }, (_, i) =>
      this.#worthMicro(node, firstRound + i, fault),
    );
    if (fault === 1) {
      // It never completes there; all that it could bring is fairness, at every try.
      this.extraMicro += luck.length * Math.max(0, ...worthMicro);
      return null;
    }
    if (worthMicro.every((micro) => micro <= 0)) return null;
    const durationRounds = this.#simulation.truePair(this.#workload, node, 0).durationSec / scenario.roundSec;
    // As `Simulation.match` has it: a run starts in the middle of its round.
    const heldRounds = Math.floor(0.5 + durationRounds) + 1;
    if (nodes[node]!.gpus < spec.gpus) return null;
    return { pool, gpus: spec.gpus, firstRound, worthMicro, heldRounds, durationRounds, fault };
  }

  /** Whether a run on a node with that chance to fail can be the one that completes. */
  #completes(chance: number): boolean {
    const { spec, luck } = this.#workload;
    const tries = Math.min(spec.maxRetries + 1, luck.length);
    return luck.some((draw, k) => k < tries && k <= this.#mayFail && draw >= chance);
  }

  #worthMicro(node: number, round: number, fault: number): number {
    const completed = this.#outcomeMicro(node, round, 1, 1);
    if (fault === 0) return completed;
    const failed = (this.#outcomeMicro(node, round, 0, 0) + this.#outcomeMicro(node, round, 0, 1)) / 2;
    return (1 - fault) * completed + fault * failed;
  }

  #outcomeMicro(c: number, round: number, completion: number, part: number): number {
    const { scenario, nodes, totalGpus } = this.#simulation;
    const pair = this.#simulation.truePair(this.#workload, c, (round + 0.5) * scenario.roundSec);
    const lead = -nodes[c]!.gpus / totalGpus;
    const terms = emptyTerms();
    addOutcome(terms, scenario, { ...pair, lead }, completion, part * pair.durationSec);
    return welfareOf(terms);
  }

  #mostFairness(): number {
    const { scenario, nodes, totalGpus } = this.#simulation;
    const largestShare = Math.max(...nodes.map(({ gpus }) => gpus)) / totalGpus;
    return (scenario.welfare.fairnessBps / 10_000) * this.#workload.budgetMicro * largestShare;
  }
}

/** No round may list a pair whose cost and green are above the budget. */
function isOffered(simulation: Simulation, workload: SimulatedWorkload, node: number): boolean {
  const gpuSec = simulation.gpuSec(workload, node);
  return gpuSec !== Number.POSITIVE_INFINITY && simulation.weightMicro(workload, node, gpuSec) >= 0;
}
