import { type CandidateTable, INFEASIBLE, slotOf, weightIn } from './candidates.ts';
import { costMicro } from './classTerms.ts';
import { BLOCK, NONE, type Outlook, PathSearch, type Side } from './PathSearch.ts';
import { TurnedAssignment } from './TurnedAssignment.ts';

export { NONE } from './PathSearch.ts';

/** Room for columns to begin with: a row opens one at most, but most rows of a flood open none. */
const MANY_COLUMNS = 1_024;

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
 * It may also begin with prices v >= 0 of whatever origin. Rows are added as ever: with the least u that these prices
 * allow, all of the proof holds but that columns that nobody takes may have a price. Those are then searched from
 * as rows are: they get a row, or lose their price to 0, or take over the row of a column whose price falls to 0.
 */
export class Assignment {
  readonly table: CandidateTable;
  readonly #rows: Side;
  readonly #columns: Side;
  /** By column: its group, its place there, and its ask. */
  #groupOf: Int32Array;
  #positionOf: Int32Array;
  #askOf: Float64Array;
  /** W by row and column, INFEASIBLE where there is none; of each row as many as were weighed. */
  #micro = new Float64Array();
  readonly #weighed: Int32Array;
  readonly #edges: Int32Array;
  readonly #columnAt: readonly Map<number, number>[];
  /** Columns that were left free, and maybe matched again since. */
  readonly #freed: number[] = [];
  /** By row: the slot of the group with the best edge, or NONE, where that edge is, and the weight. */
  readonly #bestSlot: Int32Array;
  readonly #bestPosition: Int32Array;
  readonly #bestMicro: Float64Array;
  readonly #fromRows: PathSearch;
  #order: readonly number[];
  #turned: TurnedAssignment | undefined;

  constructor(table: CandidateTable) {
    const { rows } = table;
    const length = lengthFor(Math.min(rows + 1, MANY_COLUMNS));
    this.table = table;
    this.#rows = { count: rows, dual: new Float64Array(rows), mateOf: new Int32Array(rows).fill(NONE) };
    this.#columns = { count: 0, dual: new Float64Array(length), mateOf: new Int32Array(length) };
    this.#groupOf = new Int32Array(length);
    this.#positionOf = new Int32Array(length);
    this.#askOf = new Float64Array(length);
    this.#weighed = new Int32Array(rows);
    this.#order = [...this.#weighed.keys()];
    this.#edges = new Int32Array(table.groups.length);
    this.#columnAt = table.groups.map(() => new Map());
    this.#bestSlot = new Int32Array(rows);
    this.#bestPosition = new Int32Array(rows).fill(NONE);
    this.#bestMicro = new Float64Array(rows);
    this.#fromRows = new PathSearch(this.#rows, this.#columns, this.#outlookOfRows());
  }

  /** By row: dual, and column or NONE. */
  get u(): Float64Array {
    return this.#rows.dual;
  }
  get columnOf(): Int32Array {
    return this.#rows.mateOf;
  }
  /** By column, up to `columns`: dual, row or NONE, and which node of which group it is. Replaced as columns open. */
  get v(): Float64Array {
    return this.#columns.dual;
  }
  get rowOf(): Int32Array {
    return this.#columns.mateOf;
  }
  get groupOf(): Int32Array {
    return this.#groupOf;
  }
  get positionOf(): Int32Array {
    return this.#positionOf;
  }
  get columns(): number {
    return this.#columns.count;
  }

  /** The id of the node that a column is. */
  nodeOf(column: number): number {
    return this.table.groups[this.#groupOf[column]!]!.ids[this.#positionOf[column]!]!;
  }

  /** The column that a node is, or NONE. */
  columnAt(group: number, position: number): number {
    return this.#columnAt[group]!.get(position) ?? NONE;
  }

  /**
   * The most weight that a row has on a node that is no column; INFEASIBLE where there is none. Edges only move on, to
   * less weight: the best is the best until it moves.
   */
  bestEdgeMicro(row: number): number {
    const slot = this.#bestSlot[row]!;
    if (slot === NONE) return INFEASIBLE;
    const position = this.#bestPosition[row]!;
    if (position === NONE || this.#edges[this.table.row(row).groups[slot]!] !== position)
      this.#findBestEdge(row);
    return this.#bestMicro[row]!;
  }

  /** The weights of a row, by column. Good until a column is opened. */
  weights(row: number): Float64Array {
    const first = this.#weigh(row);
    return this.#micro.subarray(first, first + this.columns);
  }

  /**
   * The free node with the lowest id among those on which the row has exactly `weightMicro`. No free node may be worth
   * more to the row.
   */
  lowestFree(row: number, weightMicro: number): FreeNode | undefined {
    let lowest: FreeNode | undefined;
    const weights = this.weights(row);
    for (const column of this.#freed) {
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
    this.#turned = undefined;
    const columns = this.#columns;
    if (columns.count === columns.dual.length) this.#reserve(2 * columns.count);
    const column = columns.count++;
    this.#groupOf[column] = group;
    this.#positionOf[column] = position;
    this.#askOf[column] = this.table.groups[group]!.asks[position]!;
    columns.mateOf[column] = NONE;
    const columnAt = this.#columnAt[group]!;
    columnAt.set(position, column);
    let edge = this.#edges[group]!;
    while (columnAt.has(edge)) edge++;
    this.#edges[group] = edge;
    return column;
  }

  /** Leaves a column without a row. */
  free(column: number): void {
    this.rowOf[column] = NONE;
    this.#freed.push(column);
  }

  match(row: number, column: number): void {
    this.columnOf[row] = column;
    this.rowOf[column] = row;
  }

  /** Matches one more row, or leaves it unmatched; whoever has to make room for it moves. */
  add(row: number): void {
    this.#turned = undefined;
    this.u[row] = this.#fromRows.leastDual(row);
    if (this.u[row] !== 0) this.#augment(row);
  }

  /**
   * Adds all rows, beginning with these prices: by group, of its first nodes. It is fastest where rows that differ
   * little are next to each other.
   */
  addAll(rows: readonly number[], prices: readonly ArrayLike<number>[]): void {
    this.#reserve(prices.reduce((sum, { length }) => sum + length, Math.ceil(rows.length / 8)));
    prices.forEach((ofGroup, group) => {
      for (let position = 0; position < ofGroup.length; position++) {
        this.v[this.open(group, position)] = ofGroup[position]!;
      }
    });
    const waiting: number[] = [];
    for (const row of rows) {
      this.u[row] = this.#fromRows.leastDual(row);
      if (this.u[row] !== 0 && !this.#fromRows.takeTight(row)) waiting.push(row);
    }
    for (const row of waiting) this.#augment(row);
    this.#order = rows;
    if (this.rowOf.subarray(0, this.columns).some((row, column) => row === NONE && this.v[column] !== 0)) {
      const turned = this.turned();
      turned.lowerPrices();
      turned.writeTo(this);
      this.#fromRows.forget();
    }
    for (let column = 0; column < this.columns; column++) {
      if (this.rowOf[column] === NONE) this.#freed.push(column);
    }
  }

  /** Good until a dual or a match changes, or a column is opened. */
  turned(): TurnedAssignment {
    const firsts = Int32Array.from(this.#order, (row) => this.#weigh(row));
    this.#turned ??= new TurnedAssignment({
      u: this.u,
      v: this.v,
      columnOf: this.columnOf,
      columns: this.columns,
      order: this.#order,
      micro: this.#micro,
      firsts,
    });
    return this.#turned;
  }

  #augment(row: number) {
    const alone = this.#fromRows.augment(row);
    if (alone === NONE) return;
    if (this.bestEdgeMicro(alone) <= 0) return;
    const group = this.table.row(alone).groups[this.#bestSlot[alone]!]!;
    this.match(alone, this.open(group, this.#edges[group]!));
  }

  #outlookOfRows(): Outlook {
    const assignment = this;
    return {
      get micro() {
        return assignment.#micro;
      },
      step: 1,
      firstAt: (row) => assignment.#weigh(row),
      leastAlone: (row) => Math.max(0, assignment.bestEdgeMicro(row)),
    };
  }

  #findBestEdge(row: number) {
    const candidates = this.table.row(row);
    let bestSlot = NONE;
    let bestMicro = INFEASIBLE;
    for (let slot = 0; slot < candidates.groups.length; slot++) {
      const group = candidates.groups[slot]!;
      const ask = this.table.groups[group]!.asks[this.#edges[group]!];
      const micro = ask === undefined ? INFEASIBLE : weightIn(candidates, slot, ask);
      if (micro <= bestMicro) continue;
      bestMicro = micro;
      bestSlot = slot;
    }
    this.#bestSlot[row] = bestSlot;
    this.#bestPosition[row] = bestSlot === NONE ? 0 : this.#edges[candidates.groups[bestSlot]!]!;
    this.#bestMicro[row] = bestMicro;
  }

  /** Weighs a row on the columns that were opened since. Returns where its weights begin. */
  #weigh(row: number): number {
    const first = row * this.#columns.dual.length;
    const known = this.#weighed[row]!;
    const { columns } = this;
    if (known === columns) return first;
    if (this.#micro.length === 0)
      this.#micro = new Float64Array(this.#rows.count * this.#columns.dual.length);
    const candidates = this.table.row(row);
    const micro = this.#micro;
    const groupOf = this.#groupOf;
    const askOf = this.#askOf;
    for (let column = known; column < columns; ) {
      const group = groupOf[column]!;
      const slot = slotOf(candidates, group);
      const surplus = slot === NONE ? INFEASIBLE : candidates.surplusMicro[slot]!;
      const gpuSec = slot === NONE ? 0 : candidates.gpuSec[slot]!;
      for (; column < columns && groupOf[column] === group; column++) {
        const weight = surplus - costMicro(askOf[column]!, gpuSec);
        micro[first + column] = weight >= 0 ? weight : INFEASIBLE;
      }
    }
    this.#weighed[row] = columns;
    this.#fromRows.forgetFrom(row, known);
    return first;
  }

  #reserve(most: number) {
    const columns = this.#columns;
    const { length } = columns.dual;
    if (most <= length) return;
    const longer = lengthFor(most);
    columns.dual = extended(columns.dual, new Float64Array(longer));
    columns.mateOf = extended(columns.mateOf, new Int32Array(longer));
    this.#groupOf = extended(this.#groupOf, new Int32Array(longer));
    this.#positionOf = extended(this.#positionOf, new Int32Array(longer));
    this.#askOf = extended(this.#askOf, new Float64Array(longer));
    const before = this.#micro;
    this.#micro = new Float64Array(0);
    if (before.length === 0) return;
    this.#micro = new Float64Array(this.#rows.count * longer);
    this.#weighed.forEach((weighed, row) => {
      this.#micro.set(before.subarray(row * length, row * length + weighed), row * longer);
    });
  }
}

/** Whole blocks; an odd number of them, as rows whose weights are a power of 2 apart compete for the same cache lines. */
function lengthFor(columns: number): number {
  return BLOCK * (Math.ceil(columns / BLOCK) | 1);
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

function extended<T extends Float64Array | Int32Array>(from: T, into: T): T {
  into.set(from);
  return into;
}
