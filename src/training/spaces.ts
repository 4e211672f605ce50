/** Numbers in a box, bounds included. */
export interface Box {
  readonly kind: 'box';
  readonly shape: readonly number[];
  readonly low: number;
  readonly high: number;
}

/** One of 0..n-1. */
export interface Discrete {
  readonly kind: 'discrete';
  readonly n: number;
}

/** Several spaces by name. */
export interface Dict {
  readonly kind: 'dict';
  readonly spaces: Readonly<Record<string, Box | Discrete>>;
}

/** Whether a value lies in its space. */
export function contains(space: Box | Discrete, value: ArrayLike<number> | number): boolean {
  if (space.kind === 'discrete') {
    return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < space.n;
  }
  if (typeof value === 'number') return space.shape.length === 0 && isWithin(space, value);
  if (value.length !== space.shape.reduce((product, n) => product * n, 1)) return false;
  for (let i = 0; i < value.length; i++) if (!isWithin(space, value[i]!)) return false;
  return true;
}

/** NaN is in no space. */
function isWithin({ low, high }: Box, x: number): boolean {
  return x >= low && x <= high;
}
