import { fastDurationSec, NodeId, type NodeRecord, Round, WorkloadId } from '../domain/index.ts';
import { type ClassTraits, costMicro, gpuSecOn, greenMicro, traitsOf } from '../match/classTerms.ts';
import type { DescribedPair, DescribedRound } from '../match/Matcher.ts';
import {
  writeNetworkFeatures,
  writeNodeFeatures,
  writePairFeatures,
  writeWorkloadFeatures,
} from '../policy/features.ts';
import { Arrivals, type ArrivalsState } from './arrivals.ts';
import { afterSilence } from './audits.ts';
import { ARRIVAL, AUDITS, type Event, EventQueue, NODE_CHANGES, NODE_STALE, RUN_ENDS } from './EventQueue.ts';
import { exp } from './elementary.ts';
import { audit, drawFleet, type Fleet } from './fleet.ts';
import { Fragmentation } from './fragmentation.ts';
import type { Endings, EpisodeOutcome } from './outcome.ts';
import { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import { addOutcome, emptyTerms, type MatchedPair, patienceSec, type Terms, welfareOf } from './welfare.ts';
import { drawWorkload, KindSampler, lengthBiased, type SimulatedWorkload } from './workloads.ts';

export type { Endings };

/** The protocol matches a workload at most this often. */
const MOST_MATCHES = 4;
/** The run of a match is stopped after this many times its predicted duration (durationSlackBps). */
const OWED_DURATIONS = 1.5;
/** A simulated node that is up sends its heartbeats. */
const ALWAYS_FRESH = 0xffff_ffff;
/** Nodes that `writeState` tells apart; of larger networks it tells the whole alone. */
const STATE_NODES = 16;
/** Sizes by which `writeState` tells free GPUs apart. */
const STATE_SIZES = [2, 4, 8];
const STATE_OF_ALL = 9 + STATE_SIZES.length;
/** Streams of randomness of one seed. */
const NODES = 1;
const ARRIVALS = 2;
const WORKLOADS = 3;
const LIVES = 4;
const PROBES = 5;
const WARMTH = 6;

/** A start that nobody has decided on. */
export interface Prospect {
  readonly pair: MatchedPair;
  /** By what is true of the node, its luck and its outages not known. */
  readonly expected: Terms;
  /** How likely the run fails for the node's own reasons. */
  readonly fault: number;
  /** The node goes down after so long, or the run is stopped because it owes too much: 0 if the node is down. */
  readonly lastsSec: number;
}

interface Run {
  readonly id: number;
  /** null: other work, that was there before the episode. */
  readonly workload: SimulatedWorkload | null;
  readonly node: number;
  readonly gpus: number;
  readonly startSec: number;
  readonly endSec: number;
  /** When it ends if all goes well and the record is true. */
  readonly expectedEndSec: number;
  readonly completes: boolean;
}

/** What changes in an episode but for the fleet and the queues; plain data. */
interface Now {
  seed: number;
  round: number;
  terms: Terms;
  endings: Endings;
  /** By id from 1. */
  book: SimulatedWorkload[];
  open: SimulatedWorkload[];
  runs: Map<number, Run>;
  lastRun: number;
  /** GPUs that no run holds, by node; the record says so from the next round on. */
  free: Int32Array;
  taken: Uint8Array;
  takenNodes: number[];
  /** GPU-seconds given to each node, and to all. */
  served: Float64Array;
  servedInAll: number;
  /** Σ GPUs × expected end of the runs on each node, and on all. */
  busyUntil: Float64Array;
  busyUntilInAll: number;
  isUp: Uint8Array;
  changes: Int32Array;
  /** When a node goes down or comes back next. */
  changeSec: Float64Array;
  offeredGpuSec: number;
  offeredUpToSec: number;
  upGpus: number;
  heldGpuSec: number;
  usefulGpuSec: number;
  fragmentationSum: number;
  networkFree: number;
  networkOpen: number;
  /** Of the arrival that is next. */
  nextJob: number | null;
  epoch: number;
}

/** An episode at one moment, as plain data that can be cloned and stored. */
export interface SimulationState {
  readonly now: Now;
  readonly nodes: readonly NodeRecord[];
  readonly fleet: Fleet;
  readonly events: readonly Event[];
  readonly arrivals: ArrivalsState;
  readonly fragmentation: readonly number[];
}

/**
 * The market as events on real clocks, bound by rounds as the protocol binds them: what happens in round r (submissions,
 * matches, endings, audits, lost heartbeats) is on record from r + 1 on, and a match of round r starts in the middle of it.
 * Who is matched is decided outside, by `match`. All randomness is split by node, workload and purpose: two deciders meet
 * the same arrivals, the same luck and the same outages whatever they do.
 */
export class Simulation {
  readonly scenario: Scenario;
  readonly totalGpus: number;
  /** The records that bind in this round, by node index; each is replaced, never changed, and only when it changes. */
  nodes: readonly NodeRecord[] = [];
  /** The same with their ids, which are the index + 1. */
  bound: readonly { readonly id: NodeId; readonly record: NodeRecord }[] = [];
  /** Changes whenever a round begins, also of another episode. */
  stamp = 0;
  /** Changes whenever anything of a record changed but its free GPUs. */
  recordsVersion = 0;

  #nodes: NodeRecord[] = [];
  #bound: { id: NodeId; record: NodeRecord }[] = [];
  /** Of each record with all GPUs free. */
  #traits: ClassTraits[] = [];
  #fleet!: Fleet;
  #now!: Now;
  readonly #queue = new EventQueue();
  #arrivals!: Arrivals;
  readonly #fragmentation: Fragmentation;
  readonly #sampler: KindSampler;
  readonly #warmSampler: KindSampler;
  #luck = new Random(0);
  #lives = new Random(0);
  #probes = new Random(0);
  /** Nodes whose records bind anew in the next round: 1 for free GPUs alone. */
  readonly #dirty: Uint8Array;
  #dirtyNodes: number[] = [];

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    this.totalGpus = scenario.nodes.reduce((sum, node) => sum + node.gpus, 0);
    this.#fragmentation = new Fragmentation(scenario, this.totalGpus);
    this.#sampler = new KindSampler(scenario.workloads.kinds);
    this.#warmSampler = new KindSampler(lengthBiased(scenario.workloads.kinds));
    this.#dirty = new Uint8Array(scenario.nodes.length);
    this.reset(0);
  }

  reset(seed: number): void {
    const { scenario } = this;
    const root = new Random(seed);
    this.#fleet = drawFleet(scenario, root.split(NODES));
    this.#setStreams(root);
    this.#arrivals = new Arrivals(
      scenario.arrivals,
      scenario.arrivalsPerRound / scenario.roundSec,
      root.split(ARRIVALS),
    );
    this.#now = beginning(seed, this.#fleet, this.totalGpus);
    this.#queue.clear();
    this.#fragmentation.clear();
    for (const { gpus } of this.#fleet.records) this.#fragmentation.add(gpus);
    this.#setNodes(this.#fleet.records.slice());
    this.#warmUp(root.split(WARMTH));
    this.#expectArrival();
    if (scenario.world !== null) this.#expectWorld(scenario.world.audits.epochRounds);
    this.#bind();
  }

  get round(): number {
    return this.#now.round;
  }

  get open(): readonly SimulatedWorkload[] {
    return this.#now.open;
  }

  get terms(): Terms {
    return this.#now.terms;
  }

  get endings(): Endings {
    return this.#now.endings;
  }

  /** GPUs of each node that no run holds: `nodes` says so from the next round on. */
  get free(): Int32Array {
    return this.#now.free;
  }

  /** 1 for nodes that took a workload in this round: they take no other. */
  get taken(): Uint8Array {
    return this.#now.taken;
  }

  get takenCount(): number {
    return this.#now.takenNodes.length;
  }

  /** Goes to the next round: what happened in this one binds there. */
  advance(): void {
    const now = this.#now;
    now.round++;
    const untilSec = now.round * this.scenario.roundSec;
    const known = now.open.length;
    for (
      let event = this.#queue.next;
      event !== undefined && event.timeSec < untilSec;
      event = this.#queue.next
    ) {
      this.#queue.pop();
      this.#happen(event);
    }
    if (now.open.length > known) now.open.sort((a, b) => a.id - b.id);
    this.#expire();
    this.#bind();
  }

  /** No workload is left and none will come. */
  get isOver(): boolean {
    const { workloadLimit } = this.scenario;
    return workloadLimit !== null && this.endings.arrived >= workloadLimit && this.idle;
  }

  /** Nothing of the episode waits or runs. */
  get idle(): boolean {
    const { arrived, completed, expired, lost } = this.endings;
    return arrived === completed + expired + lost;
  }

  /** Eligible, with room, not taken in this round, and worth its price: `feasible` under price alone. */
  isFeasible(workload: SimulatedWorkload, node: number): boolean {
    if (!this.hasRoom(workload, node)) return false;
    const gpuSec = this.gpuSec(workload, node);
    return gpuSec !== Number.POSITIVE_INFINITY && this.weightMicro(workload, node, gpuSec) >= 0;
  }

  isEligible(workload: SimulatedWorkload, node: number): boolean {
    return this.hasRoom(workload, node) && this.gpuSec(workload, node) !== Number.POSITIVE_INFINITY;
  }

  /** Free GPUs on record, and not taken in this round. */
  hasRoom(workload: SimulatedWorkload, node: number): boolean {
    return this.#now.taken[node] === 0 && this.#nodes[node]!.freeGpus >= workload.spec.gpus;
  }

  /** Predicted GPU-seconds; Infinity where any hard rule but those on room is broken. */
  gpuSec({ spec }: SimulatedWorkload, node: number): number {
    const record = this.#nodes[node]!;
    if (!record.active || record.excluded || record.flagged || this.#now.round > record.freshUntilRound) {
      return Number.POSITIVE_INFINITY;
    }
    return gpuSecOn(spec, this.#traits[node]!, this.scenario.parameters.flagBelowTrustBps);
  }

  /** The weight of price alone: budget less cost and green. */
  weightMicro({ budgetMicro }: SimulatedWorkload, node: number, gpuSec: number): number {
    const cost = costMicro(this.#nodes[node]!.askMicroPerGpuHour, gpuSec);
    return budgetMicro - cost - greenMicro(this.#traits[node]!, gpuSec, this.scenario.parameters);
  }

  /** A pair as price alone weighs it; null where it is not feasible. */
  pair(workload: SimulatedWorkload, node: number): DescribedPair | null {
    if (!this.hasRoom(workload, node)) return null;
    const gpuSec = this.gpuSec(workload, node);
    if (gpuSec === Number.POSITIVE_INFINITY) return null;
    const weightMicro = this.weightMicro(workload, node, gpuSec);
    if (weightMicro < 0) return null;
    const cost = costMicro(this.#nodes[node]!.askMicroPerGpuHour, gpuSec);
    return { weightMicro, costMicro: cost, durationSec: gpuSec / workload.spec.gpus };
  }

  /** The round as matchers see it; pairs are weighed when they are asked for. Valid until the next `match`. */
  described(): DescribedRound {
    const open = this.#now.open.slice();
    return {
      round: Round(this.round),
      workloads: open.map(({ id, spec, budgetMicro }) => ({ id: WorkloadId(id), spec, budgetMicro })),
      nodes: this.bound,
      pair: (w, c) => this.pair(open[w]!, c),
    };
  }

  /** The open workload of an id, as entries name it. */
  workload(id: number): SimulatedWorkload {
    const workload = this.#now.book[id - 1];
    if (workload === undefined) throw new RangeError(`workload ${id} has not arrived by round ${this.round}`);
    return workload;
  }

  /** The policy's features of an eligible pair in this round, as `policy/features.ts` has them. */
  writeFeatures(workload: SimulatedWorkload, node: number, into: Int16Array, offset: number): void {
    const { spec, budgetMicro } = workload;
    const record = this.#nodes[node]!;
    const { speed } = this.#traits[node]!;
    writeWorkloadFeatures(into, offset, spec, budgetMicro, this.round);
    writeNodeFeatures(into, offset + 6, record);
    const durationSec = fastDurationSec(spec, record, speed);
    writePairFeatures(into, offset + 15, spec, record, durationSec, speed.bandwidthMbps);
    writeNetworkFeatures(into, offset + 19, this.counters);
    into[offset + 23] = record.memoryCode - spec.memoryCode;
  }

  /**
   * Gives a workload to a node in this round, at the price of its round (by default the node's own).
   * Returns what is expected of it before its luck is known; `terms` counts what becomes of it.
   */
  match(workload: SimulatedWorkload, node: number, priceMicro?: number): Terms {
    if (workload.ending !== 'open' || !this.isEligible(workload, node)) {
      throw new RangeError(`workload ${workload.id} cannot run on node ${node} in round ${this.round}`);
    }
    const now = this.#now;
    const gpuSec = this.gpuSec(workload, node);
    const predictedSec = gpuSec / workload.spec.gpus;
    const startSec = (now.round + 0.5) * this.scenario.roundSec;
    const pair = this.truePair(workload, node, startSec);
    const expected = this.#expectation(pair, node, predictedSec);
    const fate = this.#fate(pair, node, startSec, predictedSec);
    addOutcome(now.terms, this.scenario, pair, fate.completes ? 1 : 0, fate.workedSec);

    const { gpus } = workload.spec;
    const price = priceMicro ?? costMicro(this.#nodes[node]!.askMicroPerGpuHour, gpuSec);
    enter(workload, pair, fate, startSec, price);
    now.open.splice(now.open.indexOf(workload), 1);
    now.taken[node] = 1;
    now.takenNodes.push(node);
    now.served[node]! += gpus * fate.workedSec;
    now.servedInAll += gpus * fate.workedSec;
    this.#start({
      id: ++now.lastRun,
      workload,
      node,
      gpus,
      startSec,
      endSec: startSec + fate.heldSec,
      expectedEndSec: startSec + predictedSec,
      completes: fate.completes,
    });
    return expected;
  }

  /** What a start of a workload on a node would truly be in this round: for bounds and judges, no rule may look. */
  prospect(workload: SimulatedWorkload, node: number): Prospect {
    const predictedSec = this.gpuSec(workload, node) / workload.spec.gpus;
    const startSec = (this.round + 0.5) * this.scenario.roundSec;
    const pair = this.truePair(workload, node, startSec);
    const lastsSec = Math.min(OWED_DURATIONS * predictedSec, this.#downAfter(node, startSec) - startSec);
    const expected = this.#expectation(pair, node, predictedSec);
    return { pair, expected, fault: this.#fleet.fault[node]!, lastsSec };
  }

  /** Free GPUs on nodes that have too few of them for the next workload, on average over what may come; in [0, 1]. */
  fragmentation(): number {
    return this.#fragmentation.value;
  }

  /** Numbers of `writeState`. */
  get stateSize(): number {
    return STATE_OF_ALL + 2 * Math.min(STATE_NODES, this.#nodes.length);
  }

  /**
   * The state beyond the pairs at hand, each number about 1 and none below 0: what waits and what it is worth, what is busy
   * and how long, how large the holes are. For a critic; a policy never sees it.
   */
  writeState(into: Float64Array): void {
    const { moneyUnitMicro, welfare } = this.scenario;
    const now = this.#now;
    const count = this.#nodes.length;
    let [worth, urgentWorth, gpus, waitedRounds] = [0, 0, 0, 0];
    for (const { budgetMicro, spec } of now.open) {
      worth += budgetMicro;
      urgentWorth += (budgetMicro * spec.priority) / 10_000;
      gpus += spec.gpus;
      waitedRounds += now.round - spec.submittedRound;
    }
    const patience = welfare.calmPatienceSec / 4;
    const timeSec = now.round * this.scenario.roundSec;
    const busyGpus = this.totalGpus - this.#fragmentation.freeOnNodesWith(1);
    let i = 0;
    into[i++] = now.open.length / count;
    into[i++] = worth / moneyUnitMicro / count;
    into[i++] = urgentWorth / moneyUnitMicro / count;
    into[i++] = gpus / this.totalGpus;
    into[i++] = (waitedRounds * this.scenario.roundSec) / patience / count;
    into[i++] = busyGpus / this.totalGpus;
    into[i++] = Math.max(0, now.busyUntilInAll - busyGpus * timeSec) / this.totalGpus / patience;
    into[i++] = now.takenNodes.length / count;
    into[i++] = this.#fragmentation.value;
    for (const size of STATE_SIZES) into[i++] = this.#fragmentation.freeOnNodesWith(size) / this.totalGpus;
    for (let c = 0; c < Math.min(STATE_NODES, count); c++) {
      const { gpus: all } = this.#nodes[c]!;
      const busy = all - now.free[c]!;
      into[i++] = now.free[c]! / all;
      into[i++] = Math.max(0, now.busyUntil[c]! - busy * timeSec) / all / patience;
    }
  }

  /** The counters that bind in this round. */
  get counters() {
    return this.#counters;
  }
  readonly #counters = { gpus: 0, freeGpus: 0, openWorkloads: 0 };

  /** What has become of the episode up to the start of this round. */
  outcome(): EpisodeOutcome {
    const now = this.#now;
    const durationSec = now.round * this.scenario.roundSec;
    let heldGpuSec = now.heldGpuSec;
    for (const { gpus, startSec } of now.runs.values())
      heldGpuSec += gpus * Math.max(0, durationSec - Math.max(0, startSec));
    return {
      seed: now.seed,
      durationSec,
      welfareMicro: welfareOf(now.terms),
      terms: { ...now.terms },
      endings: { ...now.endings },
      workloads: now.book.map(({ spec, ...workload }) => ({
        id: workload.id,
        gpus: spec.gpus,
        priority: spec.priority,
        submittedSec: workload.submittedSec,
        patienceSec: workload.patienceSec,
        ending: workload.ending,
        startedSec: workload.ending === 'completed' ? workload.startedSec : null,
        completedSec: workload.ending === 'completed' ? workload.completedSec : null,
        failedRuns: workload.failedRuns,
        priceMicro: workload.ending === 'completed' ? workload.priceMicro : 0,
        gpuHours: workload.gpuHours,
        kWh: workload.kWh,
        gCo2: workload.gCo2,
      })),
      offeredGpuSec: now.offeredGpuSec + now.upGpus * (durationSec - now.offeredUpToSec),
      heldGpuSec,
      usefulGpuSec: now.usefulGpuSec,
      servedGpuSec: now.served.slice(),
      nodeGpus: Int32Array.from(this.#nodes, ({ gpus }) => gpus),
      fragmentation: now.fragmentationSum / (now.round + 1),
    };
  }

  /** The episode as it stands, to go on from later. */
  save(): SimulationState {
    return structuredClone({
      now: this.#now,
      nodes: this.#nodes,
      fleet: this.#fleet,
      events: this.#queue.save(),
      arrivals: this.#arrivals.save(),
      fragmentation: this.#fragmentation.save(),
    });
  }

  /** Goes on from what was saved of an episode of the same scenario. */
  restore(saved: SimulationState): void {
    if (saved.nodes.length !== this.scenario.nodes.length) {
      throw new RangeError(
        `the state of ${saved.nodes.length} nodes does not fit ${this.scenario.nodes.length}`,
      );
    }
    const { now, nodes, fleet, events, arrivals, fragmentation } = structuredClone(saved);
    this.#now = now;
    this.#fleet = fleet;
    this.#setStreams(new Random(now.seed));
    this.#queue.restore(events);
    this.#arrivals.restore(arrivals);
    this.#fragmentation.restore(fragmentation);
    this.#setNodes([...nodes]);
    for (let c = 0; c < nodes.length; c++) this.#mark(c, 2);
    this.#setCounters();
  }

  #setStreams(root: Random): void {
    this.#luck = root.split(WORKLOADS);
    this.#lives = root.split(LIVES);
    this.#probes = root.split(PROBES);
  }

  #setNodes(nodes: NodeRecord[]): void {
    this.#nodes = nodes;
    this.nodes = nodes;
    this.#bound = nodes.map((record, c) => ({ id: NodeId(c + 1), record }));
    this.bound = this.#bound;
    this.#traits = nodes.map(traitsWhenEmpty);
    this.recordsVersion++;
    this.#dirty.fill(0);
    this.#dirtyNodes.length = 0;
  }

  #happen({ timeSec, kind, id }: Event): void {
    if (kind === RUN_ENDS) this.#end(id);
    else if (kind === NODE_CHANGES) this.#change(id, timeSec);
    else if (kind === NODE_STALE) this.recordsVersion++;
    else if (kind === AUDITS) this.#auditAll(timeSec);
    else if (kind === ARRIVAL) this.#arrive(timeSec);
  }

  // Workloads.

  #expectArrival(): void {
    const { workloadLimit } = this.scenario;
    if (workloadLimit !== null && this.endings.arrived >= workloadLimit) return;
    const { timeSec, job } = this.#arrivals.next();
    this.#now.nextJob = job;
    this.#queue.push({ timeSec, kind: ARRIVAL, id: this.endings.arrived + 1 });
  }

  #arrive(timeSec: number): void {
    const now = this.#now;
    const { workloads, openRounds, roundSec, world } = this.scenario;
    const id = ++now.endings.arrived;
    const random = this.#luck.split(id);
    const submittedRound = Math.floor(timeSec / roundSec);
    const { spec, budgetMicro } = drawWorkload(workloads, this.#sampler, submittedRound, random, now.nextJob);
    const draws = () => Array.from({ length: MOST_MATCHES }, () => random.float());
    const workload: SimulatedWorkload = {
      id,
      spec,
      budgetMicro,
      submittedSec: timeSec,
      openUntilRound: submittedRound + 1 + openRounds,
      patienceSec: patienceSec(this.scenario, spec),
      luck: draws(),
      when: draws(),
      region: world === null ? -1 : random.integer(world.regions.rttMs.length),
      matches: 0,
      ending: 'open',
      startedSec: null,
      completedSec: null,
      failedRuns: 0,
      priceMicro: 0,
      gpuHours: 0,
      kWh: 0,
      gCo2: 0,
    };
    now.book.push(workload);
    now.open.push(workload);
    this.#expectArrival();
  }

  #expire(): void {
    const { open, round, endings } = this.#now;
    let kept = 0;
    for (const workload of open) {
      if (workload.openUntilRound > round) {
        open[kept++] = workload;
        continue;
      }
      workload.ending = 'expired';
      endings.expired++;
    }
    open.length = kept;
  }

  // Runs.

  #start(run: Run): void {
    const now = this.#now;
    now.runs.set(run.id, run);
    this.#queue.push({ timeSec: run.endSec, kind: RUN_ENDS, id: run.id });
    this.#hold(run, 1);
  }

  /** `sign` 1 takes the GPUs of a run, -1 gives them back. */
  #hold({ node, gpus, expectedEndSec }: Run, sign: 1 | -1): void {
    const now = this.#now;
    const before = now.free[node]!;
    now.free[node] = before - sign * gpus;
    this.#fragmentation.move(before, now.free[node]!);
    now.busyUntil[node]! += sign * gpus * expectedEndSec;
    now.busyUntilInAll += sign * gpus * expectedEndSec;
    this.#mark(node, 1);
  }

  #end(id: number): void {
    const now = this.#now;
    const run = now.runs.get(id)!;
    now.runs.delete(id);
    this.#hold(run, -1);
    const gpuSec = run.gpus * (run.endSec - Math.max(0, run.startSec));
    now.heldGpuSec += gpuSec;
    const { workload } = run;
    if (workload === null) return;
    if (run.completes) {
      now.usefulGpuSec += gpuSec;
      workload.ending = 'completed';
      now.endings.completed++;
      now.endings.waitedRounds +=
        Math.floor(run.startSec / this.scenario.roundSec) - workload.spec.submittedRound;
      return;
    }
    workload.failedRuns++;
    now.endings.failedRuns++;
    const { spec, matches, openUntilRound } = workload;
    const mayRetry = matches <= spec.maxRetries && matches < MOST_MATCHES && openUntilRound > now.round;
    workload.ending = mayRetry ? 'open' : 'lost';
    if (mayRetry) now.open.push(workload);
    else now.endings.lost++;
  }

  /** A pair as it truly goes if it starts then, whether or not it may. */
  truePair(workload: SimulatedWorkload, node: number, startSec: number): MatchedPair {
    const { mbps, mflops, watts, gCo2PerKWh, region } = this.#fleet;
    const { spec } = workload;
    const { world } = this.scenario;
    const latencySec =
      world === null
        ? this.#traits[node]!.speed.latencySec
        : world.regions.rttMs[workload.region]![region[node]!]! / 1_000;
    const transferSec = (spec.dataMB * 8) / mbps[node]!;
    const workSec = (spec.computeGflop * 1_000) / (spec.gpus * mflops[node]!);
    const durationSec = spec.leaseSec > 0 ? spec.leaseSec : Math.ceil(latencySec + transferSec + workSec);
    const record = this.#nodes[node]!;
    return {
      workload,
      askMicroPerGpuHour: record.askMicroPerGpuHour,
      isGreen: record.green,
      watts: watts[node]!,
      gCo2PerKWh: record.green ? 0 : gCo2PerKWh[node]!,
      durationSec,
      transferSec,
      delaySec: startSec + durationSec - workload.submittedSec,
      lead: this.#lead(node),
    };
  }

  /** How far a node is ahead of its share of the work so far; in [-1, 1]. */
  #lead(node: number): number {
    const { served, servedInAll } = this.#now;
    if (servedInAll === 0) return 0;
    return served[node]! / servedInAll - this.#nodes[node]!.gpus / this.totalGpus;
  }

  #expectation(pair: MatchedPair, node: number, predictedSec: number): Terms {
    const survives = (1 - this.#fleet.fault[node]!) * exp(-pair.durationSec / this.#fleet.upSec[node]!);
    const isOwed = pair.durationSec <= OWED_DURATIONS * predictedSec;
    const expected = emptyTerms();
    // A run that fails does so half-way on average.
    if (isOwed) addOutcome(expected, this.scenario, pair, survives, pair.durationSec * (0.5 + survives / 2));
    else addOutcome(expected, this.scenario, pair, 0, predictedSec * OWED_DURATIONS * (0.5 + survives / 2));
    return expected;
  }

  /** The first thing that ends a run: its node fails it, goes down, does not show up, or is too slow; or it is done. */
  #fate(pair: MatchedPair, node: number, startSec: number, predictedSec: number): Fate {
    const { churn } = this.scenario.world ?? { churn: null };
    const { workload, durationSec } = pair;
    const match = workload.matches++;
    const downSec = churn === null ? Number.POSITIVE_INFINITY : this.#downAfter(node, startSec);
    if (downSec <= startSec) {
      const heldSec = churn!.startWindowRounds * this.scenario.roundSec;
      return { completes: false, workedSec: 0, heldSec };
    }
    const fails = workload.luck[match]! < this.#fleet.fault[node]!;
    const failsSec = fails ? workload.when[match]! * durationSec : Number.POSITIVE_INFINITY;
    const heldSec = Math.min(durationSec, failsSec, downSec - startSec, OWED_DURATIONS * predictedSec);
    return { completes: heldSec === durationSec, workedSec: heldSec, heldSec };
  }

  // Nodes.

  #expectWorld(epochRounds: number): void {
    this.#queue.push({ timeSec: epochRounds * this.scenario.roundSec, kind: AUDITS, id: 0 });
    if (this.scenario.world!.churn === null) return;
    for (let c = 0; c < this.#nodes.length; c++) this.#expectChange(c, 0);
  }

  #expectChange(node: number, timeSec: number): void {
    const now = this.#now;
    now.changeSec[node] = timeSec + this.#holdingSec(node, now.changes[node]!, now.isUp[node] === 1);
    this.#queue.push({ timeSec: now.changeSec[node]!, kind: NODE_CHANGES, id: node });
  }

  /** How long a node stays up or down after so many changes. */
  #holdingSec(node: number, changes: number, isUp: boolean): number {
    const meanSec = isUp ? this.#fleet.upSec[node]! : this.scenario.world!.churn!.meanDownSec;
    return this.#lives
      .split(node)
      .split(changes)
      .exponential(1 / meanSec);
  }

  /** When a node goes down next after a time in the future; that time itself if it is down then. */
  #downAfter(node: number, timeSec: number): number {
    const now = this.#now;
    let isUp = now.isUp[node] === 1;
    let changes = now.changes[node]!;
    let changeSec = now.changeSec[node]!;
    while (changeSec <= timeSec) {
      isUp = !isUp;
      changeSec += this.#holdingSec(node, ++changes, isUp);
    }
    return isUp ? changeSec : timeSec;
  }

  #change(node: number, timeSec: number): void {
    const now = this.#now;
    const { roundSec, world } = this.scenario;
    const record = this.#fleet.records[node]!;
    now.offeredGpuSec += now.upGpus * (timeSec - now.offeredUpToSec);
    now.offeredUpToSec = timeSec;
    now.isUp[node] = 1 - now.isUp[node]!;
    now.changes[node]!++;
    let freshUntilRound = ALWAYS_FRESH;
    if (now.isUp[node] === 1) {
      now.upGpus += record.gpus;
    } else {
      now.upGpus -= record.gpus;
      const { freshRounds } = world!.churn!;
      const last = this.#lives.split(node).split(-now.changes[node]!).integer(freshRounds);
      freshUntilRound = Math.floor(timeSec / roundSec) + last;
      this.#queue.push({ timeSec: (freshUntilRound + 0.5) * roundSec, kind: NODE_STALE, id: node });
    }
    this.#fleet.records[node] = { ...record, freshUntilRound };
    this.#mark(node, 2);
    this.#expectChange(node, timeSec);
  }

  #auditAll(timeSec: number): void {
    const now = this.#now;
    const { roundSec, world } = this.scenario;
    const probes = this.#probes.split(++now.epoch);
    for (let c = 0; c < this.#nodes.length; c++) {
      if (now.isUp[c] === 1) audit(this.#fleet, c, probes.split(c));
      else {
        this.#fleet.unanswered[c]!++;
        this.#fleet.records[c] = afterSilence(this.#fleet.records[c]!, this.#fleet.unanswered[c]!);
      }
      this.#mark(c, 2);
    }
    this.#queue.push({ timeSec: timeSec + world!.audits.epochRounds * roundSec, kind: AUDITS, id: 0 });
  }

  /** Other work holds part of the GPUs: each run caught at a random moment, long ones more likely. */
  #warmUp(random: Random): void {
    const { world, workloads, roundSec } = this.scenario;
    const now = this.#now;
    let left = Math.floor((world?.warmShare ?? 0) * this.totalGpus);
    for (let tries = 2 * left; left > 0 && tries > 0; tries--) {
      const { spec } = drawWorkload(workloads, this.#warmSampler, 0, random);
      const node = random.integer(this.#nodes.length);
      const part = random.float();
      if (now.free[node]! < spec.gpus || spec.gpus > left) continue;
      const durationSec = fastDurationSec(spec, this.#nodes[node]!);
      if (durationSec > spec.maxDurationSec) continue;
      const endSec = durationSec * part + roundSec / 1_000; // after the start, so that every run ends once it has begun
      const run = {
        id: ++now.lastRun,
        workload: null,
        node,
        gpus: spec.gpus,
        startSec: endSec - durationSec,
      };
      this.#start({ ...run, endSec, expectedEndSec: endSec, completes: true });
      left -= spec.gpus;
    }
  }

  // Binding.

  /** `how`: 1 for free GPUs alone, 2 for anything of the record. */
  #mark(node: number, how: 1 | 2): void {
    if (this.#dirty[node] === 0) this.#dirtyNodes.push(node);
    this.#dirty[node]! |= how;
  }

  #bind(): void {
    const now = this.#now;
    for (const node of now.takenNodes) now.taken[node] = 0;
    now.takenNodes.length = 0;
    for (const c of this.#dirtyNodes) this.#bindRecord(c);
    this.#dirtyNodes.length = 0;
    now.networkOpen = now.open.length;
    now.networkFree = this.#fragmentation.freeOnNodesWith(1);
    now.fragmentationSum += this.#fragmentation.value;
    this.#setCounters();
  }

  #bindRecord(c: number): void {
    const bound = this.#nodes[c]!;
    const live = this.#fleet.records[c]!;
    const freeGpus = this.#now.free[c]!;
    const changed = (this.#dirty[c]! & 2) !== 0 && !isSame(bound, live);
    this.#dirty[c] = 0;
    if (!changed && bound.freeGpus === freeGpus) return;
    const record = { ...(changed ? live : bound), freeGpus };
    this.#nodes[c] = record;
    this.#bound[c]!.record = record;
    if (!changed) return;
    this.#traits[c] = traitsWhenEmpty(record);
    this.recordsVersion++;
  }

  #setCounters(): void {
    this.stamp++;
    this.#counters.gpus = this.totalGpus;
    this.#counters.freeGpus = this.#now.networkFree;
    this.#counters.openWorkloads = this.#now.networkOpen;
  }
}

interface Fate {
  readonly completes: boolean;
  /** How long it worked, and how long it holds its GPUs. */
  readonly workedSec: number;
  readonly heldSec: number;
}

function beginning(seed: number, { records }: Fleet, upGpus: number): Now {
  const count = records.length;
  return {
    seed,
    round: 0,
    terms: emptyTerms(),
    endings: { arrived: 0, completed: 0, expired: 0, failedRuns: 0, lost: 0, waitedRounds: 0 },
    book: [],
    open: [],
    runs: new Map(),
    lastRun: 0,
    free: Int32Array.from(records, ({ gpus }) => gpus),
    taken: new Uint8Array(count),
    takenNodes: [],
    served: new Float64Array(count),
    servedInAll: 0,
    busyUntil: new Float64Array(count),
    busyUntilInAll: 0,
    isUp: new Uint8Array(count).fill(1),
    changes: new Int32Array(count),
    changeSec: new Float64Array(count).fill(Number.POSITIVE_INFINITY),
    offeredGpuSec: 0,
    offeredUpToSec: 0,
    upGpus,
    heldGpuSec: 0,
    usefulGpuSec: 0,
    fragmentationSum: 0,
    networkFree: 0,
    networkOpen: 0,
    nextJob: null,
    epoch: 0,
  };
}

/** What a match leaves in the workload's own book. */
function enter(
  workload: SimulatedWorkload,
  pair: MatchedPair,
  { completes, workedSec }: Fate,
  startSec: number,
  priceMicro: number,
): void {
  const gpuHours = (workload.spec.gpus * workedSec) / 3_600;
  const kWh = (pair.watts * gpuHours) / 1_000;
  workload.ending = 'running';
  workload.startedSec = startSec;
  workload.completedSec = completes ? startSec + workedSec : null;
  workload.priceMicro = priceMicro;
  workload.gpuHours += gpuHours;
  workload.kWh += kWh;
  workload.gCo2 += kWh * pair.gCo2PerKWh;
}

const traitsWhenEmpty = (record: NodeRecord): ClassTraits => traitsOf({ ...record, freeGpus: record.gpus });

/** But for free GPUs. */
function isSame(a: NodeRecord, b: NodeRecord): boolean {
  return (
    a.trustBps === b.trustBps &&
    a.computeCode === b.computeCode &&
    a.bandwidthCode === b.bandwidthCode &&
    a.latencyCode === b.latencyCode &&
    a.freshUntilRound === b.freshUntilRound &&
    a.flagged === b.flagged &&
    a.excluded === b.excluded
  );
}
