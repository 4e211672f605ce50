import { AICChainError } from './errors.ts';

/** ⌈a / b⌉ of non-negative integers. */
export function ceilDiv(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}

// Of integers below 2^53 the rounded quotient x / c has the floor and the ceiling of the exact one: the exact one is at
// least 1 / c from every integer that it is not, and half a unit in the last place is at most x / c / 2^53 < 1 / c.

/** ⌊a·b / c⌋ of non-negative integers, exact also where a·b leaves 2^53; the result must not. */
export function mulDivDown(a: number, b: number, c: number): number {
  refuseDivisor(c);
  const product = a * b;
  if (Number.isSafeInteger(product)) return Math.floor(product / c);
  return safeNumber((BigInt(a) * BigInt(b)) / BigInt(c));
}

/** ⌈a·b / c⌉, under the same terms as `mulDivDown`. */
export function mulDivUp(a: number, b: number, c: number): number {
  refuseDivisor(c);
  const product = a * b;
  if (Number.isSafeInteger(product)) return Math.ceil(product / c);
  return safeNumber(ceilDiv(BigInt(a) * BigInt(b), BigInt(c)));
}

/**
 * ⌈a·b·c / d⌉ of non-negative integers up to 2^53 − 1, exact; Infinity where that is above 2^53 − 1. Without a bigint
 * while d ≤ 2^30 and the result is below 2^50.
 */
export function mulMulDivUp(a: number, b: number, c: number, d: number): number {
  refuseDivisor(d);
  const product = a * b * c;
  if (product <= Number.MAX_SAFE_INTEGER) return Math.ceil(product / d);
  const estimate = product / d;
  if (estimate >= 2 ** 54) return Infinity;
  if (estimate >= 2 ** 50 || d > 2 ** 30) {
    const exact = ceilDiv(BigInt(a) * BigInt(b) * BigInt(c), BigInt(d));
    return exact > Number.MAX_SAFE_INTEGER ? Infinity : Number(exact);
  }
  // Three roundings leave the estimate less than 1/2 off, so what remains is within ±3/2·d: 32 bits of it are all of it.
  const quotient = Math.ceil(estimate);
  const rest = (Math.imul(Math.imul(a, b), c) - Math.imul(quotient, d)) | 0;
  if (rest > 0) return quotient + 1;
  return rest > -d ? quotient : quotient - 1;
}

/** The number of a bigint, refused where a number cannot hold it exactly. */
export function safeNumber(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number))
    throw new AICChainError('NotSafeInteger', `${value} does not fit 2^53 − 1`);
  return number;
}

function refuseDivisor(divisor: number): void {
  if (!(divisor > 0)) throw new AICChainError('DivisorNotPositive', `divisor ${divisor} is not positive`);
}
