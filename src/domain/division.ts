import { AICChainError } from './errors.ts';

/** ⌈a / b⌉ of non-negative integers. */
export function ceilDiv(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}

/** ⌊a·b / c⌋ of non-negative integers, exact also where a·b leaves 2^53; the result must not. */
export function mulDivDown(a: number, b: number, c: number): number {
  if (c <= 0) throw new AICChainError('DivisorNotPositive', `divisor ${c} is not positive`);
  const product = a * b;
  if (Number.isSafeInteger(product)) return (product - (product % c)) / c;
  return safeNumber((BigInt(a) * BigInt(b)) / BigInt(c));
}

/** ⌈a·b / c⌉, under the same terms as `mulDivDown`. */
export function mulDivUp(a: number, b: number, c: number): number {
  if (c <= 0) throw new AICChainError('DivisorNotPositive', `divisor ${c} is not positive`);
  const product = a * b;
  if (Number.isSafeInteger(product)) {
    const rest = product % c;
    return rest === 0 ? product / c : (product - rest) / c + 1;
  }
  return safeNumber(ceilDiv(BigInt(a) * BigInt(b), BigInt(c)));
}

/** The number of a bigint, refused where a number cannot hold it exactly. */
export function safeNumber(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number))
    throw new AICChainError('NotSafeInteger', `${value} does not fit 2^53 − 1`);
  return number;
}
