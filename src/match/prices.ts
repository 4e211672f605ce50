import { type Assignment, NONE } from './assignment.ts';

/** Duals by row and by column of an `Assignment`. */
export interface Duals {
  readonly u: Float64Array;
  readonly v: number[];
}

/**
 * The seller-optimal duals: the least u, and so the highest v, that any optimal assignment allows; v + cost is the VCG
 * price. They are found from the assignment's own duals: a row can give up the shortest distance, in reduced costs
 * u + v - W, to a free node, to u = 0, or to what the holder of another column can give up.
 * A free column has v = 0.
 */
export function sellerOptimalDuals(assignment: Assignment): Duals {
  const { columnOf, rowOf, columns } = assignment;
  const free: number[] = [];
  for (let column = 0; column < columns; column++) if (rowOf[column] === NONE) free.push(column);
  const toFree = assignment.u.map((uMicro, row) => {
    const weights = assignment.weights(row);
    let least = Math.max(0, assignment.bestEdgeMicro(row));
    for (const column of free) if (weights[column]! > least) least = weights[column]!;
    return uMicro - least;
  });
  const givesUp = assignment.turned().distancesFrom(toFree);
  const duals = { u: assignment.u.slice(), v: Array.from(assignment.v.subarray(0, columns)) };
  givesUp.forEach((micro, row) => {
    if (columnOf[row] === NONE) return;
    duals.u[row]! -= micro;
    duals.v[columnOf[row]!]! += micro;
  });
  return duals;
}

/** Which node prices an entry, and how far that is from a free one. */
export interface Pointers {
  /** Node ids by row; 0 where u = 0. */
  readonly next: Int32Array;
  readonly rank: Int32Array;
}

/** By row, the columns that could be its own: u + v = W. */
export type TightColumns = readonly number[][];

/** u <= W first: u + v may exceed 2^53, W - u may not. */
export function tightColumns(assignment: Assignment, { u, v }: Duals): TightColumns {
  const { columns } = assignment;
  return Array.from(u, (uMicro, row) => {
    const weights = assignment.weights(row);
    const tight: number[] = [];
    for (let column = 0; column < columns; column++) {
      if (weights[column]! - uMicro === v[column]) tight.push(column);
    }
    return tight;
  });
}

/** By seller-optimal duals: rank 0 needs nobody or a free node, rank r + 1 a node whose row has rank r. */
export function pointers(assignment: Assignment, { u }: Duals, tight: TightColumns): Pointers {
  const { columnOf, columns } = assignment;
  const rows = columnOf.length;
  const next = new Int32Array(rows);
  const rank = new Int32Array(rows).fill(NONE);
  const pricedBy: number[][] = Array.from({ length: columns }, () => []);
  const level: number[] = []; // rows in the order of their rank
  let matched = 0;
  for (let row = 0; row < rows; row++) {
    if (columnOf[row] === NONE) continue;
    matched++;
    const free = u[row] === 0 ? undefined : assignment.lowestFree(row, u[row]!);
    if (u[row] !== 0 && free === undefined) {
      for (const column of tight[row]!) pricedBy[column]!.push(row);
      continue;
    }
    rank[row] = 0;
    next[row] = free?.id ?? 0;
    level.push(row);
  }
  for (let i = 0; i < level.length; i++) {
    const holder = level[i]!;
    const column = columnOf[holder]!;
    const id = assignment.nodeOf(column);
    for (const row of pricedBy[column]!) {
      if (rank[row] === NONE) {
        rank[row] = rank[holder]! + 1;
        next[row] = id;
        level.push(row);
      } else if (rank[row] === rank[holder]! + 1 && id < next[row]!) next[row] = id;
    }
  }
  if (level.length < matched) throw new Error(`nothing prices ${matched - level.length} rows`);
  return { next, rank };
}
