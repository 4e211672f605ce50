/**
 * Signed numbers side by side in one 256-bit word, so that one MUL multiplies many.
 *
 * W = Σ w_j · 2^(L·j) is a plain integer, borrows and all. Hence adding x · W adds x · w_j to every lane j at once,
 * for negative x and w too. Once 2^(L−1) is added to each lane, a lane whose sum is within ±2^(L−1) is non-negative:
 * nothing is borrowed from its neighbour any more, and shifts and masks read it.
 */
export interface Lanes {
  /** Bits of a lane. */
  readonly width: number;
  /** Lanes in a word, as many as are used of it. */
  readonly perWord: number;
  readonly words: number;
}

const WORD_BITS = 256;

/**
 * The lanes of `units` sums, each below `reach` in magnitude: the fewest words, then the widest lane that still fits.
 * A width that is a multiple of 8 lets BYTE read the low byte of a lane.
 */
export function planLanes(units: number, reach: number, byteAligned: boolean): Lanes {
  const unit = byteAligned ? 8 : 1;
  const least = Math.ceil((bits(reach) + 1) / unit) * unit;
  const words = Math.ceil(units / Math.floor(WORD_BITS / least));
  const perWord = Math.ceil(units / words);
  return { width: Math.floor(WORD_BITS / perWord / unit) * unit, perWord, words };
}

/** Σ values[j] · 2^(width·j), modulo what the lanes hold: what a negative sum borrows from above them is no lane's. */
export function pack(width: number, values: readonly number[]): bigint {
  let word = 0n;
  for (const [j, value] of values.entries()) word += BigInt(value) << BigInt(width * j);
  return BigInt.asUintN(width * values.length, word);
}

/** The same value in `count` lanes. */
export const fill = (width: number, count: number, value: bigint): bigint => {
  let word = 0n;
  for (let j = 0; j < count; j++) word |= value << BigInt(width * j);
  return word;
};

/** The least b with magnitude ≤ 2^b, of magnitudes in 2..2^32. */
const bits = (magnitude: number): number => 32 - Math.clz32(magnitude - 1);
