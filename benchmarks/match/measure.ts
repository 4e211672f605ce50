/**
 * Measures one size of one market, in a process of its own so that its peak memory is its own:
 * `node benchmarks/match/measure.ts '{"market":"openb","nodes":1000,"workloads":100,"runs":5}'` prints a Measured.
 */
import type { NodeRecord } from '../../src/domain/index.ts';
import {
  ClassedRound,
  certifiedRoundOfClasses,
  checkCertificate,
  NodeClasses,
  type OpenWorkload,
} from '../../src/match/index.ts';
import { encodeWeights, loadPolicy, policyScores } from '../../src/policy/index.ts';
import { livelyNetwork } from '../../src/policy/testing/livelyNetwork.ts';
import { Random } from '../../src/training/random.ts';
import { type Market, openbMarket, uniformMarket } from './markets.ts';

export interface Size {
  readonly market: Market['name'];
  readonly nodes: number;
  readonly workloads: number;
  readonly runs: number;
}

export interface Measured extends Size {
  readonly classes: number;
  /** Of each run, grouping, scoring, matching and the check of the certificate together. */
  readonly coldMs: readonly number[];
  /** The same of rounds that follow one another, where what they have in common is kept. */
  readonly incrementalMs: readonly number[];
  /** Matches of each incremental round. */
  readonly matches: readonly number[];
  readonly peakMB: number;
}

interface LiveNode {
  readonly id: number;
  record: NodeRecord;
}

const SEED = 1;
const PARAMETERS = {
  maxPenaltyMicroPerGpuHour: 300_000,
  greenMicroPerKWh: 100_000,
  flagBelowTrustBps: 4_000,
} as const;
const HEARTBEAT_ROUNDS = 30;
/** Part of the nodes that change their ask in a round. */
const ASK_CHANGES = 0.005;
/** A matcher runs for days: its code is compiled and its caches are filled before it is timed. */
const WARM_UP_ROUNDS = { openb: 10, uniform: 1 } as const;

const policy = loadPolicy(encodeWeights(livelyNetwork(32, SEED)));

/** A network whose rounds follow one another: what was matched is busy for a round, asks move, hearts beat. */
class Simulation {
  readonly nodes: readonly LiveNode[];
  readonly #market: Market;
  readonly #workloads: number;
  readonly #random = new Random(SEED + 1);
  #busy: { node: LiveNode; gpus: number }[] = [];
  #nextId = 1;
  round = 1;

  constructor({ market, nodes, workloads }: Size) {
    this.#market = market === 'openb' ? openbMarket(SEED) : uniformMarket(SEED);
    this.#workloads = workloads;
    this.nodes = Array.from({ length: nodes }, (_, i) => ({
      id: i + 1,
      record: { ...this.#market.node(), freshUntilRound: this.round + 1 + (i % HEARTBEAT_ROUNDS) },
    }));
  }

  /** New ones each round: whatever is not matched is withdrawn. */
  workloads(): OpenWorkload[] {
    return Array.from({ length: this.#workloads }, () => ({
      id: this.#nextId++,
      ...this.#market.workload(this.round),
    }));
  }

  counters() {
    let gpus = 0;
    let freeGpus = 0;
    for (const { record } of this.nodes) {
      gpus += record.gpus;
      freeGpus += record.freeGpus;
    }
    return { gpus, freeGpus, openWorkloads: this.#workloads };
  }

  advance(matched: readonly { readonly node: number; readonly gpus: number }[]): void {
    this.round++;
    for (const { node, gpus } of this.#busy) this.#change(node, { freeGpus: node.record.freeGpus + gpus });
    this.#busy = matched.map(({ node, gpus }) => ({ node: this.nodes[node - 1]!, gpus }));
    for (const { node, gpus } of this.#busy) this.#change(node, { freeGpus: node.record.freeGpus - gpus });
    for (let i = 0; i < this.nodes.length * ASK_CHANGES; i++) {
      const node = this.#random.choice(this.nodes);
      const ask = node.record.askMicroPerGpuHour;
      this.#change(node, { askMicroPerGpuHour: Math.ceil(ask * (0.95 + 0.1 * this.#random.float())) });
    }
    for (let i = this.round % HEARTBEAT_ROUNDS; i < this.nodes.length; i += HEARTBEAT_ROUNDS) {
      this.#change(this.nodes[i]!, { freshUntilRound: this.round + HEARTBEAT_ROUNDS + 1 });
    }
  }

  #change(node: LiveNode, change: Partial<NodeRecord>): void {
    node.record = { ...node.record, ...change };
  }
}

function measure(size: Size): Measured {
  const simulation = new Simulation(size);
  const kept = new NodeClasses();
  const coldMs: number[] = [];
  const incrementalMs: number[] = [];
  const matches: number[] = [];
  const clear = (nodes: NodeClasses, workloads: readonly OpenWorkload[], counters: Counters) => {
    const started = performance.now();
    nodes.update(simulation.round, simulation.nodes);
    const scores = policyScores(policy, simulation.round, counters);
    const round = new ClassedRound({ nodes, workloads, parameters: PARAMETERS, scores });
    const entries = certifiedRoundOfClasses(round);
    const violations = checkCertificate(round, entries);
    const ms = performance.now() - started;
    if (violations.length > 0)
      throw new Error(`the round is not certified: ${JSON.stringify(violations[0])}`);
    return { entries, ms };
  };
  const warmUp = WARM_UP_ROUNDS[size.market];
  for (let i = 0; i < warmUp + size.runs; i++) {
    const workloads = simulation.workloads();
    const counters = simulation.counters();
    const { entries, ms } = clear(kept, workloads, counters);
    const cold = clear(new NodeClasses(), workloads, counters);
    if (i >= warmUp) {
      incrementalMs.push(ms);
      coldMs.push(cold.ms);
      matches.push(entries.length);
    }
    const gpusOf = new Map(workloads.map(({ id, spec }) => [id, spec.gpus]));
    simulation.advance(entries.map(({ workload, node }) => ({ node, gpus: gpusOf.get(workload)! })));
  }
  const peakMB = Math.round(process.resourceUsage().maxRSS / 1_024);
  return { ...size, classes: kept.list.length, coldMs, incrementalMs, matches, peakMB };
}

type Counters = ReturnType<Simulation['counters']>;

console.log(JSON.stringify(measure(JSON.parse(process.argv[2]!) as Size)));
