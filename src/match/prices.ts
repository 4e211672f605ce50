import { type Assignment, NONE } from './assignment.ts';
import type { WeightTable } from './weightTable.ts';

/** Seller-optimal duals of an optimal assignment, and why none of them can be lower. */
export interface Prices {
  /** Per row; 0 for the unmatched. */
  readonly u: Float64Array;
  /** Per column; 0 for the unmatched. v + cost is the VCG price. */
  readonly v: Float64Array;
  /** Per matched row with u > 0: the column that sets its price, else NONE. */
  readonly next: Int32Array;
  readonly rank: Int32Array;
}

/**
 * The least u with u + v >= W: what each row gains over its best alternative, which is a free column or one that
 * another row holds. Found from u = 0 upwards; every step is forced, so the fixpoint is the least.
 */
export function sellerOptimalPrices(table: WeightTable, { columnOf, rowOf }: Assignment): Prices {
  const { rows, columns, weights } = table;
  const u = new Float64Array(rows);
  const v = new Float64Array(columns);
  for (let c = 0; c < columns; c++) {
    const holder = rowOf[c]!;
    if (holder !== NONE) v[c] = weights[holder * columns + c]!;
  }
  for (let changed = true; changed; ) {
    changed = false;
    for (let row = 0; row < rows; row++) {
      const column = columnOf[row]!;
      if (column === NONE) continue;
      let least = u[row]!;
      for (let c = 0; c < columns; c++) {
        if (c !== column) least = Math.max(least, weights[row * columns + c]! - v[c]!);
      }
      if (least === u[row]) continue;
      u[row] = least;
      v[column] = weights[row * columns + column]! - least;
      changed = true;
    }
  }
  return { u, v, ...pointers(table, { columnOf, rowOf, u, v }) };
}

/** Ranks by levels: rank 0 needs nobody or a free column, rank r + 1 a column whose row has rank r. */
function pointers(table: WeightTable, { columnOf, rowOf, u, v }: Assignment) {
  const { rows, columns, weights } = table;
  const next = new Int32Array(rows).fill(NONE);
  const rank = new Int32Array(rows).fill(NONE);
  const isPricedBy = (row: number, c: number) => {
    const weight = weights[row * columns + c]!;
    return c !== columnOf[row] && weight >= 0 && weight - u[row]! === v[c];
  };
  const point = (row: number, level: number, sets: (column: number) => boolean) => {
    for (let c = 0; c < columns; c++) {
      if (!sets(c) || !isPricedBy(row, c)) continue;
      next[row] = c;
      rank[row] = level;
      return;
    }
  };
  let waiting: number[] = [];
  for (let row = 0; row < rows; row++) {
    if (columnOf[row] === NONE) continue;
    if (u[row] === 0) rank[row] = 0;
    else waiting.push(row);
  }
  for (let level = 0; waiting.length > 0; level++) {
    const before = waiting.length;
    for (const row of waiting) {
      point(row, level, (c) =>
        level === 0 ? rowOf[c] === NONE : rowOf[c] !== NONE && rank[rowOf[c]!] === level - 1,
      );
    }
    waiting = waiting.filter((row) => rank[row] === NONE);
    // Level 0 may be empty: rows with u = 0 have it already.
    if (waiting.length === before && level > 0)
      throw new Error(`no column prices rows ${waiting.join(', ')}`);
  }
  return { next, rank };
}
