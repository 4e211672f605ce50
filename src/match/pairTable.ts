import { type CandidateRow, type CandidateTable, INFEASIBLE } from './candidates.ts';
import type { RoundInstance } from './Matcher.ts';

/** A round of pairs as a table: every node is a group of its own, at ask 0. */
export interface PairTable extends CandidateTable {
  /** Index into the instance, by row and by group; both ascend by id. */
  readonly workloads: readonly number[];
  readonly nodes: readonly number[];
}

/** Asks for every pair once. Money fits 2^53 - 1, so a float64 holds it exactly; anything else is refused. */
export function pairTable(instance: RoundInstance): PairTable {
  const workloads = indicesById(instance.workloads);
  const nodes = indicesById(instance.nodes);
  const groups = nodes.map((c) => ({ ids: [instance.nodes[c]!.id], asks: [0] }));
  const rows = workloads.map((w) => rowOf(instance, w, nodes));
  return { workloads, nodes, groups, rows: rows.length, row: (index) => rows[index]! };
}

function rowOf(instance: RoundInstance, w: number, nodes: readonly number[]): CandidateRow {
  const groups: number[] = [];
  const weights: number[] = [];
  nodes.forEach((c, group) => {
    const pair = instance.pair(w, c);
    if (pair === null) return;
    if (!Number.isSafeInteger(pair.weightMicro) || pair.weightMicro < 0) {
      throw new RangeError(
        `weight ${pair.weightMicro} of workload ${instance.workloads[w]!.id} on node ${instance.nodes[c]!.id} is not in 0..2^53-1`,
      );
    }
    groups.push(group);
    weights.push(pair.weightMicro);
  });
  return {
    groups: Int32Array.from(groups),
    surplusMicro: Float64Array.from(weights),
    gpuSec: new Float64Array(groups.length),
    restMicro: INFEASIBLE,
  };
}

function indicesById(items: readonly { readonly id: number }[]): number[] {
  return items.map((_, index) => index).sort((a, b) => items[a]!.id - items[b]!.id);
}
