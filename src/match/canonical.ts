import { type Assignment, type FreeNode, NONE } from './assignment.ts';
import type { Duals, TightColumns } from './prices.ts';

/**
 * Among all optimal assignments, the one in which the lowest row has the node with the lowest id (unmatched last), then
 * the next row, and so on. Changes who is matched; the duals stay a proof of optimality. `tight` gets the columns that
 * are opened.
 *
 * An assignment is optimal iff it uses tight pairs only (u + v = W) and leaves unmatched only what has u = 0 or v = 0,
 * under whatever optimal duals. So a row may take a column iff a chain of such moves, begun by whoever holds that
 * column, ends at what the row gives up. "Unmatched" is one more place in a chain: it has room for all, and any row or
 * column with a dual of 0 may go there.
 */
export function takeLowestNodes(assignment: Assignment, duals: Duals, tight: TightColumns): void {
  const ties = new Ties(assignment, duals, tight);
  for (let row = 0; row < assignment.columnOf.length; row++) ties.takeLowest(row);
}

/** The place of all that is unmatched; other places are columns. */
const UNMATCHED = NONE;
/** Where a chain comes from at its first place. */
const START = -2;

/** What a row could take: a column, or a free node that is none. */
interface Wish {
  readonly id: number;
  readonly place: number;
  readonly free: FreeNode | undefined;
}

class Ties {
  readonly #assignment: Assignment;
  readonly #duals: Duals;
  readonly #tight: TightColumns;
  /** By row: whether a free node could ever be its own. What is free later on has v = 0 now, or is beyond the edges. */
  readonly #mayTakeFree: readonly boolean[];
  /** By place + 1: the last row that a chain was searched for which came by, from where, and who would move. */
  #seenFor: Int32Array;
  #cameFrom: Int32Array;
  #mover: Int32Array;
  /** A node that the mover takes, for the step to "unmatched" if that leaves nobody unmatched. */
  #taken: FreeNode | undefined;
  #row = NONE;

  constructor(assignment: Assignment, duals: Duals, tight: TightColumns) {
    this.#assignment = assignment;
    this.#duals = duals;
    this.#tight = tight;
    this.#mayTakeFree = tight.map(
      (columns, row) =>
        assignment.bestEdgeMicro(row) === duals.u[row] || columns.some((column) => duals.v[column] === 0),
    );
    this.#seenFor = new Int32Array(assignment.columns + 1).fill(NONE);
    this.#cameFrom = new Int32Array(assignment.columns + 1);
    this.#mover = new Int32Array(assignment.columns + 1);
  }

  /** Rows below `row` are settled: they neither move nor are moved. */
  takeLowest(row: number): void {
    const { columnOf } = this.#assignment;
    const given = columnOf[row]!;
    if (given === UNMATCHED && !this.#mayLeave(row)) return;
    const bound = given === UNMATCHED ? Number.POSITIVE_INFINITY : this.#assignment.nodeOf(given);
    this.#row = row;
    for (const wish of this.#wishes(row, bound)) {
      if (!this.#leadsTo(wish.place, given)) continue;
      this.#follow(wish, given);
      return;
    }
  }

  #wishes(row: number, bound: number): Wish[] {
    const wishes: Wish[] = [];
    for (const place of this.#tight[row]!) {
      const id = this.#assignment.nodeOf(place);
      if (id < bound && this.#isMovable(place)) wishes.push({ id, place, free: undefined });
    }
    const free = this.#freeFor(row);
    if (free !== undefined && free.id < bound) wishes.push({ id: free.id, place: UNMATCHED, free });
    return wishes.sort((a, b) => a.id - b.id);
  }

  /**
   * Searches forwards from a place for a chain to the place that is given up. Places that were seen in vain for this row are
   * not seen again.
   */
  #leadsTo(start: number, given: number): boolean {
    if (this.#isSeen(start)) return false;
    const found: number[] = [];
    this.#step(start, START, NONE, found);
    for (let place = found.pop(); place !== undefined; place = found.pop()) {
      if (place === given) return true;
      if (place === UNMATCHED) this.#stepBack(given, found);
      else this.#stepOn(place, given, found);
    }
    return false;
  }

  /** Where whoever holds a column can go, or, if nobody does, the free column itself: to where there is room for it. */
  #stepOn(from: number, given: number, found: number[]) {
    const mover = this.#assignment.rowOf[from]!;
    if (mover === NONE) {
      this.#step(UNMATCHED, from, NONE, found);
      return;
    }
    if (!this.#isSeen(UNMATCHED)) {
      const free = this.#mayLeave(mover) ? undefined : this.#freeFor(mover);
      if (free !== undefined || this.#mayLeave(mover)) {
        this.#step(UNMATCHED, from, mover, found);
        this.#taken = free;
      }
    }
    for (const to of this.#tight[mover]!) {
      if (to === given || this.#isMovable(to)) this.#step(to, from, mover, found);
    }
  }

  /** What can be filled from "unmatched": columns that may be left free, and those that an unmatched row could have. */
  #stepBack(given: number, found: number[]) {
    const { columns, columnOf } = this.#assignment;
    for (let to = 0; to < columns; to++) {
      if (this.#duals.v[to] === 0 && (to === given || this.#isMovable(to))) {
        this.#step(to, UNMATCHED, NONE, found);
      }
    }
    for (let mover = this.#row + 1; mover < columnOf.length; mover++) {
      if (columnOf[mover] !== NONE) continue;
      for (const to of this.#tight[mover]!) {
        if (to === given || this.#isMovable(to)) this.#step(to, UNMATCHED, mover, found);
      }
    }
  }

  #isSeen(place: number): boolean {
    return this.#seenFor[place + 1] === this.#row;
  }

  #step(to: number, from: number, mover: number, found: number[]) {
    if (this.#isSeen(to)) return;
    this.#seenFor[to + 1] = this.#row;
    this.#cameFrom[to + 1] = from;
    this.#mover[to + 1] = mover;
    if (to === UNMATCHED) this.#taken = undefined;
    found.push(to);
  }

  #follow(wish: Wish, given: number) {
    const assignment = this.#assignment;
    const taken = this.#taken;
    const moves: { readonly mover: number; readonly to: number; readonly free: FreeNode | undefined }[] = [];
    let to = given;
    for (let from = this.#cameFrom[to + 1]!; from !== START; from = this.#cameFrom[to + 1]!) {
      moves.push({ mover: this.#mover[to + 1]!, to, free: to === UNMATCHED ? taken : undefined });
      to = from;
    }
    moves.push({ mover: this.#row, to: wish.place, free: wish.free });
    if (given !== UNMATCHED) assignment.free(given);
    for (const { mover, to: place, free } of moves) {
      const column = free === undefined ? place : this.#open(free);
      if (mover === NONE) {
        if (column !== UNMATCHED) assignment.free(column);
      } else if (column === UNMATCHED) assignment.columnOf[mover] = NONE;
      else assignment.match(mover, column);
    }
  }

  #open({ group, position }: FreeNode): number {
    const known = this.#assignment.columnAt(group, position);
    if (known !== NONE) return known;
    const column = this.#assignment.open(group, position);
    this.#duals.v.push(0);
    this.#tight.forEach((columns, row) => {
      if (this.#assignment.weights(row)[column] === this.#duals.u[row]) columns.push(column);
    });
    if (column + 1 === this.#seenFor.length) this.#grow();
    return column;
  }

  #grow() {
    const length = 2 * this.#seenFor.length;
    const seenFor = new Int32Array(length).fill(NONE);
    seenFor.set(this.#seenFor);
    this.#seenFor = seenFor;
    this.#cameFrom = new Int32Array(length); // of the chain that was followed
    this.#mover = new Int32Array(length);
  }

  /** Held by a later row, or by nobody. */
  #isMovable(column: number): boolean {
    const holder = this.#assignment.rowOf[column]!;
    return holder === NONE || holder > this.#row;
  }

  #mayLeave(row: number): boolean {
    return this.#duals.u[row] === 0;
  }

  /** The lowest free node that the row could have. */
  #freeFor(row: number): FreeNode | undefined {
    return this.#mayTakeFree[row] ? this.#assignment.lowestFree(row, this.#duals.u[row]!) : undefined;
  }
}
