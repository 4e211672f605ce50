import { NodeId, Round, WorkloadId } from '../../domain/ids.ts';
import type { NodeRecord, WorkloadSpec } from '../../domain/types.ts';
import type { DescribedRound, Pair, RoundInstance } from '../Matcher.ts';

/** A reproducible stream of integers in [0, below) (mulberry32), for rounds that can be named by a seed. */
export function integers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z = (z + Math.imul(z ^ (z >>> 7), z | 61)) ^ z;
    return Math.floor((((z ^ (z >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** A round from a table of pairs; ids ascend, with gaps, so that nobody mistakes an index for an id. */
export function roundOf(pairs: readonly (readonly (Pair | null)[])[], columns: number): RoundInstance {
  return {
    round: Round(7),
    workloads: pairs.map((_, w) => ({ id: WorkloadId(3 * w + 2) })),
    nodes: Array.from({ length: columns }, (_, c) => ({ id: NodeId(2 * c + 5) })),
    pair: (w, c) => pairs[w]![c]!,
  };
}

/** Weights 0..largest (ties are common when it is small), about one pair in six not feasible, costs 0..9. */
export function randomRound(seed: number, rows: number, columns: number, largest: number): RoundInstance {
  const next = integers(seed);
  const pair = () => (next(6) === 0 ? null : { weightMicro: next(largest + 1), costMicro: next(10) });
  const pairs = Array.from({ length: rows }, () => Array.from({ length: columns }, pair));
  return roundOf(pairs, columns);
}

/** A node with four GPUs, but for what is said. */
export function recordOf(said: Partial<NodeRecord> = {}): NodeRecord {
  return {
    gpus: 4,
    freeGpus: 4,
    memoryCode: 140,
    computeCode: 200,
    computeShift: 8,
    bandwidthCode: 100,
    latencyCode: 150,
    wattsCode: 130,
    classId: 0,
    trustBps: 9_000,
    active: true,
    flagged: false,
    excluded: false,
    green: false,
    freshUntilRound: 9,
    askMicroPerGpuHour: 1_000_000,
    matchedRound: 0,
    matchedEntry: 0,
    ...said,
  };
}

/** A workload of one GPU, but for what is said. */
export function specOf(said: Partial<WorkloadSpec> = {}): WorkloadSpec {
  return {
    gpus: 1,
    memoryCode: 130,
    classMask: 0,
    computeGflop: 1_000_000,
    dataMB: 100,
    leaseSec: 0,
    maxDurationSec: 3_600,
    priority: 5_000,
    minTrustBps: 0,
    maxRetries: 0,
    submittedRound: 5,
    ...said,
  };
}

/** A `randomRound` with few kinds of nodes and workloads, so that scores tie too; what does not fit is not feasible. */
export function randomDescribedRound(
  seed: number,
  rows: number,
  columns: number,
  largest: number,
): DescribedRound {
  const { round, ...table } = randomRound(seed, rows, columns, largest);
  const next = integers(seed ^ 0x5eed);
  const workloads = table.workloads.map(({ id }) => ({
    id,
    spec: specOf({ gpus: 1 + next(4), memoryCode: 130 + 10 * next(2), priority: 2_500 * next(5) }),
    budgetMicro: 100 + next(largest + 1),
  }));
  const nodes = table.nodes.map(({ id }) => {
    const gpus = 1 + next(8);
    const record = { gpus, freeGpus: 1 + next(gpus), memoryCode: 130 + 10 * next(2), green: next(2) === 0 };
    return {
      id,
      record: recordOf({ ...record, latencyCode: 150 + next(2), trustBps: 5_000 + 2_500 * next(3) }),
    };
  });
  const durations = workloads.map(() => nodes.map(() => 60 * (1 + next(3))));
  return {
    round,
    workloads,
    nodes,
    pair(w, c) {
      const pair = table.pair(w, c);
      const fits = workloads[w]!.spec.gpus <= nodes[c]!.record.freeGpus;
      return pair && fits ? { ...pair, durationSec: durations[w]![c]! } : null;
    },
  };
}

/** The same round, listed in another order. */
export function shuffled<R extends RoundInstance>(instance: R, seed: number): R {
  const next = integers(seed);
  const permutation = (length: number) => {
    const order = Array.from({ length }, (_, i) => i);
    for (let i = length - 1; i > 0; i--) {
      const j = next(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  };
  const rows = permutation(instance.workloads.length);
  const columns = permutation(instance.nodes.length);
  return {
    ...instance,
    workloads: rows.map((w) => instance.workloads[w]!),
    nodes: columns.map((c) => instance.nodes[c]!),
    pair: (w, c) => instance.pair(rows[w]!, columns[c]!),
  };
}
