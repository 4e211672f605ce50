import { cosOfTurns, exp, log } from './elementary.ts';

const GOLDEN = 0x9e3779b9;

/** One step of splitmix32: a bijection of 32-bit words that mixes well. */
function mix(word: number): number {
  let z = (word + GOLDEN) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

/** Six words. */
export type RandomState = readonly [number, number, number, number, number, number];

/**
 * Seeded randomness (xoshiro128**): the only source of it in this room.
 * `split(label)` gives an independent stream that depends on the seed and the labels alone, never on how much was drawn,
 * so that two policies meet the same arrivals and the same luck whatever they do.
 */
export class Random {
  #key: number;
  #key2: number;
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(seed: number, stream = 0) {
    if (!Number.isSafeInteger(seed) || seed < 0) throw new RangeError(`seed ${seed} is not in 0..2^53-1`);
    const low = mix(seed >>> 0) ^ mix(stream >>> 0);
    const high = mix((Math.floor(seed / 2 ** 32) ^ 0x5bd1e995) >>> 0) ^ mix(stream ^ 0x6c078965);
    this.#key = mix(low);
    this.#key2 = mix(high ^ this.#key);
    this.#a = mix(this.#key);
    this.#b = mix(this.#key2);
    this.#c = mix(this.#a ^ this.#key2);
    this.#d = mix(this.#b ^ this.#key) | 1; // never all zero
  }

  /** All that the next draws depend on. */
  save(): RandomState {
    return [this.#key, this.#key2, this.#a, this.#b, this.#c, this.#d];
  }

  /** Goes on where `save` was. */
  static restored(state: RandomState): Random {
    const random = new Random(0);
    [random.#key, random.#key2, random.#a, random.#b, random.#c, random.#d] = state;
    return random;
  }

  split(label: number): Random {
    return new Random(this.#key * 2 ** 20 + (this.#key2 >>> 12), mix(label ^ this.#key2));
  }

  uint32(): number {
    const scrambled = Math.imul(this.#b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const t = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  /** Uniform in [0, 1), 53 bits. */
  float(): number {
    return ((this.uint32() >>> 5) * 67108864 + (this.uint32() >>> 6)) / 9007199254740992;
  }

  /** Uniform in [min, max). */
  uniform(min: number, max: number): number {
    return min + (max - min) * this.float();
  }

  /** Uniform among 0..n-1. */
  integer(n: number): number {
    return Math.floor(this.float() * n);
  }

  choice<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('nothing to choose from');
    return items[this.integer(items.length)]!;
  }

  /** An index, drawn in proportion to its weight. */
  weighted(weights: readonly number[]): number {
    let left = this.float() * weights.reduce((sum, weight) => sum + weight, 0);
    for (let i = 0; i < weights.length - 1; i++) {
      left -= weights[i]!;
      if (left < 0) return i;
    }
    return weights.length - 1;
  }

  /** Mean 1 / rate. */
  exponential(rate: number): number {
    return -log(1 - this.float()) / rate;
  }

  /** Standard normal (Box and Muller; the second value is not kept, so that a draw is two words each time). */
  normal(): number {
    return Math.sqrt(-2 * log(1 - this.float())) * cosOfTurns(this.float());
  }

  poisson(mean: number): number {
    if (mean > 16) return this.poisson(mean / 2) + this.poisson(mean / 2);
    const limit = exp(-mean);
    let count = 0;
    for (let product = this.float(); product > limit; product *= this.float()) count++;
    return count;
  }

  /** In place (Fisher and Yates). */
  shuffle(items: Int32Array): void {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const item = items[i]!;
      items[i] = items[j]!;
      items[j] = item;
    }
  }
}
