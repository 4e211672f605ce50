import { type CandidateRow, INFEASIBLE, type NodeGroup, weightIn } from './candidates.ts';

/**
 * The best edge of a row's groups, as a heap. Edges only move on, to less weight, so it is enough to sink one that has
 * moved when it comes to the top.
 */
export class BestEdge {
  readonly #groups: readonly NodeGroup[];
  readonly #row: CandidateRow;
  /** A heap of indices into `row.groups`, with the edge that each was last seen at, and the weight there. */
  readonly #slots: Int32Array;
  readonly #positions: Int32Array;
  readonly #weights: Float64Array;

  constructor(groups: readonly NodeGroup[], row: CandidateRow, edges: Int32Array) {
    const { length } = row.groups;
    this.#groups = groups;
    this.#row = row;
    this.#slots = new Int32Array(length);
    this.#positions = new Int32Array(length);
    this.#weights = new Float64Array(length);
    for (let slot = length - 1; slot >= 0; slot--) {
      const edge = edges[row.groups[slot]!]!;
      this.#sink(slot, slot, edge, this.#weightAt(slot, edge));
    }
  }

  /** INFEASIBLE where the row has no edge left. */
  get weightMicro(): number {
    return this.#weights.length === 0 ? INFEASIBLE : this.#weights[0]!;
  }
  get group(): number {
    return this.#row.groups[this.#slots[0]!]!;
  }
  get position(): number {
    return this.#positions[0]!;
  }

  /** Catches up with the edges of all groups. */
  upTo(edges: Int32Array): this {
    while (this.weightMicro !== INFEASIBLE) {
      const edge = edges[this.group]!;
      if (this.position === edge) break;
      const slot = this.#slots[0]!;
      this.#sink(0, slot, edge, this.#weightAt(slot, edge));
    }
    return this;
  }

  #weightAt(slot: number, edge: number): number {
    const ask = this.#groups[this.#row.groups[slot]!]!.asks[edge];
    return ask === undefined ? INFEASIBLE : weightIn(this.#row, slot, ask);
  }

  #sink(place: number, slot: number, position: number, weight: number) {
    const weights = this.#weights;
    const { length } = weights;
    for (let child = 2 * place + 1; child < length; child = 2 * place + 1) {
      if (child + 1 < length && weights[child + 1]! > weights[child]!) child++;
      if (weights[child]! <= weight) break;
      weights[place] = weights[child]!;
      this.#slots[place] = this.#slots[child]!;
      this.#positions[place] = this.#positions[child]!;
      place = child;
    }
    weights[place] = weight;
    this.#slots[place] = slot;
    this.#positions[place] = position;
  }
}
