import { NodeId, Round, WorkloadId } from '../../domain/ids.ts';
import type { Pair, RoundInstance } from '../Matcher.ts';

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

/** The same round, listed in another order. */
export function shuffled(instance: RoundInstance, seed: number): RoundInstance {
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
    round: instance.round,
    workloads: rows.map((w) => instance.workloads[w]!),
    nodes: columns.map((c) => instance.nodes[c]!),
    pair: (w, c) => instance.pair(rows[w]!, columns[c]!),
  };
}
