/** No partner. */
export const NONE = -1;

/** Partners are looked at block by block, and most blocks are known to be too far away. */
export const BLOCK = 32;
const FAR = Number.POSITIVE_INFINITY;
/** The distance of what is reached: no other is less. */
const REACHED = -1;

/** Rows, or columns. The arrays are replaced by longer ones as their number grows. */
export interface Side {
  count: number;
  dual: Float64Array;
  /** Index on the other side, or NONE. */
  mateOf: Int32Array;
}

/** Weights and ways out of one side. */
export interface Outlook {
  /** The weight of a pair is at `firstAt(own) + other * step`, once firstAt has seen to it that it is there. */
  readonly micro: Float64Array;
  readonly step: number;
  firstAt(own: number): number;
  /** What the dual of an item may fall to, at least 0, once it has no mate on the other side. */
  leastAlone(own: number): number;
}

/**
 * Shortest augmenting paths from one side of an assignment, in reduced costs own + other - W >= 0. A path ends at a
 * free item of the other side, or where an item of the own side gives up its mate for what it has alone.
 *
 * While searches run, duals of the other side only rise, and with them the least other - W in a block: as it was when
 * the block was last looked at, it bounds how near the block can be. Whoever lowers one has to `forget`.
 *
 * Exact in float64 for integers: duals and weights lie in 0..2^53 - 1, and so does every distance that is ever chosen. A
 * sum above 2^53 may round, but only to something above every dual, and is never chosen.
 */
export class PathSearch {
  readonly #own: Side;
  readonly #other: Side;
  readonly #outlook: Outlook;
  /** By item and block: at most the least other - W there is. */
  #bounds = new Float64Array();
  #blocksPerItem = 0;
  /** By item of the other side: the distance, and which item of the own side it comes from. */
  #distance = new Float64Array();
  #cameFrom = new Int32Array();
  /** By block: the least distance of what is not reached. */
  #leastIn = new Float64Array();
  /** What has a final distance, and that. */
  readonly #reached: number[] = [];
  readonly #reachedAt: number[] = [];
  /** Where the shortest path that is known ends: at a free `other`, or, where that is NONE, with `own` alone. */
  readonly #end = { distance: FAR, own: NONE, other: NONE };

  constructor(own: Side, other: Side, outlook: Outlook) {
    this.#own = own;
    this.#other = other;
    this.#outlook = outlook;
  }

  /** To be called before an item of the other side gets a lower dual than it had. */
  forget(): void {
    this.#bounds.fill(-FAR);
  }

  /** The same for the blocks of one item from the one with `other` on. */
  forgetFrom(own: number, other: number): void {
    const blocks = this.#blocksPerItem;
    if (blocks > 0) this.#bounds.fill(-FAR, own * blocks + Math.floor(other / BLOCK), (own + 1) * blocks);
  }

  /** The least dual of an item with own + other >= W everywhere. */
  leastDual(own: number): number {
    const first = this.#outlook.firstAt(own);
    const { micro, step } = this.#outlook;
    const { dual, count } = this.#other;
    this.#reserve();
    let least = this.#outlook.leastAlone(own);
    let bound = own * this.#blocksPerItem;
    for (let from = 0; from < count; from += BLOCK, bound++) {
      if (-this.#bounds[bound]! <= least) continue;
      const to = Math.min(from + BLOCK, count);
      let excessInBlock = FAR;
      for (let other = from, at = first + from * step; other < to; other++, at += step) {
        const excess = dual[other]! - micro[at]!;
        if (excess < excessInBlock) excessInBlock = excess;
      }
      this.#bounds[bound] = excessInBlock;
      if (-excessInBlock > least) least = -excessInBlock;
    }
    return least;
  }

  /** Gives an item without a mate the first free one at no distance, if there is any. */
  takeTight(own: number): boolean {
    const first = this.#outlook.firstAt(own);
    const { micro, step } = this.#outlook;
    const { dual, mateOf, count } = this.#other;
    const least = -this.#own.dual[own]!;
    this.#reserve();
    let bound = own * this.#blocksPerItem;
    for (let from = 0; from < count; from += BLOCK, bound++) {
      if (this.#bounds[bound]! > least) continue;
      const to = Math.min(from + BLOCK, count);
      for (let other = from; other < to; other++) {
        if (mateOf[other] !== NONE || dual[other]! - micro[first + other * step]! !== least) continue;
        mateOf[other] = own;
        this.#own.mateOf[own] = other;
        return true;
      }
    }
    return false;
  }

  /**
   * Finds a mate for an item, along the shortest path there is. Returns who is alone in the end, maybe the item itself;
   * NONE where everyone has a mate.
   */
  augment(start: number): number {
    this.#shortestPath(start);
    const end = this.#end;
    this.#moveDuals(start, end.distance);
    let other = end.other;
    if (other === NONE) {
      other = this.#own.mateOf[end.own]!;
      this.#own.mateOf[end.own] = NONE;
    }
    while (other !== NONE) {
      const taker = this.#cameFrom[other]!;
      const given = this.#own.mateOf[taker]!;
      this.#own.mateOf[taker] = other;
      this.#other.mateOf[other] = taker;
      other = given;
    }
    return end.other === NONE ? end.own : NONE;
  }

  /**
   * Makes `distances`, of the other side, the shortest there are: as they are given, or along mates from one that is
   * nearer. What has no mate stays as it is.
   */
  spread(distances: Float64Array): void {
    const { mateOf, count } = this.#other;
    this.#startOver();
    for (let other = 0; other < count; other++) {
      if (mateOf[other] === NONE) this.#distance[other] = REACHED;
      else {
        const block = Math.floor(other / BLOCK);
        this.#distance[other] = distances[other]!;
        this.#leastIn[block] = Math.min(this.#leastIn[block]!, distances[other]!);
      }
    }
    for (let block = this.#nearest(); block !== NONE; block = this.#nearest()) {
      const distance = this.#leastIn[block]!;
      const other = this.#reach(block);
      distances[other] = distance;
      this.#look(mateOf[other]!, distance);
    }
  }

  #shortestPath(start: number): void {
    const { dual } = this.#own;
    const end = this.#end;
    this.#startOver();
    this.#reached.length = 0;
    let own = start;
    let distance = 0;
    for (;;) {
      const alone = distance + (dual[own]! - this.#outlook.leastAlone(own));
      if (alone < end.distance) {
        end.distance = alone;
        end.own = own;
        end.other = NONE;
      }
      this.#look(own, distance);
      const block = this.#nearest();
      if (block === NONE) return;
      distance = this.#leastIn[block]!;
      const other = this.#reach(block);
      this.#reachedAt[this.#reached.length] = distance;
      this.#reached.push(other);
      own = this.#other.mateOf[other]!;
    }
  }

  #startOver() {
    this.#reserve();
    this.#distance.fill(FAR);
    this.#leastIn.fill(FAR);
    this.#end.distance = FAR;
  }

  /** Looks at the other side from an item at a distance. */
  #look(own: number, ownDistance: number) {
    const first = this.#outlook.firstAt(own);
    const { micro, step } = this.#outlook;
    const { dual, mateOf, count } = this.#other;
    const bounds = this.#bounds;
    const distance = this.#distance;
    const cameFrom = this.#cameFrom;
    const end = this.#end;
    const ownDual = this.#own.dual[own]!;
    let bound = own * this.#blocksPerItem;
    for (let from = 0, block = 0; from < count; from += BLOCK, block++, bound++) {
      if (ownDistance + (ownDual + bounds[bound]!) >= end.distance) continue;
      const to = Math.min(from + BLOCK, count);
      let excessInBlock = FAR;
      let leastInBlock = FAR;
      for (let other = from, at = first + from * step; other < to; other++, at += step) {
        const excess = dual[other]! - micro[at]!;
        if (excess < excessInBlock) excessInBlock = excess;
        const through = ownDistance + (ownDual + excess);
        let known = distance[other]!;
        if (through < known) {
          known = through;
          distance[other] = through;
          cameFrom[other] = own;
          if (through < end.distance && mateOf[other] === NONE) {
            end.distance = through;
            end.other = other;
          }
        }
        if (known < leastInBlock && known !== REACHED) leastInBlock = known;
      }
      bounds[bound] = excessInBlock;
      this.#leastIn[block] = leastInBlock;
    }
  }

  /** The block with what is nearest, nearer than where a path may end; the last of them. */
  #nearest(): number {
    const leastIn = this.#leastIn;
    let nearest = NONE;
    let nearestDistance = this.#end.distance;
    for (let block = leastIn.length - 1; block >= 0; block--) {
      if (leastIn[block]! < nearestDistance) {
        nearestDistance = leastIn[block]!;
        nearest = block;
      }
    }
    return nearest;
  }

  /** The nearest of a block: the last of them, as in ascending order paths end behind it. */
  #reach(block: number): number {
    const distance = this.#distance;
    const from = block * BLOCK;
    const to = Math.min(from + BLOCK, this.#other.count);
    const nearestDistance = this.#leastIn[block]!;
    let nearest = to - 1;
    while (distance[nearest] !== nearestDistance) nearest--;
    distance[nearest] = REACHED;
    let least = FAR;
    for (let other = from; other < to; other++) {
      const known = distance[other]!;
      if (known < least && known !== REACHED) least = known;
    }
    this.#leastIn[block] = least;
    return nearest;
  }

  #moveDuals(start: number, total: number) {
    const { dual } = this.#own;
    const { dual: otherDual, mateOf } = this.#other;
    dual[start] = dual[start]! - total;
    for (let i = 0; i < this.#reached.length; i++) {
      const other = this.#reached[i]!;
      const slack = total - this.#reachedAt[i]!;
      otherDual[other] = otherDual[other]! + slack;
      dual[mateOf[other]!] = dual[mateOf[other]!]! - slack;
    }
  }

  /** Room for all of the other side, with a bound for each of its blocks. */
  #reserve() {
    const length = this.#other.dual.length;
    if (this.#distance.length === length) return;
    this.#distance = new Float64Array(length);
    this.#cameFrom = new Int32Array(length);
    this.#blocksPerItem = Math.ceil(length / BLOCK);
    this.#leastIn = new Float64Array(this.#blocksPerItem);
    this.#bounds = new Float64Array(this.#own.dual.length * this.#blocksPerItem).fill(-FAR);
  }
}
