import type { RoundInstance } from './Matcher.ts';

/** The weight of a pair that is not feasible. */
export const INFEASIBLE = -1;

/** A round as a dense table whose rows and columns ascend by id, so that a lower index is a lower id. */
export interface WeightTable {
  readonly rows: number;
  readonly columns: number;
  /** Index into the instance of each row and column. */
  readonly workloadIndex: readonly number[];
  readonly nodeIndex: readonly number[];
  /** weights[row * columns + column] in micro-AICC, INFEASIBLE where there is no such pair. */
  readonly weights: Float64Array;
}

/** Asks for every pair once. Money fits 2^53 - 1, so a float64 holds it exactly; anything else is refused. */
export function weightTable(instance: RoundInstance): WeightTable {
  const workloadIndex = indicesById(instance.workloads);
  const nodeIndex = indicesById(instance.nodes);
  const columns = nodeIndex.length;
  const weights = new Float64Array(workloadIndex.length * columns).fill(INFEASIBLE);
  workloadIndex.forEach((w, row) => {
    nodeIndex.forEach((c, column) => {
      const pair = instance.pair(w, c);
      if (pair === null) return;
      if (!Number.isSafeInteger(pair.weightMicro) || pair.weightMicro < 0) {
        throw new RangeError(
          `weight ${pair.weightMicro} of workload ${instance.workloads[w]!.id} on node ${instance.nodes[c]!.id} is not in 0..2^53-1`,
        );
      }
      weights[row * columns + column] = pair.weightMicro;
    });
  });
  return { rows: workloadIndex.length, columns, workloadIndex, nodeIndex, weights };
}

function indicesById(items: readonly { readonly id: number }[]): number[] {
  return items.map((_, index) => index).sort((a, b) => items[a]!.id - items[b]!.id);
}
