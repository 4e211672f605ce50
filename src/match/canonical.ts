import { type Assignment, type FreeNode, NONE } from './assignment.ts';
import type { Duals } from './prices.ts';

/**
 * Among all optimal assignments, the one in which the lowest row has the node with the lowest id (unmatched last), then
 * the next row, and so on. Changes who is matched; the duals stay a proof of optimality.
 *
 * An assignment is optimal iff it uses tight pairs only (u + v = W) and leaves unmatched only what has u = 0 or v = 0,
 * under whatever optimal duals. So what is not tight under both of two duals is in no optimal assignment: with the two
 * extremes there are, little is left but true ties.
 *
 * A row may take a column iff a chain of such moves, begun by whoever holds that column, ends at what the row gives
 * up. "Unmatched" is one more place in a chain: it has room for all, and any row or column with a dual of 0 may go there.
 */
export function takeLowestNodes(assignment: Assignment, sellerOptimal: Duals): void {
  const ties = new Ties(assignment, sellerOptimal);
  for (let row = 0; row < assignment.columnOf.length; row++) ties.takeLowest(row);
}

/** The place of all that is unmatched; other places are columns. */
const UNMATCHED = NONE;

/** A step of a chain: whoever is at `from` goes on; out of "unmatched" a row comes, or nobody where a column is left free. */
interface Step {
  readonly from: number;
  readonly mover: number;
  /** A node that the mover takes, for a step to "unmatched" that leaves nobody unmatched. */
  readonly free: FreeNode | undefined;
}

/** What a row could take: a column, or a free node that is none. */
interface Wish {
  readonly id: number;
  readonly place: number;
  readonly free: FreeNode | undefined;
}

class Ties {
  readonly #assignment: Assignment;
  readonly #duals: Duals;
  /** By row: the columns that it could have. */
  readonly #columns: number[][];
  /** By place: the step that led there in the search for row `#row`. Places that were seen in vain are not seen again. */
  readonly #steps = new Map<number, Step | undefined>();
  #row = NONE;

  constructor(assignment: Assignment, duals: Duals) {
    this.#assignment = assignment;
    this.#duals = duals;
    this.#columns = Array.from({ length: assignment.columnOf.length }, () => []);
    for (let row = 0; row < this.#columns.length; row++) {
      for (let column = 0; column < assignment.columns; column++) {
        if (this.#isTie(row, column)) this.#columns[row]!.push(column);
      }
    }
  }

  /** Rows below `row` are settled: they neither move nor are moved. */
  takeLowest(row: number): void {
    const { columnOf } = this.#assignment;
    const given = columnOf[row]!;
    if (given === UNMATCHED && !this.#mayLeave(row)) return;
    const bound = given === UNMATCHED ? Number.POSITIVE_INFINITY : this.#assignment.nodeOf(given);
    this.#row = row;
    this.#steps.clear();
    for (const wish of this.#wishes(row, bound)) {
      if (!this.#leadsTo(wish.place, given)) continue;
      this.#follow(wish, given);
      return;
    }
  }

  #wishes(row: number, bound: number): Wish[] {
    const wishes: Wish[] = [];
    for (const place of this.#columns[row]!) {
      const id = this.#assignment.nodeOf(place);
      if (id < bound && this.#isMovable(place)) wishes.push({ id, place, free: undefined });
    }
    const free = this.#freeFor(row);
    if (free !== undefined && free.id < bound) wishes.push({ id: free.id, place: UNMATCHED, free });
    return wishes.sort((a, b) => a.id - b.id);
  }

  /** Searches forwards from a place for a chain to the place that is given up. */
  #leadsTo(start: number, given: number): boolean {
    if (this.#steps.has(start)) return false;
    this.#steps.set(start, undefined);
    const found = [start];
    for (let place = found.pop(); place !== undefined; place = found.pop()) {
      if (place === given) return true;
      for (const [to, step] of place === UNMATCHED ? this.#stepsBack(given) : this.#stepsOn(place, given)) {
        if (this.#steps.has(to)) continue;
        this.#steps.set(to, step);
        if (to === given) return true;
        found.push(to);
      }
    }
    return false;
  }

  /** Where whoever holds a column can go, or, if nobody does, the free column itself: to where there is room for it. */
  *#stepsOn(from: number, given: number): Iterable<readonly [number, Step]> {
    const mover = this.#assignment.rowOf[from]!;
    const step: Step = { from, mover, free: undefined };
    if (mover === NONE) {
      yield [UNMATCHED, step];
      return;
    }
    if (given !== UNMATCHED && this.#isTie(mover, given)) yield [given, step];
    if (!this.#steps.has(UNMATCHED)) {
      if (this.#mayLeave(mover)) yield [UNMATCHED, step];
      else {
        const free = this.#freeFor(mover);
        if (free !== undefined) yield [UNMATCHED, { ...step, free }];
      }
    }
    for (const to of this.#columns[mover]!) if (this.#isMovable(to)) yield [to, step];
  }

  /** What can be filled from "unmatched": columns that may be left free, and those that an unmatched row could have. */
  *#stepsBack(given: number): Iterable<readonly [number, Step]> {
    const { columns, columnOf } = this.#assignment;
    const step: Step = { from: UNMATCHED, mover: NONE, free: undefined };
    for (let to = 0; to < columns; to++) {
      if ((to === given || this.#isMovable(to)) && this.#mayBeFree(to)) yield [to, step];
    }
    for (let mover = this.#row + 1; mover < columnOf.length; mover++) {
      if (columnOf[mover] !== NONE) continue;
      for (const to of this.#columns[mover]!) {
        if (to === given || this.#isMovable(to)) yield [to, { ...step, mover }];
      }
    }
  }

  #follow(wish: Wish, given: number) {
    const assignment = this.#assignment;
    const moves: { readonly mover: number; readonly to: number; readonly free: FreeNode | undefined }[] = [];
    let to = given;
    for (let step = this.#steps.get(to); step !== undefined; step = this.#steps.get(to)) {
      moves.push({ mover: step.mover, to, free: step.free });
      to = step.from;
    }
    moves.push({ mover: this.#row, to: wish.place, free: wish.free });
    if (given !== UNMATCHED) assignment.rowOf[given] = NONE;
    for (const { mover, to: place, free } of moves) {
      const column = free === undefined ? place : this.#open(free);
      if (mover === NONE) {
        if (column !== UNMATCHED) assignment.rowOf[column] = NONE;
      } else if (column === UNMATCHED) assignment.columnOf[mover] = NONE;
      else assignment.match(mover, column);
    }
  }

  #open({ group, position }: FreeNode): number {
    const known = this.#assignment.columnAt(group, position);
    if (known !== NONE) return known;
    const column = this.#assignment.open(group, position);
    this.#duals.v.push(0);
    this.#columns.forEach((columns, row) => {
      if (this.#isTie(row, column)) columns.push(column);
    });
    return column;
  }

  /** Held by a later row, or by nobody. */
  #isMovable(column: number): boolean {
    const holder = this.#assignment.rowOf[column]!;
    return holder === NONE || holder > this.#row;
  }

  /** u <= W first: u + v may exceed 2^53, W - u may not. */
  #isTie(row: number, column: number): boolean {
    const { u, v } = this.#assignment;
    const weight = this.#assignment.weights(row)[column]!;
    return weight - u[row]! === v[column] && weight - this.#duals.u[row]! === this.#duals.v[column];
  }

  #mayLeave(row: number): boolean {
    return this.#assignment.u[row] === 0 && this.#duals.u[row] === 0;
  }

  #mayBeFree(column: number): boolean {
    return this.#assignment.v[column] === 0 && this.#duals.v[column] === 0;
  }

  /** The lowest free node that the row could have. */
  #freeFor(row: number): FreeNode | undefined {
    const u = this.#assignment.u[row]!;
    return u === this.#duals.u[row] ? this.#assignment.lowestFree(row, u) : undefined;
  }
}
