import { BestEdge } from './BestEdge.ts';
import { type CandidateTable, INFEASIBLE, slotOf, weightIn } from './candidates.ts';

/** Nothing: no node for a row, no row for a node. */
export const NONE = -1;

const FAR = Number.POSITIVE_INFINITY;
const FEW_COLUMNS = 64;

/**
 * An optimal assignment of the rows added so far, with a dual solution that proves it: u + v >= W everywhere, = W
 * where matched, both at least 0, and 0 for whatever is unmatched.
 *
 * Rows are added one after the other along shortest augmenting paths (the Hungarian method); a row may stay unmatched
 * for weight 0.
 *
 * Nodes become columns only as they are needed. A row has the most weight on the first node of a group that is no
 * column yet, the group's *edge*. The edge is free at v = 0, so no node beyond it can be on a shorter path or need a
 * higher u. A search looks at the columns, and at the best edge of each row that it reaches.
 *
 * Exact in float64: u, v and every distance that is ever chosen lie in [0, B], where B < 2^53 is the largest weight.
 * A sum above 2^53 may round, but only to something still larger than B, and is never chosen.
 */
export class Assignment {
  readonly table: CandidateTable;
  /** By row: dual, and column or NONE. */
  readonly u: Float64Array;
  readonly columnOf: Int32Array;
  /** By column, up to `columns`: dual, row or NONE, and which node of which group it is. */
  v = new Float64Array(FEW_COLUMNS);
  rowOf = new Int32Array(FEW_COLUMNS);
  groupOf = new Int32Array(FEW_COLUMNS);
  positionOf = new Int32Array(FEW_COLUMNS);
  columns = 0;
  readonly #edges: Int32Array;
  readonly #columnAt: readonly Map<number, number>[];
  readonly #bestEdges: (BestEdge | undefined)[];
  readonly #weights: (RowWeights | undefined)[];
  #search: Search = newSearch(FEW_COLUMNS);

  constructor(table: CandidateTable) {
    const { rows } = table;
    this.table = table;
    this.u = new Float64Array(rows);
    this.columnOf = new Int32Array(rows).fill(NONE);
    this.#edges = new Int32Array(table.groups.length);
    this.#columnAt = table.groups.map(() => new Map());
    this.#bestEdges = new Array(rows);
    this.#weights = new Array(rows);
  }

  /** The id of the node that a column is. */
  nodeOf(column: number): number {
    return this.table.groups[this.groupOf[column]!]!.ids[this.positionOf[column]!]!;
  }

  /** The column that a node is, or NONE. */
  columnAt(group: number, position: number): number {
    return this.#columnAt[group]!.get(position) ?? NONE;
  }

  /** The first node of a group that is no column; its number of nodes where all are. */
  edgeOf(group: number): number {
    return this.#edges[group]!;
  }

  /** The most weight that a row has on a node that is no column. */
  bestEdgeMicro(row: number): number {
    return this.#bestEdge(row).weightMicro;
  }

  /** The weights of a row, by column. Good until a column is opened. */
  weights(row: number): Float64Array {
    const known = this.#weights[row];
    return known?.columns === this.columns ? known.micro : this.#weigh(row);
  }

  /**
   * The free node with the lowest id among those on which the row has exactly `weightMicro`. No free node may be worth
   * more to the row.
   */
  lowestFree(row: number, weightMicro: number): FreeNode | undefined {
    let lowest: FreeNode | undefined;
    const weights = this.weights(row);
    for (let column = 0; column < this.columns; column++) {
      if (this.rowOf[column] !== NONE || weights[column] !== weightMicro) continue;
      const id = this.nodeOf(column);
      if (lowest === undefined || id < lowest.id) {
        lowest = { id, group: this.groupOf[column]!, position: this.positionOf[column]! };
      }
    }
    if (this.bestEdgeMicro(row) !== weightMicro) return lowest;
    const candidates = this.table.row(row);
    for (let slot = 0; slot < candidates.groups.length; slot++) {
      const group = candidates.groups[slot]!;
      const { ids, asks } = this.table.groups[group]!;
      let position = this.#edges[group]!;
      while (position < ids.length && weightIn(candidates, slot, asks[position]!) === weightMicro) {
        const isFree = this.columnAt(group, position) === NONE;
        if (isFree && (lowest === undefined || ids[position]! < lowest.id)) {
          lowest = { id: ids[position]!, group, position };
        }
        // Ids ascend within an ask, so that its first free node is enough.
        position = isFree ? firstAbove(asks, position) : position + 1;
      }
    }
    return lowest;
  }

  /** Makes a node that was none a column, free at v = 0. */
  open(group: number, position: number): number {
    if (this.columns === this.v.length) this.#grow();
    const column = this.columns++;
    this.groupOf[column] = group;
    this.positionOf[column] = position;
    this.rowOf[column] = NONE;
    const columnAt = this.#columnAt[group]!;
    columnAt.set(position, column);
    let edge = this.#edges[group]!;
    while (columnAt.has(edge)) edge++;
    this.#edges[group] = edge;
    return column;
  }

  match(row: number, column: number): void {
    this.columnOf[row] = column;
    this.rowOf[column] = row;
  }

  /** Matches one more row, or leaves it unmatched; whoever has to make room for it moves. */
  add(row: number): void {
    this.u[row] = this.#leastDual(row);
    if (this.u[row] === 0) return;
    const end = this.#shortestPath(row);
    this.#moveDuals(row, end.distance);
    this.#follow(end);
  }

  /** The least u >= 0 with u + v >= W for all nodes. */
  #leastDual(row: number): number {
    const weights = this.weights(row);
    const { v, columns } = this;
    let least = Math.max(0, this.bestEdgeMicro(row));
    for (let column = 0; column < columns; column++) {
      const gain = weights[column]! - v[column]!;
      if (gain > least) least = gain;
    }
    return least;
  }

  /** From an unmatched row to where a path may end: at a free node, or by leaving a row unmatched. */
  #shortestPath(start: number): PathEnd {
    const { u, v, rowOf, columns } = this;
    const { distance, cameFrom, open, reached, reachedAt } = this.#search;
    distance.fill(FAR, 0, columns);
    for (let column = 0; column < columns; column++) open[column] = v[column]!;
    reached.length = 0;
    const end: PathEnd = { distance: u[start]!, row: start, edge: undefined };
    let row = start;
    let rowDistance = 0;
    for (;;) {
      const uRow = u[row]!;
      const edge = this.#bestEdge(row);
      const toEdge = rowDistance + (uRow - edge.weightMicro);
      if (toEdge < end.distance) {
        end.distance = toEdge;
        end.row = row;
        end.edge = edge;
      }
      const weights = this.weights(row);
      let nearest = NONE;
      let nearestDistance = end.distance;
      for (let column = 0; column < columns; column++) {
        const through = rowDistance + (uRow - weights[column]! + open[column]!);
        let known = distance[column]!;
        if (through < known) {
          known = through;
          distance[column] = through;
          cameFrom[column] = row;
        }
        if (known < nearestDistance) {
          nearestDistance = known;
          nearest = column;
        }
      }
      if (nearest === NONE) return end;
      reachedAt[reached.length] = nearestDistance;
      reached.push(nearest);
      distance[nearest] = FAR;
      open[nearest] = FAR;
      row = rowOf[nearest]!;
      rowDistance = nearestDistance;
      if (rowDistance + u[row]! < end.distance) {
        end.distance = rowDistance + u[row]!;
        end.row = row;
        end.edge = undefined;
      }
    }
  }

  #moveDuals(start: number, total: number) {
    const { u, v, rowOf } = this;
    const { reached, reachedAt } = this.#search;
    u[start] = u[start]! - total;
    reached.forEach((column, i) => {
      const slack = Math.max(0, total - reachedAt[i]!);
      v[column] = v[column]! + slack;
      u[rowOf[column]!] = u[rowOf[column]!]! - slack;
    });
  }

  /** Each row on the path takes the column that it reached. */
  #follow({ row, edge }: PathEnd) {
    const { columnOf } = this;
    const { cameFrom } = this.#search;
    let column = columnOf[row]!;
    columnOf[row] = NONE;
    if (edge !== undefined) this.match(row, this.open(edge.group, edge.position));
    while (column !== NONE) {
      const taker = cameFrom[column]!;
      const given = columnOf[taker]!;
      this.match(taker, column);
      column = given;
    }
  }

  #bestEdge(row: number): BestEdge {
    const known = this.#bestEdges[row];
    if (known !== undefined) return known.upTo(this.#edges);
    const made = new BestEdge(this.table.groups, this.table.row(row), this.#edges);
    this.#bestEdges[row] = made;
    return made;
  }

  /** Weighs the columns that were opened since. */
  #weigh(row: number): Float64Array {
    const known = this.#weights[row] ?? { columns: 0, micro: new Float64Array(0) };
    this.#weights[row] = known;
    if (known.micro.length < this.columns) {
      known.micro = extended(known.micro, new Float64Array(this.v.length));
    }
    const candidates = this.table.row(row);
    for (let column = known.columns; column < this.columns; column++) {
      const group = this.groupOf[column]!;
      const slot = slotOf(candidates, group);
      const ask = this.table.groups[group]!.asks[this.positionOf[column]!]!;
      known.micro[column] = slot === NONE ? INFEASIBLE : weightIn(candidates, slot, ask);
    }
    known.columns = this.columns;
    return known.micro;
  }

  #grow() {
    const length = 2 * this.v.length;
    this.v = extended(this.v, new Float64Array(length));
    this.rowOf = extended(this.rowOf, new Int32Array(length));
    this.groupOf = extended(this.groupOf, new Int32Array(length));
    this.positionOf = extended(this.positionOf, new Int32Array(length));
    const { cameFrom, reached, reachedAt } = this.#search; // of the path that is being followed
    this.#search = {
      ...newSearch(length),
      reached,
      reachedAt,
      cameFrom: extended(cameFrom, new Int32Array(length)),
    };
  }
}

/** A free node, whether it is a column or not. */
export interface FreeNode {
  readonly id: number;
  readonly group: number;
  readonly position: number;
}

/** The first place after `place` where `ascending` is higher than there. */
function firstAbove(ascending: readonly number[], place: number): number {
  let low = place + 1;
  let high = ascending.length;
  if (low === high || ascending[low]! > ascending[place]!) return low;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! > ascending[place]!) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The weights of a row on the columns there were when it was last looked at. */
interface RowWeights {
  columns: number;
  micro: Float64Array;
}

/** Where a path ends: `row` takes the edge, or is left unmatched. */
interface PathEnd {
  distance: number;
  row: number;
  edge: BestEdge | undefined;
}

/** One search for a shortest path, by column. */
interface Search {
  readonly distance: Float64Array;
  /** The row that the distance comes from. */
  readonly cameFrom: Int32Array;
  /** v, or FAR once the column is reached. */
  readonly open: Float64Array;
  /** Columns with a final distance, and that. */
  readonly reached: number[];
  readonly reachedAt: number[];
}

function newSearch(columns: number): Search {
  return {
    distance: new Float64Array(columns),
    cameFrom: new Int32Array(columns),
    open: new Float64Array(columns),
    reached: [],
    reachedAt: [],
  };
}

function extended<T extends Float64Array | Int32Array>(from: T, into: T): T {
  into.set(from);
  return into;
}
