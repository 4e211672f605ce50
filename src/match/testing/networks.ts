import type { NodeRecord, ParameterValues, WorkloadSpec } from '../../domain/index.ts';
import { NodeId, Round, WorkloadId } from '../../domain/index.ts';
import { ClassedRound, type OpenWorkload, type Scores } from '../ClassedRound.ts';
import type { RoundInstance } from '../Matcher.ts';
import { type BoundNode, NodeClasses } from '../NodeClasses.ts';
import { isFeasible, weighPair } from '../weight.ts';
import { integers } from './rounds.ts';

type Parameters = Pick<
  ParameterValues,
  'maxPenaltyMicroPerGpuHour' | 'greenMicroPerKWh' | 'flagBelowTrustBps'
>;

/** A round as the chain knows it, small: real records and specs, few asks and classes, so that costs tie by rounding. */
export interface Network {
  readonly round: number;
  readonly nodes: readonly BoundNode[];
  readonly workloads: readonly OpenWorkload[];
  readonly parameters: Parameters;
}

export function randomNetwork(seed: number, workloads: number, nodes: number): Network {
  const next = integers(seed);
  return {
    round: 7,
    nodes: Array.from({ length: nodes }, (_, i) => ({ id: 2 * i + 3, record: randomRecord(next) })),
    workloads: Array.from({ length: workloads }, (_, i) => ({
      id: 3 * i + 2,
      spec: randomSpec(next),
      budgetMicro: next(6) === 0 ? next(40) : next(3_000),
    })),
    parameters: {
      maxPenaltyMicroPerGpuHour: next(2) * 900,
      greenMicroPerKWh: next(2) * 50_000,
      flagBelowTrustBps: 4_000,
    },
  };
}

/** One in six cannot be matched at all. */
export function randomRecord(next: (below: number) => number): NodeRecord {
  const gpus = 1 + next(3);
  return {
    gpus,
    freeGpus: next(gpus + 1),
    memoryCode: 100 + next(2),
    computeCode: 200 + 16 * next(2),
    computeShift: 8,
    bandwidthCode: 100,
    latencyCode: 50 + next(2),
    wattsCode: 60,
    classId: next(3),
    trustBps: next(8) === 0 ? 3_000 : 9_000,
    active: next(20) > 0,
    flagged: next(20) === 0,
    excluded: next(20) === 0,
    green: next(2) === 0,
    freshUntilRound: 6 + next(12),
    askMicroPerGpuHour: next(2) === 0 ? 5_000 + next(4) : 5_000 + next(3_000),
    matchedRound: 0,
    matchedEntry: 0,
  };
}

export function randomSpec(next: (below: number) => number): WorkloadSpec {
  return {
    gpus: 1 + next(2),
    memoryCode: 100 + Number(next(4) === 0),
    classMask: next(3) === 0 ? 1 + next(7) : 0,
    computeGflop: next(3_000_000),
    dataMB: next(2_000),
    leaseSec: next(3) === 0 ? 1 + next(3_000) : 0,
    maxDurationSec: 300 + next(5_000),
    priority: next(10_001),
    minTrustBps: next(5) === 0 ? 9_500 : 0,
    maxRetries: 0,
    submittedRound: 3,
  };
}

/** A penalty of the pair that depends on what a policy may look at only. */
export function penaltyOf(spec: WorkloadSpec, record: NodeRecord): number {
  return (spec.dataMB * 31 + record.classId * 9_176 + record.freeGpus * 4_099) % 65_536;
}

const testScores: Scores = {
  penalties(spec, _budgetMicro, records, into, which) {
    for (const i of Array.from(which)) into[i] = penaltyOf(spec, records[i]!);
  },
};

export function classedRound(network: Network, nodes = classesOf(network)): ClassedRound {
  const { workloads, parameters } = network;
  return new ClassedRound({ nodes, workloads, parameters, scores: testScores });
}

export function classesOf({ round, nodes }: Network): NodeClasses {
  const classes = new NodeClasses();
  classes.update(round, nodes);
  return classes;
}

/** The same round pair by pair, in the arithmetic of the protocol page. */
export function pairRound({ round, nodes, workloads, parameters }: Network): RoundInstance {
  return {
    round: Round(round),
    workloads: workloads.map(({ id }) => ({ id: WorkloadId(id) })),
    nodes: nodes.map(({ id }) => ({ id: NodeId(id) })),
    pair(w, c) {
      const { spec, budgetMicro } = workloads[w]!;
      const { record } = nodes[c]!;
      const pair = { spec, record, round, open: true, budgetMicro, parameters };
      const weight = weighPair(pair, () => penaltyOf(spec, record));
      if (!isFeasible(weight)) return null;
      return { weightMicro: Number(weight.weightMicro), costMicro: Number(weight.costMicro) };
    },
  };
}
