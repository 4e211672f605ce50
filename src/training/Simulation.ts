import { FEATURES, lg16, type NodeRecord, Round } from '../domain/index.ts';
import { reasonAgainst } from '../match/eligibility.ts';
import { weigh } from '../match/weight.ts';
import { writeFeatures } from '../policy/features.ts';
import { episodeNodes, gpuNeeds } from './episode.ts';
import { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import { addOutcome, emptyTerms, type Terms } from './welfare.ts';
import { drawWorkload, type SimulatedWorkload } from './workloads.ts';

/** The protocol matches a workload at most this often. */
const MOST_MATCHES = 4;
/** Nodes that `writeState` tells apart. */
const STATE_NODES = 16;
/** Streams of randomness of one seed. */
const NODES = 1;
const ARRIVALS = 2;
const WORKLOADS = 3;

interface Run {
  readonly workload: SimulatedWorkload;
  readonly node: number;
  /** The round from which its GPUs count as free. */
  readonly freeFromRound: number;
  readonly failed: boolean;
}

/** How workloads left. */
export interface Endings {
  arrived: number;
  completed: number;
  expired: number;
  failedRuns: number;
  /** Given up after the last retry. */
  lost: number;
  /** From submission to the match that completed, summed over completions. */
  waitedRounds: number;
}

/**
 * The market as events on the network's clock: workloads submitted in round r are open from r + 1; a match in round r
 * starts in the middle of it; GPUs freed in round r are free from r + 1. Who is matched is decided outside, by `match`.
 */
export class Simulation {
  readonly scenario: Scenario;
  /** The nodes of this episode, all GPUs free; `free` says how many are. */
  nodes: NodeRecord[] = [];
  readonly free: Int32Array;
  /** 1 for nodes that took a workload in this round: they take no other. */
  readonly taken: Uint8Array;
  readonly open: SimulatedWorkload[] = [];
  readonly terms: Terms = emptyTerms();
  endings: Endings = noEndings();
  round = 0;

  readonly totalGpus: number;
  #runs: Run[] = [];
  #arrivals = new Random(0);
  #luck = new Random(0);
  /** GPU-seconds given to each node so far. */
  readonly #served: Float64Array;
  readonly #logOf: Int32Array;
  #networkFree = 0;
  #networkOpen = 0;

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    const count = scenario.nodes.length;
    this.free = new Int32Array(count);
    this.taken = new Uint8Array(count);
    this.#served = new Float64Array(count);
    this.totalGpus = scenario.nodes.reduce((sum, node) => sum + node.gpus, 0);
    this.#logOf = Int32Array.from({ length: this.totalGpus + 2 }, (_, x) => lg16(x));
    this.reset(0);
  }

  reset(seed: number): void {
    const root = new Random(seed);
    this.nodes = episodeNodes(this.scenario, root.split(NODES));
    this.#arrivals = root.split(ARRIVALS);
    this.#luck = root.split(WORKLOADS);
    this.open.length = 0;
    this.#runs.length = 0;
    this.#served.fill(0);
    Object.assign(this.terms, emptyTerms());
    this.endings = noEndings();
    this.nodes.forEach((node, c) => {
      this.free[c] = node.gpus;
    });
    this.round = 0;
    this.#bind();
  }

  /** Goes to the next round: what happened in this one binds there. */
  advance(): void {
    this.round++;
    this.#freeGpus();
    this.#expire();
    this.#arrive(this.round - 1);
    this.#bind();
  }

  /** No workload is left and none will come. */
  get isOver(): boolean {
    const { workloadLimit } = this.scenario;
    return workloadLimit !== null && this.endings.arrived >= workloadLimit && this.idle;
  }

  get idle(): boolean {
    return this.open.length === 0 && this.#runs.length === 0;
  }

  /** Eligible, with room, not taken in this round, and worth its price: `feasible` under price alone. */
  isFeasible(workload: SimulatedWorkload, node: number): boolean {
    return this.isEligible(workload, node) && workload.weightMicro[node]! >= 0;
  }

  isEligible(workload: SimulatedWorkload, node: number): boolean {
    return workload.eligible[node] === 1 && this.taken[node] === 0 && this.free[node]! >= workload.spec.gpus;
  }

  /** The policy's features of an eligible pair in this round, as `policy/features.ts` has them. */
  writeFeatures(workload: SimulatedWorkload, node: number, into: Int16Array, offset: number): void {
    const from = node * FEATURES;
    for (let i = 0; i < FEATURES; i++) into[offset + i] = workload.features[from + i]!;
    const { gpus } = this.nodes[node]!;
    const free = this.free[node]!;
    const left = free - workload.spec.gpus;
    into[offset + 4] = Math.min(255, this.round - workload.spec.submittedRound);
    into[offset + 6] = this.#logOf[free]!;
    into[offset + 14] = Math.floor(((gpus - free) * 255) / gpus);
    into[offset + 17] = this.#logOf[1 + left]!;
    into[offset + 18] = left === 0 ? 255 : 0;
    into[offset + 19] = this.#logOf[1 + this.#networkFree]!;
    into[offset + 21] = lg16(1 + this.#networkOpen);
    into[offset + 22] = Math.floor(((this.totalGpus - this.#networkFree) * 255) / this.totalGpus);
  }

  /** Gives a workload to a node in this round. Returns what is expected of it before its luck is known. */
  match(workload: SimulatedWorkload, node: number): Terms {
    if (!this.isEligible(workload, node)) {
      throw new RangeError(`workload ${workload.id} cannot run on node ${node} in round ${this.round}`);
    }
    const { roundSec } = this.scenario;
    const duration = workload.durationSec[node]!;
    const fault = this.failureProbability(node);
    const match = workload.matches++;
    const failed = workload.luck[match]! < fault;
    const part = failed ? workload.when[match]! : 1;
    const startSec = (this.round + 0.5) * roundSec;
    const delaySec = startSec + duration - (workload.spec.submittedRound + 1) * roundSec;
    const lead = this.#lead(node);

    const pair = { scenario: this.scenario, node: this.nodes[node]!, workload, duration, delaySec, lead };
    addOutcome(this.terms, pair, node, failed ? 0 : 1, part);
    const expected = emptyTerms();
    // A run that fails does so half-way on average.
    addOutcome(expected, pair, node, 1 - fault, 1 - fault / 2);

    this.taken[node] = 1;
    this.free[node]! -= workload.spec.gpus;
    this.#served[node]! += workload.spec.gpus * duration;
    this.open.splice(this.open.indexOf(workload), 1);
    const freeFromRound = Math.floor((startSec + duration * part) / roundSec) + 1;
    this.#runs.push({ workload, node, freeFromRound, failed });
    if (!failed) {
      this.endings.completed++;
      this.endings.waitedRounds += this.round - workload.spec.submittedRound;
    }
    return expected;
  }

  failureProbability(node: number): number {
    const doubt = 1 - this.nodes[node]!.trustBps / 10_000;
    return Math.min(1, this.scenario.welfare.failureAtNoTrust * doubt * doubt);
  }

  /** Free GPUs on nodes that have too few of them for the next workload, on average over what may come; in [0, 1]. */
  fragmentation(): number {
    let stranded = 0;
    for (const [need, probability] of gpuNeeds(this.scenario)) {
      for (let c = 0; c < this.nodes.length; c++) {
        if (this.free[c]! < need) stranded += probability * this.free[c]!;
      }
    }
    return stranded / this.totalGpus;
  }

  /** Numbers of `writeState`. */
  get stateSize(): number {
    return 5 + 2 * Math.min(STATE_NODES, this.nodes.length);
  }

  /**
   * The state beyond the pairs at hand, each number about 1: what waits and what it is worth, what is busy and how long.
   * For a critic; a policy never sees it.
   */
  writeState(into: Float64Array): void {
    const { roundSec, moneyUnitMicro } = this.scenario;
    let [worth, urgentWorth] = [0, 0];
    for (const workload of this.open) {
      const best = Math.max(0, ...workload.weightMicro) / moneyUnitMicro;
      worth += best;
      urgentWorth += (best * workload.spec.priority) / 10_000;
    }
    const busyRounds = new Float64Array(this.nodes.length);
    let busyGpuRounds = 0;
    for (const { node, freeFromRound, workload } of this.#runs) {
      const left = freeFromRound - this.round;
      busyRounds[node] = Math.max(busyRounds[node]!, left);
      busyGpuRounds += left * workload.spec.gpus;
    }
    const longest = this.scenario.welfare.calmPatienceSec / roundSec / 4;
    let i = 0;
    into[i++] = this.open.length / this.nodes.length;
    into[i++] = worth / this.nodes.length;
    into[i++] = urgentWorth / this.nodes.length;
    into[i++] = busyGpuRounds / this.totalGpus / longest;
    into[i++] = this.taken.reduce((sum, taken) => sum + taken, 0) / this.nodes.length;
    for (let c = 0; c < Math.min(STATE_NODES, this.nodes.length); c++) {
      into[i++] = this.free[c]! / this.nodes[c]!.gpus;
      into[i++] = busyRounds[c]! / longest;
    }
  }

  /** How far a node is ahead of its share of the work so far; in [-1, 1]. */
  #lead(node: number): number {
    let served = 0;
    for (const gpuSec of this.#served) served += gpuSec;
    return served === 0 ? 0 : this.#served[node]! / served - this.nodes[node]!.gpus / this.totalGpus;
  }

  #freeGpus(): void {
    let kept = 0;
    for (const run of this.#runs) {
      if (run.freeFromRound > this.round) {
        this.#runs[kept++] = run;
        continue;
      }
      this.free[run.node]! += run.workload.spec.gpus;
      if (!run.failed) continue;
      this.endings.failedRuns++;
      const { spec, matches, openUntilRound } = run.workload;
      const mayRetry = matches <= spec.maxRetries && matches < MOST_MATCHES && openUntilRound > this.round;
      if (mayRetry) this.open.push(run.workload);
      else this.endings.lost++;
    }
    this.#runs.length = kept;
  }

  #expire(): void {
    let kept = 0;
    for (const workload of this.open) {
      if (workload.openUntilRound > this.round) this.open[kept++] = workload;
      else this.endings.expired++;
    }
    this.open.length = kept;
  }

  #arrive(submittedRound: number): void {
    const { arrivalsPerRound, workloadLimit } = this.scenario;
    const limit = workloadLimit ?? Number.POSITIVE_INFINITY;
    const count = Math.min(this.#arrivals.poisson(arrivalsPerRound), limit - this.endings.arrived);
    for (let i = 0; i < count; i++) this.open.push(this.#draw(submittedRound));
    this.open.sort((a, b) => a.id - b.id);
  }

  #draw(submittedRound: number): SimulatedWorkload {
    const id = ++this.endings.arrived;
    const random = this.#luck.split(id);
    const { spec, budgetMicro } = drawWorkload(this.scenario.workloads, submittedRound, random);
    const luck = Float64Array.from({ length: MOST_MATCHES }, () => random.float());
    const when = Float64Array.from({ length: MOST_MATCHES }, () => random.float());
    const count = this.nodes.length;
    const workload: SimulatedWorkload = {
      id,
      spec,
      budgetMicro,
      openUntilRound: submittedRound + 1 + this.scenario.openRounds,
      matches: 0,
      luck,
      when,
      eligible: new Uint8Array(count),
      durationSec: new Float64Array(count),
      costMicro: new Float64Array(count),
      weightMicro: new Float64Array(count),
      features: new Int16Array(count * FEATURES),
    };
    this.nodes.forEach((node, c) => {
      this.#pair(workload, node, c);
    });
    return workload;
  }

  /** What does not change while the workload waits. */
  #pair(workload: SimulatedWorkload, node: NodeRecord, c: number): void {
    const { parameters } = this.scenario;
    const { spec, budgetMicro } = workload;
    const round = Round(spec.submittedRound);
    if (reasonAgainst(spec, node, round, true, parameters.flagBelowTrustBps) !== 'None') return;
    const weight = weigh(spec, node, budgetMicro, 0, parameters);
    workload.eligible[c] = 1;
    workload.durationSec[c] = Number(weight.durationSec);
    workload.costMicro[c] = Number(weight.costMicro);
    workload.weightMicro[c] = Number(weight.weightMicro);
    const counters = { gpus: this.totalGpus, freeGpus: this.totalGpus, openWorkloads: 0 };
    writeFeatures(workload.features, c * FEATURES, spec, node, budgetMicro, round, counters);
  }

  /** The counters of the network bind by round: matches of this round do not change them. */
  #bind(): void {
    this.taken.fill(0);
    this.#networkOpen = this.open.length;
    this.#networkFree = 0;
    for (const gpus of this.free) this.#networkFree += gpus;
  }

  /** The counters that bind in this round. */
  get counters() {
    return { gpus: this.totalGpus, freeGpus: this.#networkFree, openWorkloads: this.#networkOpen };
  }
}

function noEndings(): Endings {
  return { arrived: 0, completed: 0, expired: 0, failedRuns: 0, lost: 0, waitedRounds: 0 };
}
