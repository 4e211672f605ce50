import { type Assignment, NONE } from './assignment.ts';
import type { WeightTable } from './weightTable.ts';

/**
 * Among all optimal assignments, the one in which the lowest row has the lowest possible column (unmatched last),
 * then the next row, and so on. Changes `columnOf` and `rowOf`; u and v stay a proof of optimality.
 *
 * An assignment is optimal iff it uses tight pairs only (u + v = W) and leaves unmatched only what has u = 0 or v = 0.
 * So a row may take a column iff a chain of tight moves, begun by whoever holds that column, ends at what the row
 * gives up. "Unmatched" is one more place in such a chain: it has room for all.
 */
export function takeLowestColumns(table: WeightTable, assignment: Assignment): void {
  for (let row = 0; row < table.rows; row++) takeLowestColumn(table, assignment, row);
}

/** Rows below `row` are settled: they neither move nor are moved. */
function takeLowestColumn(table: WeightTable, assignment: Assignment, row: number) {
  const unmatched = table.columns;
  const given = assignment.columnOf[row] === NONE ? unmatched : assignment.columnOf[row]!;
  const chains = chainsTo(table, assignment, row, given);
  for (let column = 0; column < given; column++) {
    if (chains.next[column] === NONE || !isTight(table, assignment, row, column)) continue;
    follow(assignment, chains, row, column, given);
    return;
  }
}

/** next[x]: where whoever is displaced from place x goes, so that the chain ends at the target; NONE if none does. */
interface Chains {
  readonly next: Int32Array;
  /** The row that leaves "unmatched" where a chain passes through it; NONE if the next column is left free instead. */
  fromUnmatched: number;
}

/** Searches backwards from the place that `row` gives up, over the moves of later rows. */
function chainsTo(table: WeightTable, assignment: Assignment, row: number, target: number): Chains {
  const { columnOf, rowOf, u, v } = assignment;
  const unmatched = table.columns;
  const chains: Chains = { next: new Int32Array(table.columns + 1).fill(NONE), fromUnmatched: NONE };
  const found = [target];
  const reach = (place: number, next: number) => {
    if (place === target || chains.next[place] !== NONE) return false;
    chains.next[place] = next;
    found.push(place);
    return true;
  };
  for (let place = found.shift(); place !== undefined; place = found.shift()) {
    if (place === unmatched) {
      for (let c = 0; c < table.columns; c++) {
        const holder = rowOf[c]!;
        if (holder === NONE || (holder > row && u[holder] === 0)) reach(c, unmatched);
      }
      continue;
    }
    if (v[place] === 0) reach(unmatched, place);
    for (let mover = row + 1; mover < table.rows; mover++) {
      if (!isTight(table, assignment, mover, place)) continue;
      if (columnOf[mover] !== NONE) reach(columnOf[mover]!, place);
      else if (reach(unmatched, place)) chains.fromUnmatched = mover;
    }
  }
  return chains;
}

function follow(assignment: Assignment, chains: Chains, row: number, first: number, last: number) {
  const { columnOf, rowOf } = assignment;
  const unmatched = rowOf.length;
  let mover = row;
  let place = first;
  for (;;) {
    const displaced = place === unmatched ? chains.fromUnmatched : rowOf[place]!;
    if (place !== unmatched) rowOf[place] = mover;
    if (mover !== NONE) columnOf[mover] = place === unmatched ? NONE : place;
    if (place === last) return;
    mover = displaced;
    place = chains.next[place]!;
  }
}

/** u <= W first: u + v may exceed 2^53, W - u may not. */
function isTight({ columns, weights }: WeightTable, { u, v }: Assignment, row: number, column: number) {
  const weight = weights[row * columns + column]!;
  return weight >= 0 && weight - u[row]! === v[column];
}
