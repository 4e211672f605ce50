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
  const { u, v, columnOf, rowOf, columns } = assignment;
  const matched = [...columnOf.keys()].filter((row) => columnOf[row] !== NONE);
  const weights = matched.map((row) => assignment.weights(row));
  const free: number[] = [];
  for (let column = 0; column < columns; column++) if (rowOf[column] === NONE) free.push(column);
  const givesUp = Float64Array.from(matched, (row, i) => {
    let least = Math.max(0, assignment.bestEdgeMicro(row));
    for (const column of free) least = Math.max(least, weights[i]![column]!);
    return u[row]! - least;
  });
  const waiting = matched.map((_, i) => i);
  while (waiting.length > 0) {
    let least = 0;
    for (let k = 1; k < waiting.length; k++) {
      if (givesUp[waiting[k]!]! < givesUp[waiting[least]!]!) least = k;
    }
    const i = waiting[least]!;
    waiting[least] = waiting.at(-1)!;
    waiting.pop();
    const column = columnOf[matched[i]!]!;
    for (const other of waiting) {
      const through = givesUp[i]! + (u[matched[other]!]! - weights[other]![column]! + v[column]!);
      if (through < givesUp[other]!) givesUp[other] = through;
    }
  }
  const duals = { u: u.slice(), v: Array.from(v.subarray(0, columns)) };
  matched.forEach((row, i) => {
    duals.u[row]! -= givesUp[i]!;
    duals.v[columnOf[row]!]! += givesUp[i]!;
  });
  return duals;
}

/** Which node prices an entry, and how far that is from a free one. */
export interface Pointers {
  /** Node ids by row; 0 where u = 0. */
  readonly next: Int32Array;
  readonly rank: Int32Array;
}

/** By seller-optimal duals: rank 0 needs nobody or a free node, rank r + 1 a node whose row has rank r. */
export function pointers(assignment: Assignment, { u, v }: Duals): Pointers {
  const { columnOf } = assignment;
  const rows = columnOf.length;
  const next = new Int32Array(rows);
  const rank = new Int32Array(rows).fill(NONE);
  const weights = Array.from(columnOf, (_, row) => assignment.weights(row));
  let waiting: number[] = [];
  const level: number[] = []; // rows in the order of their rank
  for (let row = 0; row < rows; row++) {
    if (columnOf[row] === NONE) continue;
    const free = u[row] === 0 ? undefined : assignment.lowestFree(row, u[row]!);
    if (u[row] !== 0 && free === undefined) {
      waiting.push(row);
      continue;
    }
    rank[row] = 0;
    next[row] = free?.id ?? 0;
    level.push(row);
  }
  for (let i = 0; waiting.length > 0; i++) {
    const holder = level[i];
    if (holder === undefined) throw new Error(`nothing prices rows ${waiting.join(', ')}`);
    const column = columnOf[holder]!;
    const id = assignment.nodeOf(column);
    for (const row of waiting) {
      if (weights[row]![column]! - u[row]! !== v[column]) continue;
      if (rank[row] === NONE) {
        rank[row] = rank[holder]! + 1;
        next[row] = id;
        level.push(row);
      } else if (rank[row] === rank[holder]! + 1 && id < next[row]!) next[row] = id;
    }
    // Rows of one rank wait until all that could price them at that rank were looked at.
    const following = level[i + 1];
    if (following === undefined || rank[following] !== rank[holder]) {
      waiting = waiting.filter((row) => rank[row] === NONE);
    }
  }
  return { next, rank };
}
