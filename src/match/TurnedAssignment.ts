import { BLOCK, NONE, PathSearch, type Side } from './PathSearch.ts';

/** What is turned over: `order` lists all rows. */
export interface ToTurn {
  readonly u: Float64Array;
  readonly v: Float64Array;
  readonly columnOf: Int32Array;
  readonly columns: number;
  readonly order: readonly number[];
  /** The weights of the row at a place in `order` are here, from firsts[place] on, by column. */
  readonly micro: Float64Array;
  readonly firsts: Int32Array;
}

/**
 * An assignment as its columns see it, on copies of all but v. Searches from columns run along rows: `order` puts those
 * next to each other that differ little, so that whole blocks of them are out of reach.
 */
export class TurnedAssignment {
  readonly #order: readonly number[];
  readonly #rows: Side;
  readonly #columns: Side;
  readonly #search: PathSearch;

  constructor(turned: ToTurn) {
    const { u, v, columnOf, columns, order } = turned;
    this.#order = order;
    this.#rows = {
      count: order.length,
      dual: Float64Array.from(order, (row) => u[row]!),
      mateOf: Int32Array.from(order, (row) => columnOf[row]!),
    };
    const placeOf = new Int32Array(v.length).fill(NONE);
    this.#rows.mateOf.forEach((column, place) => {
      if (column !== NONE) placeOf[column] = place;
    });
    this.#columns = { count: columns, dual: v, mateOf: placeOf };
    this.#search = new PathSearch(this.#columns, this.#rows, {
      micro: turnedOver(turned),
      step: 1,
      firstAt: (column) => column * order.length,
      leastAlone: () => 0,
    });
  }

  /** Until no column that is free has a price. */
  lowerPrices(): void {
    const { dual, mateOf, count } = this.#columns;
    for (let column = 0; column < count; column++) {
      if (mateOf[column] === NONE && dual[column] !== 0) this.#search.augment(column);
    }
  }

  /** Writes back who is matched, and u. */
  writeTo({ u, columnOf, rowOf }: { u: Float64Array; columnOf: Int32Array; rowOf: Int32Array }): void {
    this.#order.forEach((row, place) => {
      u[row] = this.#rows.dual[place]!;
      columnOf[row] = this.#rows.mateOf[place]!;
    });
    for (let column = 0; column < this.#columns.count; column++) {
      const place = this.#columns.mateOf[column]!;
      rowOf[column] = place === NONE ? NONE : this.#order[place]!;
    }
  }

  /** The shortest distance to each matched row from where a path may start, at what distance: `start`, by row. */
  distancesFrom(start: Float64Array): Float64Array {
    const byPlace = Float64Array.from(this.#order, (row) => start[row]!);
    this.#search.spread(byPlace);
    const distances = new Float64Array(start.length);
    this.#order.forEach((row, place) => {
      distances[row] = byPlace[place]!;
    });
    return distances;
  }
}

/** The weights by column and place. */
function turnedOver({ columns, order, micro, firsts }: ToTurn): Float64Array {
  const rows = order.length;
  const turned = new Float64Array(columns * rows);
  for (let from = 0; from < rows; from += BLOCK) {
    const to = Math.min(from + BLOCK, rows);
    for (let column = 0; column < columns; column++) {
      const at = column * rows;
      for (let place = from; place < to; place++) turned[at + place] = micro[firsts[place]! + column]!;
    }
  }
  return turned;
}
