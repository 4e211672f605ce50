import { type Prospect, Simulation } from '../Simulation.ts';
import type { Scenario } from '../scenario.ts';
import { addOutcome, emptyTerms, welfareOf } from '../welfare.ts';
import type { SimulatedWorkload } from '../workloads.ts';

/**
 * What hindsight knows of luck.
 * drawn: which runs will fail. No rule can do better on that seed, however lucky.
 * expected: that of nodes' outages and audits, but not which runs fail for the node's own reasons. No rule does better in
 *   expectation over that luck; with it on its side it may on one seed. This one is tighter, and the one to hold a mean over
 *   many seeds against.
 */
export type Luck = 'drawn' | 'expected';

/** Nodes that differ in nothing are one pool of GPUs. */
export interface Pool {
  readonly nodes: number;
  /** GPUs that no work from before the episode holds, by round. */
  readonly gpus: Float64Array;
}

/** A workload on a pool: all starts that it could have there. */
export interface Lane {
  readonly pool: number;
  readonly gpus: number;
  readonly firstRound: number;
  /** What a start is worth at most, micro-AICC; by round, from `firstRound` on; 0 where it could not complete. */
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
 *   (the loosest of these: what needs a whole node may start in parts on several, each with part of it free)
 * - runs after the last round cost no capacity; a start's worth counts in full, as the simulation counts it;
 * - a node is at best not served at all so far, and its lead −(its share): fairness rewards no match more;
 * - a run that does not complete takes no time and no GPUs, and as many as there are tries each bring the most that any
 *   could (`extraMicro`: only fairness can make that more than nothing);
 * - luck drawn: a workload may complete on a node if any of its draws would, also the first;
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

/**
 * The hindsight of one seed's episode. Arrivals, outages and audits do not depend on what is matched: nothing is, while
 * they are noted down.
 */
export function hindsightOf(scenario: Scenario, seed: number, luck: Luck = 'drawn'): Hindsight {
  const simulation = new Simulation(scenario);
  simulation.reset(seed);
  const rounds = scenario.horizonRounds + 1;
  const groups = interchangeable(simulation);
  const pools = groups.map(({ length }) => ({ nodes: length, gpus: new Float64Array(rounds) }));
  const known = new Map<number, WorkloadInHindsight>();
  while (simulation.round < scenario.horizonRounds) {
    simulation.advance();
    const { round } = simulation;
    for (const [k, nodes] of groups.entries()) {
      pools[k]!.gpus[round] = nodes.reduce((sum, c) => sum + simulation.nodes[c]!.freeGpus, 0);
    }
    for (const workload of simulation.open) {
      let view = known.get(workload.id);
      if (view === undefined) {
        view = new WorkloadInHindsight(simulation, workload, luck, groups);
        known.set(workload.id, view);
      }
      view.lookAround();
    }
  }
  const views = [...known.values()];
  return {
    rounds,
    pools,
    workloads: views.map((view) => view.lanes()).filter((lanes) => lanes.length > 0),
    extraMicro: views.reduce((sum, { extraMicro }) => sum + extraMicro, 0),
  };
}

/** Groups of nodes. Without a world beside their records, those with the same record are interchangeable. */
function interchangeable({ nodes, scenario }: Simulation): readonly (readonly number[])[] {
  const groups = new Map<string, number[]>();
  for (const [c, node] of nodes.entries()) {
    const key = scenario.world === null ? JSON.stringify(node) : String(c);
    groups.set(key, [...(groups.get(key) ?? []), c]);
  }
  return [...groups.values()];
}

/** One workload that is never matched, round by round, beside all nodes. */
class WorkloadInHindsight {
  readonly #simulation: Simulation;
  readonly #workload: SimulatedWorkload;
  readonly #luck: Luck;
  readonly #groups: readonly (readonly number[])[];
  readonly #lanes = new Map<number, Lane>();
  readonly #tries: number;
  /** The most that a run which cannot complete could bring: the node may be far behind its share, and fail at once. */
  #failureMicro = 0;

  constructor(
    simulation: Simulation,
    workload: SimulatedWorkload,
    luck: Luck,
    groups: readonly (readonly number[])[],
  ) {
    this.#simulation = simulation;
    this.#workload = workload;
    this.#luck = luck;
    this.#groups = groups;
    this.#tries = Math.min(workload.spec.maxRetries + 1, workload.luck.length);
  }

  lanes(): readonly Lane[] {
    return [...this.#lanes.values()];
  }

  get extraMicro(): number {
    return this.#tries * this.#failureMicro;
  }

  /** Notes down the starts that it could have in this round. */
  lookAround(): void {
    for (const [pool, nodes] of this.#groups.entries()) {
      const open = nodes.find((c) => this.#simulation.pair(this.#workload, c) !== null);
      if (open === undefined) continue;
      const prospect = this.#simulation.prospect(this.#workload, open);
      const { scenario, nodes: records, totalGpus } = this.#simulation;
      const fairest = { ...prospect.pair, lead: -records[open]!.gpus / totalGpus };
      const worth: Worth = (completion, heldSec) => {
        const terms = emptyTerms();
        addOutcome(terms, scenario, fairest, completion, heldSec);
        return welfareOf(terms);
      };
      if (this.#luck === 'drawn') this.#noteDrawn(pool, prospect, worth);
      else this.#noteExpected(pool, prospect, worth);
    }
  }

  /** With each try's luck known, a run completes or it is known when it ends. */
  #noteDrawn(pool: number, { pair: { durationSec }, fault, lastsSec }: Prospect, worth: Worth): void {
    const { luck, when } = this.#workload;
    let mayComplete = false;
    for (let k = 0; k < this.#tries; k++) {
      const failsSec = luck[k]! < fault ? when[k]! * durationSec : Number.POSITIVE_INFINITY;
      const heldSec = Math.min(durationSec, lastsSec, failsSec);
      if (heldSec === durationSec) mayComplete = true;
      else this.#failureMicro = Math.max(this.#failureMicro, worth(0, heldSec));
    }
    if (mayComplete) this.#noteStart(pool, worth(1, durationSec), durationSec, 0);
  }

  #noteExpected(pool: number, { pair: { durationSec }, fault, lastsSec }: Prospect, worth: Worth): void {
    if (lastsSec < durationSec || fault >= 1) {
      const unhurried = Math.min(lastsSec, durationSec);
      // Longer is never better for a run that does not complete: bad luck does the least harm at once.
      const failure = (1 - fault) * worth(0, unhurried) + fault * worth(0, 0);
      this.#failureMicro = Math.max(this.#failureMicro, failure);
      return;
    }
    const failure = (worth(0, 0) + worth(0, durationSec)) / 2;
    this.#noteStart(pool, (1 - fault) * worth(1, durationSec) + fault * failure, durationSec, fault);
  }

  #noteStart(pool: number, worthMicro: number, durationSec: number, fault: number): void {
    if (worthMicro <= 0) return;
    const { round, scenario } = this.#simulation;
    let lane = this.#lanes.get(pool);
    if (lane === undefined) {
      const lastRound = Math.min(this.#workload.openUntilRound - 1, scenario.horizonRounds);
      const durationRounds = durationSec / scenario.roundSec;
      lane = {
        pool,
        gpus: this.#workload.spec.gpus,
        firstRound: round,
        worthMicro: new Float64Array(lastRound - round + 1),
        // As the simulation has it: a run starts in the middle of its round.
        heldRounds: Math.floor(0.5 + durationRounds) + 1,
        durationRounds,
        fault,
      };
      this.#lanes.set(pool, lane);
    }
    lane.worthMicro[round - lane.firstRound] = worthMicro;
  }
}

/** Welfare of a start: `completion` 0 or 1, and how long it holds its GPUs. */
type Worth = (completion: number, heldSec: number) => number;
