import { costMicro } from './classTerms.ts';

/** The weight of a pair that is not feasible: below every other, also after duals are added to it. */
export const INFEASIBLE = Number.NEGATIVE_INFINITY;

/**
 * Nodes that differ in nothing but their ask, in (ask, id) order: every workload ranks them alike, up to ties.
 * A node that is like no other is a group of one.
 */
export interface NodeGroup {
  readonly ids: readonly number[];
  /** micro-AICC per GPU-hour. */
  readonly asks: readonly number[];
}

/**
 * What a workload makes of the groups: its weight on a node is surplus - cost(ask), feasible where that is not
 * negative. Groups without a feasible node may be left out.
 */
export interface CandidateRow {
  /** Indices of groups, ascending. */
  readonly groups: Int32Array;
  /** Budget less quality and green, per entry of `groups`; 0..2^53 - 1. */
  readonly surplusMicro: Float64Array;
  readonly gpuSec: Float64Array;
  /** No node of a group that was left out has more weight than this; INFEASIBLE where none is feasible. */
  readonly restMicro: number;
}

/** A round as the solver sees it. Rows ascend by workload id, so that a lower index is a lower id. */
export interface CandidateTable {
  readonly groups: readonly NodeGroup[];
  readonly rows: number;
  /** The same object whenever it is asked for. */
  row(index: number): CandidateRow;
}

/** By index into `row.groups`. */
export function weightIn(row: CandidateRow, slot: number, askMicroPerGpuHour: number): number {
  const weight = row.surplusMicro[slot]! - costMicro(askMicroPerGpuHour, row.gpuSec[slot]!);
  return weight >= 0 ? weight : INFEASIBLE;
}

/** Where `group` is in the row; -1 where it is not. */
export function slotOf({ groups }: CandidateRow, group: number): number {
  if (groups[group] === group) return group; // a row of all groups
  let low = 0;
  let high = groups.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = groups[middle]!;
    if (found === group) return middle;
    if (found < group) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
