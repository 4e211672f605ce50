import type { Random } from './random.ts';

/** What the numbers of a space are stored as, by NumPy's names. */
export type Dtype = 'int16' | 'uint8' | 'int64' | 'float64';

/** Numbers in a box, bounds included. */
export interface Box {
  readonly kind: 'box';
  readonly shape: readonly number[];
  readonly low: number;
  readonly high: number;
  readonly dtype: Dtype;
}

/** One of 0..n-1. */
export interface Discrete {
  readonly kind: 'discrete';
  readonly n: number;
  readonly dtype: 'int64';
}

/** Several spaces by name. */
export interface Dict {
  readonly kind: 'dict';
  readonly spaces: Readonly<Record<string, Box | Discrete>>;
}

export type Space = Box | Discrete | Dict;
export type Sample = number | Int16Array | Uint8Array | Float64Array | Readonly<Record<string, unknown>>;

/** Arrays that hold a dtype; int64 is a number. */
const ARRAYS = { int16: Int16Array, uint8: Uint8Array, float64: Float64Array } as const;

/** Whether a value lies in its space: shape, dtype and bounds. NaN is in no space. */
export function contains(space: Space, value: unknown): boolean {
  if (space.kind === 'discrete') {
    return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < space.n;
  }
  if (space.kind === 'dict') {
    const values = value as Record<string, unknown>;
    return Object.entries(space.spaces).every(([name, inner]) => contains(inner, values[name]));
  }
  if (typeof value === 'number') return space.shape.length === 0 && isWithin(space, value);
  if (space.dtype === 'int64' || !(value instanceof ARRAYS[space.dtype])) return false;
  return value.length === sizeOf(space) && value.every((x) => isWithin(space, x));
}

/** A value of the space: uniform where it is bounded, exponential above a bound where it is not. `mask` is for actions. */
export function sample(space: Space, random: Random, mask?: Uint8Array): Sample {
  if (space.kind === 'discrete') return mask === undefined ? random.integer(space.n) : allowed(mask, random);
  if (space.kind === 'dict') {
    return Object.fromEntries(
      Object.entries(space.spaces).map(([name, inner]) => [name, sample(inner, random)]),
    );
  }
  if (space.shape.length === 0) return drawn(space, random);
  if (space.dtype === 'int64') throw new RangeError('a box of int64 has no array');
  const values = new ARRAYS[space.dtype](sizeOf(space));
  for (let i = 0; i < values.length; i++) values[i] = drawn(space, random);
  return values;
}

/** Numbers in a box. */
export function sizeOf({ shape }: Box): number {
  return shape.reduce((product, n) => product * n, 1);
}

function drawn({ low, high, dtype }: Box, random: Random): number {
  if (dtype !== 'float64') return low + random.integer(high - low + 1);
  return high - low < Number.MAX_VALUE ? random.uniform(low, high) : low + random.exponential(1);
}

/** Uniform among the actions that the mask allows. */
function allowed(mask: Uint8Array, random: Random): number {
  let left = random.integer(mask.reduce((sum, one) => sum + one, 0));
  return mask.findIndex((one) => one === 1 && left-- === 0);
}

function isWithin({ low, high }: Box, x: number): boolean {
  return x >= low && x <= high;
}
