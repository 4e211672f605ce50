/**
 * The integer network 24-H-H-1 (docs/PROTOCOL.md) over many rows, in AssemblyScript. `node scripts/generate.ts` compiles
 * it; src/policy/ScoringKernel.ts fills its memory and calls it.
 *
 * Inputs, weights and activations are int16. Weights come in blocks of 8 units: for every two inputs 32 bytes, unit by
 * unit the two weights, so that one i32x4.dot_i16x8_s adds two inputs to 4 units. Four rows at a time share each load.
 *
 * Exact: |x·w + x'·w'| ≤ 2 · 2^15 · 2^7 in a dot, and no sum of a network that may be loaded leaves int32, in whatever
 * order it is added. So inputs that all rows share may be in the biases of the first layer already.
 */

/** Inputs of the first layer that differ from row to row. */
export const ROW_INPUTS: i32 = 14;

/** Where things are, with room for 64 units; the rows begin at ROWS, and what follows them is the caller's. */
const UNITS: usize = 64;
const ROW_BYTES: usize = 2 * (ROW_INPUTS as usize);
const ACTIVATION_BYTES: usize = 2 * UNITS;
export const BIASES_1: usize = 0;
export const WEIGHTS_1: usize = BIASES_1 + 4 * UNITS;
export const BIASES_2: usize = WEIGHTS_1 + ROW_BYTES * UNITS;
export const WEIGHTS_2: usize = BIASES_2 + 4 * UNITS;
export const WEIGHTS_3: usize = WEIGHTS_2 + 2 * UNITS * UNITS;
const FIRST: usize = WEIGHTS_3 + 2 * UNITS;
const SECOND: usize = FIRST + 4 * ACTIVATION_BYTES;
export const ROWS: usize = SECOND + 4 * ACTIVATION_BYTES;

/**
 * The penalties, as uint16 at `out`, of `count` rows, whose indices are uint32 at `which`. Works in fours: up to a
 * multiple of four there are indices of rows at `which`, and room at `out`.
 */
export function score(
  which: usize,
  count: i32,
  out: usize,
  hidden: i32,
  shift1: i32,
  shift2: i32,
  bias3: i32,
  shift3: i32,
): void {
  for (const end = which + ((count as usize) << 2); which < end; which += 16, out += 8) {
    layer(
      row(which),
      row(which + 4),
      row(which + 8),
      row(which + 12),
      ROW_INPUTS,
      BIASES_1,
      WEIGHTS_1,
      shift1,
      hidden,
      FIRST,
    );
    layer(
      FIRST,
      FIRST + ACTIVATION_BYTES,
      FIRST + 2 * ACTIVATION_BYTES,
      FIRST + 3 * ACTIVATION_BYTES,
      hidden,
      BIASES_2,
      WEIGHTS_2,
      shift2,
      hidden,
      SECOND,
    );
    const sums = sumsOfLanes(
      dot(SECOND, hidden),
      dot(SECOND + ACTIVATION_BYTES, hidden),
      dot(SECOND + 2 * ACTIVATION_BYTES, hidden),
      dot(SECOND + 3 * ACTIVATION_BYTES, hidden),
    );
    const penalties = i32x4.shr_s(i32x4.add(i32x4.splat(bias3), sums), shift3);
    // Narrowing saturates at 0 and 65535.
    v128.store64_lane(out, i16x8.narrow_i32x4_u(penalties, penalties), 0);
  }
}

// @ts-ignore: decorator
@inline
function row(index: usize): usize {
  return ROWS + ROW_BYTES * (load<u32>(index) as usize);
}

/** Activations of `units` units over `inputs` inputs, of four rows, ACTIVATION_BYTES apart from `out` on. */
function layer(
  row0: usize,
  row1: usize,
  row2: usize,
  row3: usize,
  inputs: i32,
  biases: usize,
  weights: usize,
  shift: i32,
  units: i32,
  out: usize,
): void {
  const rowBytes = (inputs as usize) << 1;
  for (const end = biases + ((units as usize) << 2); biases < end; biases += 32, out += 16) {
    let low0 = v128.load(biases);
    let high0 = v128.load(biases, 16);
    let low1 = low0;
    let high1 = high0;
    let low2 = low0;
    let high2 = high0;
    let low3 = low0;
    let high3 = high0;
    for (let at: usize = 0; at < rowBytes; at += 4, weights += 32) {
      const low = v128.load(weights);
      const high = v128.load(weights, 16);
      const x0 = v128.load32_splat(row0 + at);
      low0 = i32x4.add(low0, i32x4.dot_i16x8_s(x0, low));
      high0 = i32x4.add(high0, i32x4.dot_i16x8_s(x0, high));
      const x1 = v128.load32_splat(row1 + at);
      low1 = i32x4.add(low1, i32x4.dot_i16x8_s(x1, low));
      high1 = i32x4.add(high1, i32x4.dot_i16x8_s(x1, high));
      const x2 = v128.load32_splat(row2 + at);
      low2 = i32x4.add(low2, i32x4.dot_i16x8_s(x2, low));
      high2 = i32x4.add(high2, i32x4.dot_i16x8_s(x2, high));
      const x3 = v128.load32_splat(row3 + at);
      low3 = i32x4.add(low3, i32x4.dot_i16x8_s(x3, low));
      high3 = i32x4.add(high3, i32x4.dot_i16x8_s(x3, high));
    }
    v128.store(out, rectified(low0, high0, shift));
    v128.store(out + ACTIVATION_BYTES, rectified(low1, high1, shift));
    v128.store(out + 2 * ACTIVATION_BYTES, rectified(low2, high2, shift));
    v128.store(out + 3 * ACTIVATION_BYTES, rectified(low3, high3, shift));
  }
}

/** min(255, max(0, acc >> shift)) of 8 sums; narrowing saturates beyond that. */
// @ts-ignore: decorator
@inline
function rectified(low: v128, high: v128, shift: i32): v128 {
  const narrow = i16x8.narrow_i32x4_s(i32x4.shr_s(low, shift), i32x4.shr_s(high, shift));
  return i16x8.min_s(i16x8.splat(255), i16x8.max_s(i16x8.splat(0), narrow));
}

/** Four partial sums of the third layer over the activations at `x`. */
function dot(x: usize, inputs: i32): v128 {
  let sum = i32x4.splat(0);
  let weights = WEIGHTS_3;
  for (const end = x + ((inputs as usize) << 1); x < end; x += 16, weights += 16)
    sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.load(x), v128.load(weights)));
  return sum;
}

/** The sum of the four lanes of each argument. */
function sumsOfLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
  const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
  return i32x4.add(v128.shuffle<i64>(ab, cd, 0, 2), v128.shuffle<i64>(ab, cd, 1, 3));
}
