/** Weights of all pairs: micro[row * columns + column], INFEASIBLE where there is no such pair. */
export interface FullMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly micro: Float64Array;
}

/** The weight of a pair that is not feasible. */
export const INFEASIBLE = -1;
/** Nothing: no node for a row, no row for a node. */
export const NONE = -1;

/** An optimal assignment with a dual solution that proves it: u + v >= W everywhere, = W where matched. */
export interface FullAssignment {
  /** Column of each row, row of each column, or NONE. */
  readonly columnOf: Int32Array;
  readonly rowOf: Int32Array;
  /** Zero for the unmatched. */
  readonly u: Float64Array;
  readonly v: Float64Array;
}

/**
 * Maximum-weight assignment, rows one after the other along shortest augmenting paths (the Hungarian method);
 * a row may stay unmatched for weight 0.
 *
 * Exact in float64: u, v and every distance that is ever chosen lie in [0, B], where B < 2^53 is the largest weight.
 * A sum above 2^53 may round, but only to something still larger than B, and is never chosen.
 */
export function hungarian(matrix: FullMatrix): FullAssignment {
  const assignment = {
    columnOf: new Int32Array(matrix.rows).fill(NONE),
    rowOf: new Int32Array(matrix.columns).fill(NONE),
    u: new Float64Array(matrix.rows),
    v: new Float64Array(matrix.columns),
  };
  for (let row = 0; row < matrix.rows; row++) insertRow(matrix, assignment, row);
  return assignment;
}

function insertRow({ columns, micro }: FullMatrix, { columnOf, rowOf, u, v }: FullAssignment, start: number) {
  for (let c = 0; c < columns; c++) {
    const weight = micro[start * columns + c]!;
    if (weight >= 0) u[start] = Math.max(u[start]!, weight - v[c]!);
  }
  const distance = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
  const cameFrom = new Int32Array(columns).fill(NONE);
  const reached: number[] = []; // columns whose distance is final, all of them matched
  const isReached = new Uint8Array(columns);

  // The path ends at a free column, or by leaving a row (at worst `start` itself) unmatched.
  let leaveRow = start;
  let leaveDistance = u[start]!;
  let endColumn = NONE;
  let row = start;
  let rowDistance = 0;
  for (;;) {
    let nearest = NONE;
    for (let c = 0; c < columns; c++) {
      if (isReached[c]) continue;
      const weight = micro[row * columns + c]!;
      if (weight >= 0) {
        const through = rowDistance + (u[row]! - weight + v[c]!);
        if (through < distance[c]!) {
          distance[c] = through;
          cameFrom[c] = row;
        }
      }
      if (distance[c]! < (nearest === NONE ? leaveDistance : distance[nearest]!)) nearest = c;
    }
    if (nearest === NONE) break;
    if (rowOf[nearest] === NONE) {
      endColumn = nearest;
      break;
    }
    isReached[nearest] = 1;
    reached.push(nearest);
    row = rowOf[nearest]!;
    rowDistance = distance[nearest]!;
    if (rowDistance + u[row]! < leaveDistance) {
      leaveDistance = rowDistance + u[row]!;
      leaveRow = row;
    }
  }

  const total = endColumn === NONE ? leaveDistance : distance[endColumn]!;
  u[start] = u[start]! - total;
  for (const c of reached) {
    const slack = Math.max(0, total - distance[c]!);
    v[c] = v[c]! + slack;
    u[rowOf[c]!] = u[rowOf[c]!]! - slack;
  }

  // Flip the path: each row on it takes the column that it reached.
  let column = endColumn;
  if (column === NONE) {
    column = columnOf[leaveRow]!;
    columnOf[leaveRow] = NONE;
  }
  while (column !== NONE) {
    const taker = cameFrom[column]!;
    const given = columnOf[taker]!;
    columnOf[taker] = column;
    rowOf[column] = taker;
    column = taker === start ? NONE : given;
  }
}
