import { AICChainError } from './errors.ts';

/** What the smallest and the largest code stand for. */
export const SMALLEST_CODED = 16;
export const LARGEST_CODED = 1_015_808;
/** Largest `computeShift` of a class. */
export const MAX_COMPUTE_SHIFT = 24;

/** What an 8-bit code stands for: 16 codes to the octave, from 16 to 1,015,808. */
export function decode(code: number): number {
  if (!Number.isInteger(code) || code < 0 || code > 255)
    throw new AICChainError('CodeOutOfRange', `code ${code} is not in 0..255`);
  return (16 | (code & 15)) << (code >> 4);
}

/** The largest code that stands for no more than `value`; saturates at 255. Of claims where more is better. */
export function codeFloor(value: number): number {
  if (!(value >= SMALLEST_CODED)) throw tooSmall(value);
  if (value >= LARGEST_CODED) return 255;
  const exponent = 27 - Math.clz32(value);
  return (exponent << 4) | ((value >> exponent) & 15);
}

/** The smallest code that stands for no less than `value`. Of claims where less is better, and of needs. */
export function codeCeil(value: number): number {
  if (!(value >= SMALLEST_CODED)) throw tooSmall(value);
  if (value > LARGEST_CODED)
    throw new AICChainError(
      'ValueTooLargeForCode',
      `${value} is above ${LARGEST_CODED}, the largest coded value`,
    );
  const code = codeFloor(value);
  return decode(code) < value ? code + 1 : code;
}

/** `codeFloor` for what was measured: below 16 it is code 0, nothing is refused. */
export function codeFloorClamped(value: number): number {
  return value < SMALLEST_CODED ? 0 : codeFloor(value);
}

/** `codeCeil` for what was measured: below 16 it is code 0, above the top code 255. */
export function codeCeilClamped(value: number): number {
  if (value < SMALLEST_CODED) return 0;
  return value > LARGEST_CODED ? 255 : codeCeil(value);
}

/**
 * 16·log2(x), with the mantissa's next four bits instead of the fraction; 0 for 0. Of integers ≥ 0.
 *
 * @example lg16(1) === 0; lg16(24) === 72; lg16(4096) === 192
 */
export function lg16(x: number | bigint): number {
  if (typeof x === 'number') {
    if (x > Number.MAX_SAFE_INTEGER) throw new AICChainError('NotSafeInteger', `${x} does not fit 2^53 − 1`);
    if (x < 2 ** 32) return lg16OfUint32(x);
    const low = 32 - Math.clz32(x / 2 ** 32);
    // x / 2^low keeps the top 32 bits, so the top five are those of x.
    return 16 * low + lg16OfUint32(Math.floor(x / 2 ** low));
  }
  if (x <= BigInt(Number.MAX_SAFE_INTEGER)) return lg16(Number(x));
  const low = x.toString(2).length - 32;
  return 16 * low + lg16OfUint32(Number(x >> BigInt(low)));
}

function lg16OfUint32(x: number): number {
  if (x < 1) return 0;
  const e = 31 - Math.clz32(x);
  return 16 * e + ((e >= 4 ? x >>> (e - 4) : x << (4 - e)) & 15);
}

// Units. One function a metric and direction, so that no caller picks the wrong rounding.

/** MiB per GPU. */
export const memoryMiB = decode;
export const nodeMemoryCode = (memoryMiBPerGpu: number) => codeFloor(memoryMiBPerGpu);
export const neededMemoryCode = (memoryMiBPerGpu: number) => codeCeil(memoryMiBPerGpu);

/** MFLOPS per GPU. */
export function computeMflops(computeCode: number, computeShift: number): number {
  if (!Number.isInteger(computeShift) || computeShift < 0 || computeShift > 31)
    throw new AICChainError('ShiftOutOfRange', `compute shift ${computeShift} is not in 0..31`);
  return decode(computeCode) * 2 ** computeShift;
}
export const computeCode = (mflopsPerGpu: number, computeShift: number) =>
  codeFloor(Math.floor(mflopsPerGpu / 2 ** computeShift));

/** Mbps. */
export const bandwidthMbps = decode;
export const bandwidthCode = (mbps: number) => codeFloor(mbps);

/** Microseconds. */
export const latencyUs = decode;
export const latencyCode = (microseconds: number) => codeCeil(microseconds);

/** Watts per GPU. */
export const wattsPerGpu = decode;
export const wattsCode = (watts: number) => codeCeil(watts);

function tooSmall(value: number): AICChainError {
  return new AICChainError(
    'ValueTooSmallForCode',
    `${value} is below ${SMALLEST_CODED}, the smallest coded value`,
  );
}
