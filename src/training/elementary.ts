/**
 * exp, log, tanh and cos of additions, multiplications and divisions alone, which IEEE 754 fixes to the last bit.
 * The language leaves Math.exp and its like to the engine, and one engine gives other last bits on other processors
 * (where its compiler fuses a product with a sum); a training would then end in another policy, with another hash.
 * Math.sqrt is exact everywhere. Errors are a few units in the last place.
 */
const LN2_HIGH = 0.6931471803691238; // its low bits are 0: k · LN2_HIGH is exact
const LN2_LOW = 1.9082149292705877e-10;
const LARGEST_EXPONENT = 709;
const SMALLEST_EXPONENT = -708;

const bits = new DataView(new ArrayBuffer(8));

/** e^x; 0 below −708, where it would not be a normal number. */
export function exp(x: number): number {
  if (x < SMALLEST_EXPONENT) return 0;
  if (x > LARGEST_EXPONENT) return Number.POSITIVE_INFINITY;
  const k = Math.round(x / Math.LN2);
  const r = x - k * LN2_HIGH - k * LN2_LOW; // |r| ≤ ln2 / 2
  let sum = 1;
  for (let n = EXP_TERMS; n > 0; n--) sum = 1 + (r / n) * sum;
  return sum * powerOfTwo(k);
}
const EXP_TERMS = 14;

/** ln x of a normal number above 0. */
export function log(x: number): number {
  bits.setFloat64(0, x);
  const head = bits.getInt32(0);
  let k = (head >> 20) - 1_023;
  bits.setInt32(0, (head & 0xfffff) | (1_023 << 20));
  let m = bits.getFloat64(0);
  if (m > Math.SQRT2) {
    m /= 2;
    k += 1;
  }
  // ln m = 2 artanh(s), |s| ≤ 0.172
  const s = (m - 1) / (m + 1);
  const square = s * s;
  let sum = 0;
  for (let n = LOG_TERMS; n >= 0; n--) sum = sum * square + 1 / (2 * n + 1);
  return k * LN2_HIGH + (2 * s * sum + k * LN2_LOW);
}
const LOG_TERMS = 11;

export function tanh(x: number): number {
  return 1 - 2 / (exp(2 * x) + 1);
}

/** cos(2π · turns) of turns in [0, 1]. */
export function cosOfTurns(turns: number): number {
  const fromHalf = Math.abs(turns - 0.5); // cos(2πt) = −cos(2π(t − ½))
  const isNearQuarter = fromHalf > 0.125 && fromHalf < 0.375;
  if (isNearQuarter) return sine(2 * Math.PI * (fromHalf - 0.25));
  if (fromHalf <= 0.125) return -cosine(2 * Math.PI * fromHalf);
  return cosine(2 * Math.PI * (0.5 - fromHalf));
}

/** base^exponent of a base above 0. */
export function power(base: number, exponent: number): number {
  return exp(exponent * log(base));
}

/** Of |x| ≤ π/4, as all that follows. */
function sine(x: number): number {
  let sum = 1;
  for (let n = 16; n > 0; n -= 2) sum = 1 - ((x * x) / (n * (n + 1))) * sum;
  return x * sum;
}

function cosine(x: number): number {
  let sum = 1;
  for (let n = 16; n > 0; n -= 2) sum = 1 - ((x * x) / (n * (n - 1))) * sum;
  return sum;
}

/** 2^k of k in −1022..1023. */
function powerOfTwo(k: number): number {
  bits.setInt32(0, (k + 1_023) << 20);
  bits.setInt32(4, 0);
  return bits.getFloat64(0);
}
