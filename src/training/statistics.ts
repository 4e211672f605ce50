import { Random } from './random.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 2_000;

/** A difference as a part of what it is a difference to; 0 where that is nothing. */
export const relativeGain = (difference: number, base: number): number =>
  base === 0 ? 0 : difference / Math.abs(base);

/**
 * 95 % bootstrap interval of Σ differences / |Σ base| over paired observations: pairs are resampled as pairs, so what
 * is common to both sides of a pair cancels.
 */
export function pairedBootstrap(
  differences: readonly number[],
  base: readonly number[],
  seed: number,
): Interval {
  if (differences.length !== base.length || base.length === 0) {
    throw new RangeError(`${differences.length} differences for ${base.length} observations`);
  }
  const random = new Random(seed);
  const gains = Array.from({ length: RESAMPLES }, () => {
    let [difference, whole] = [0, 0];
    for (let i = 0; i < base.length; i++) {
      const pick = random.integer(base.length);
      difference += differences[pick]!;
      whole += base[pick]!;
    }
    return relativeGain(difference, whole);
  }).sort((a, b) => a - b);
  return { low: gains[Math.floor(0.025 * RESAMPLES)]!, high: gains[Math.ceil(0.975 * RESAMPLES) - 1]! };
}
