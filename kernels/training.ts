/**
 * What a training spends its time on, in AssemblyScript: the integer network 24-H-H-1 over the rows of a decision, its
 * straight-through gradient, and dense f32 layers for the critic. `node scripts/generate.ts` compiles it;
 * src/training/TrainingKernel.ts names the functions, src/training/PolicyPass.ts and ValuePass.ts call them.
 *
 * All pointers are byte offsets into one imported memory that several threads may share. There is no state of its own.
 * The same bits everywhere: every sum is added in one order that depends on the shapes alone, and no operation is relaxed.
 * Matrices lie row by row. "Panels" of a K × N matrix: for every 8 columns, K times those 8 numbers.
 */

/**
 * One layer of the integer network over `count` rows (a multiple of 4) of int16: raw = Σ x·w + b ≫ shift, saturated to
 * int16, and y = min(255, max(0, raw)). Weights in blocks of 8 units: for every two inputs 32 bytes, unit by unit the two
 * weights, so that one i32x4.dot_i16x8_s adds two inputs to 4 units.
 */
export function layer(
  x: usize,
  count: i32,
  inputs: i32,
  weights: usize,
  biases: usize,
  shift: i32,
  units: i32,
  raw: usize,
  y: usize,
): void {
  const xBytes = (inputs as usize) << 1;
  const yBytes = (units as usize) << 1;
  for (const end = x + (count as usize) * xBytes; x < end; x += 4 * xBytes) {
    let w = weights;
    for (let unit: usize = 0; unit < yBytes; unit += 16) {
      const low = v128.load(biases + 2 * unit);
      const high = v128.load(biases + 2 * unit, 16);
      let low0 = low;
      let low1 = low;
      let low2 = low;
      let low3 = low;
      let high0 = high;
      let high1 = high;
      let high2 = high;
      let high3 = high;
      for (let at: usize = x; at < x + xBytes; at += 4, w += 32) {
        const wLow = v128.load(w);
        const wHigh = v128.load(w, 16);
        const x0 = v128.load32_splat(at);
        low0 = i32x4.add(low0, i32x4.dot_i16x8_s(x0, wLow));
        high0 = i32x4.add(high0, i32x4.dot_i16x8_s(x0, wHigh));
        const x1 = v128.load32_splat(at + xBytes);
        low1 = i32x4.add(low1, i32x4.dot_i16x8_s(x1, wLow));
        high1 = i32x4.add(high1, i32x4.dot_i16x8_s(x1, wHigh));
        const x2 = v128.load32_splat(at + 2 * xBytes);
        low2 = i32x4.add(low2, i32x4.dot_i16x8_s(x2, wLow));
        high2 = i32x4.add(high2, i32x4.dot_i16x8_s(x2, wHigh));
        const x3 = v128.load32_splat(at + 3 * xBytes);
        low3 = i32x4.add(low3, i32x4.dot_i16x8_s(x3, wLow));
        high3 = i32x4.add(high3, i32x4.dot_i16x8_s(x3, wHigh));
      }
      activate(low0, high0, shift, raw + unit, y + unit);
      activate(low1, high1, shift, raw + unit + yBytes, y + unit + yBytes);
      activate(low2, high2, shift, raw + unit + 2 * yBytes, y + unit + 2 * yBytes);
      activate(low3, high3, shift, raw + unit + 3 * yBytes, y + unit + 3 * yBytes);
    }
    raw += 4 * yBytes;
    y += 4 * yBytes;
  }
}

// @ts-ignore: decorator
@inline
function activate(low: v128, high: v128, shift: i32, raw: usize, y: usize): void {
  const narrow = i16x8.narrow_i32x4_s(i32x4.shr_s(low, shift), i32x4.shr_s(high, shift));
  v128.store(raw, narrow);
  v128.store(y, i16x8.min_s(i16x8.splat(255), i16x8.max_s(i16x8.splat(0), narrow)));
}

/** The last layer, not clamped: out = Σ y·w + bias ≫ shift, as f32. Exact: the sum is below 2^24. */
export function outputs(
  y: usize,
  count: i32,
  units: i32,
  weights: usize,
  bias: i32,
  shift: i32,
  out: usize,
): void {
  const bytes = (units as usize) << 1;
  for (const end = out + ((count as usize) << 2); out < end; out += 4) {
    let sum = i32x4.splat(0);
    for (let at: usize = 0; at < bytes; at += 16, y += 16)
      sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.load(y), v128.load(weights + at)));
    const whole =
      i32x4.extract_lane(sum, 0) +
      i32x4.extract_lane(sum, 1) +
      i32x4.extract_lane(sum, 2) +
      i32x4.extract_lane(sum, 3);
    store<f32>(out, ((whole + bias) >> shift) as f32);
  }
}

/**
 * The logits (weight − penalty · scale) · inverseTemperature of `count` actions and, after them, that of defer: 0; and
 * e^(logit − most) of each. Gives `most`, the largest logit. Works in fours: there is room up to a multiple of 4 above count.
 */
export function softmax(
  outs: usize,
  weights: usize,
  scales: usize,
  count: i32,
  inverseTemperature: f32,
  logits: usize,
  exps: usize,
): f32 {
  const inverse = f32x4.splat(inverseTemperature);
  const none = f32x4.splat(0);
  const full = f32x4.splat(65535);
  const last = (count as usize) << 2;
  for (let at: usize = 0; at < last; at += 16) {
    const penalty = f32x4.pmin(full, f32x4.pmax(none, v128.load(outs + at)));
    const weight = f32x4.sub(v128.load(weights + at), f32x4.mul(penalty, v128.load(scales + at)));
    v128.store(logits + at, f32x4.mul(weight, inverse));
  }
  store<f32>(logits + last, 0);
  let most: f32 = 0;
  for (let at: usize = 0; at < last; at += 4) {
    const logit = load<f32>(logits + at);
    if (logit > most) most = logit;
  }
  const shift = f32x4.splat(most);
  for (let at: usize = 0; at <= last; at += 16)
    v128.store(exps + at, exp(f32x4.sub(v128.load(logits + at), shift)));
  return most;
}

/** e^x of four; 0 below −87. Errors are below 2 units in the last place. */
// @ts-ignore: decorator
@inline
function exp(x: v128): v128 {
  const isNormal = f32x4.ge(x, f32x4.splat(-87));
  const bounded = f32x4.pmin(f32x4.splat(88), f32x4.pmax(f32x4.splat(-87), x));
  const k = f32x4.nearest(f32x4.mul(bounded, f32x4.splat(1.4426950408889634)));
  // ln 2 in two parts: k times the first is exact.
  let r = f32x4.sub(bounded, f32x4.mul(k, f32x4.splat(0.693359375)));
  r = f32x4.add(r, f32x4.mul(k, f32x4.splat(2.12194440054690581e-4)));
  let sum = f32x4.add(f32x4.splat(1.0 / 120.0), f32x4.mul(r, f32x4.splat(1.0 / 720.0)));
  sum = f32x4.add(f32x4.splat(1.0 / 24.0), f32x4.mul(r, sum));
  sum = f32x4.add(f32x4.splat(1.0 / 6.0), f32x4.mul(r, sum));
  sum = f32x4.add(f32x4.splat(0.5), f32x4.mul(r, sum));
  sum = f32x4.add(f32x4.splat(1), f32x4.mul(r, sum));
  sum = f32x4.add(f32x4.splat(1), f32x4.mul(r, sum));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(k), i32x4.splat(127)), 23);
  return v128.and(f32x4.mul(sum, power), isNormal);
}

/** into = the rows of int16 whose indices are uint32 at `which`, as f32, less `minus` (0: nothing). `width` is a multiple of 8. */
export function gather(rows: usize, which: usize, count: i32, width: i32, minus: usize, into: usize): void {
  const bytes = (width as usize) << 1;
  for (const end = which + ((count as usize) << 2); which < end; which += 4) {
    const row = rows + (load<u32>(which) as usize) * bytes;
    for (let at: usize = 0; at < bytes; at += 16, into += 32) {
      const x = v128.load(row + at);
      let low = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(x));
      let high = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(x));
      if (minus) {
        low = f32x4.sub(low, v128.load(minus + 2 * at));
        high = f32x4.sub(high, v128.load(minus + 2 * at, 16));
      }
      v128.store(into, low);
      v128.store(into, high, 16);
    }
  }
}

/** The same of rows of f32. */
export function gatherFloats(rows: usize, which: usize, count: i32, width: i32, into: usize): void {
  const bytes = (width as usize) << 2;
  for (const end = which + ((count as usize) << 2); which < end; which += 4, into += bytes)
    memory.copy(into, rows + (load<u32>(which) as usize) * bytes, bytes);
}

/** Panels of the K × N matrix at `b`. */
export function panels(b: usize, K: i32, N: i32, into: usize): void {
  const row = (N as usize) << 2;
  for (let column: usize = 0; column < row; column += 32)
    for (let k = 0; k < K; k++, into += 32) {
      const from = b + (k as usize) * row + column;
      v128.store(into, v128.load(from));
      v128.store(into, v128.load(from, 16), 16);
    }
}

/** Panels of the transpose (K × N) of the N × K matrix at `b`. */
export function panelsOfTranspose(b: usize, K: i32, N: i32, into: usize): void {
  const row = (K as usize) << 2;
  for (let column = 0; column < N; column += 8)
    for (let k = 0; k < K; k++)
      for (let c = 0; c < 8; c++, into += 4)
        store<f32>(into, load<f32>(b + ((column + c) as usize) * row + ((k as usize) << 2)));
}

/** c (M × N) = a (M × K) · b + bias, with b in panels; without a bias where it is 0. N is a multiple of 8. */
export function gemm(a: usize, b: usize, bias: usize, c: usize, M: i32, K: i32, N: i32): void {
  const aRow = (K as usize) << 2;
  const cRow = (N as usize) << 2;
  let m = 0;
  for (; m + 4 <= M; m += 4, a += 4 * aRow, c += 4 * cRow) {
    let panel = b;
    for (let column: usize = 0; column < cRow; column += 32) {
      let low0 = f32x4.splat(0);
      let high0 = low0;
      if (bias) {
        low0 = v128.load(bias + column);
        high0 = v128.load(bias + column, 16);
      }
      let low1 = low0;
      let low2 = low0;
      let low3 = low0;
      let high1 = high0;
      let high2 = high0;
      let high3 = high0;
      for (let at = a; at < a + aRow; at += 4, panel += 32) {
        const low = v128.load(panel);
        const high = v128.load(panel, 16);
        const a0 = v128.load32_splat(at);
        low0 = f32x4.add(low0, f32x4.mul(a0, low));
        high0 = f32x4.add(high0, f32x4.mul(a0, high));
        const a1 = v128.load32_splat(at + aRow);
        low1 = f32x4.add(low1, f32x4.mul(a1, low));
        high1 = f32x4.add(high1, f32x4.mul(a1, high));
        const a2 = v128.load32_splat(at + 2 * aRow);
        low2 = f32x4.add(low2, f32x4.mul(a2, low));
        high2 = f32x4.add(high2, f32x4.mul(a2, high));
        const a3 = v128.load32_splat(at + 3 * aRow);
        low3 = f32x4.add(low3, f32x4.mul(a3, low));
        high3 = f32x4.add(high3, f32x4.mul(a3, high));
      }
      const into = c + column;
      v128.store(into, low0);
      v128.store(into, high0, 16);
      v128.store(into + cRow, low1);
      v128.store(into + cRow, high1, 16);
      v128.store(into + 2 * cRow, low2);
      v128.store(into + 2 * cRow, high2, 16);
      v128.store(into + 3 * cRow, low3);
      v128.store(into + 3 * cRow, high3, 16);
    }
  }
  for (; m < M; m++, a += aRow, c += cRow) {
    let panel = b;
    for (let column: usize = 0; column < cRow; column += 32) {
      let low = f32x4.splat(0);
      let high = low;
      if (bias) {
        low = v128.load(bias + column);
        high = v128.load(bias + column, 16);
      }
      for (let at = a; at < a + aRow; at += 4, panel += 32) {
        const x = v128.load32_splat(at);
        low = f32x4.add(low, f32x4.mul(x, v128.load(panel)));
        high = f32x4.add(high, f32x4.mul(x, v128.load(panel, 16)));
      }
      v128.store(c + column, low);
      v128.store(c + column, high, 16);
    }
  }
}

/** w (K × N) += xᵀ · d, and b (N) += the rows of d, of x (M × K) and d (M × N). K is a multiple of 4, N of 8. */
export function accumulate(x: usize, d: usize, w: usize, b: usize, M: i32, K: i32, N: i32): void {
  const xRow = (K as usize) << 2;
  const dRow = (N as usize) << 2;
  const xEnd = x + (M as usize) * xRow;
  for (let k: usize = 0; k < xRow; k += 16)
    for (let column: usize = 0; column < dRow; column += 32) {
      const into = w + (k >> 2) * dRow + column;
      let low0 = v128.load(into);
      let high0 = v128.load(into, 16);
      let low1 = v128.load(into + dRow);
      let high1 = v128.load(into + dRow, 16);
      let low2 = v128.load(into + 2 * dRow);
      let high2 = v128.load(into + 2 * dRow, 16);
      let low3 = v128.load(into + 3 * dRow);
      let high3 = v128.load(into + 3 * dRow, 16);
      let from = d + column;
      for (let at = x + k; at < xEnd; at += xRow, from += dRow) {
        const low = v128.load(from);
        const high = v128.load(from, 16);
        const x0 = v128.load32_splat(at);
        low0 = f32x4.add(low0, f32x4.mul(x0, low));
        high0 = f32x4.add(high0, f32x4.mul(x0, high));
        const x1 = v128.load32_splat(at, 4);
        low1 = f32x4.add(low1, f32x4.mul(x1, low));
        high1 = f32x4.add(high1, f32x4.mul(x1, high));
        const x2 = v128.load32_splat(at, 8);
        low2 = f32x4.add(low2, f32x4.mul(x2, low));
        high2 = f32x4.add(high2, f32x4.mul(x2, high));
        const x3 = v128.load32_splat(at, 12);
        low3 = f32x4.add(low3, f32x4.mul(x3, low));
        high3 = f32x4.add(high3, f32x4.mul(x3, high));
      }
      v128.store(into, low0);
      v128.store(into, high0, 16);
      v128.store(into + dRow, low1);
      v128.store(into + dRow, high1, 16);
      v128.store(into + 2 * dRow, low2);
      v128.store(into + 2 * dRow, high2, 16);
      v128.store(into + 3 * dRow, low3);
      v128.store(into + 3 * dRow, high3, 16);
    }
  for (let column: usize = 0; column < dRow; column += 16) {
    let sum = v128.load(b + column);
    let from = d + column;
    for (let m = 0; m < M; m++, from += dRow) sum = f32x4.add(sum, v128.load(from));
    v128.store(b + column, sum);
  }
}

/** out (M) = h (M × N) · w + bias. */
export function dots(h: usize, w: usize, bias: f32, out: usize, M: i32, N: i32): void {
  const row = (N as usize) << 2;
  for (const end = out + ((M as usize) << 2); out < end; out += 4) {
    let sum = f32x4.splat(0);
    for (let at: usize = 0; at < row; at += 16, h += 16)
      sum = f32x4.add(sum, f32x4.mul(v128.load(h), v128.load(w + at)));
    const whole =
      f32x4.extract_lane(sum, 0) +
      f32x4.extract_lane(sum, 1) +
      (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3));
    store<f32>(out, whole + bias);
  }
}

/** Back through `dots`: dh (M × N) = d · wᵀ, gw (N) += hᵀ · d, and *gb += Σ d. */
export function dotsBack(
  h: usize,
  w: usize,
  d: usize,
  dh: usize,
  gw: usize,
  gb: usize,
  M: i32,
  N: i32,
): void {
  const row = (N as usize) << 2;
  for (let column: usize = 0; column < row; column += 16) {
    const weight = v128.load(w + column);
    let sum = v128.load(gw + column);
    for (let m: usize = 0; m < (M as usize); m++) {
      const slope = v128.load32_splat(d + 4 * m);
      sum = f32x4.add(sum, f32x4.mul(slope, v128.load(h + m * row + column)));
      v128.store(dh + m * row + column, f32x4.mul(slope, weight));
    }
    v128.store(gw + column, sum);
  }
  let all = load<f32>(gb);
  for (const end = d + ((M as usize) << 2); d < end; d += 4) all += load<f32>(d);
  store<f32>(gb, all);
}

/** y = min(255, max(0, raw)) of `count` numbers. */
export function clip(raw: usize, y: usize, count: i32): void {
  for (const end = raw + ((count as usize) << 2); raw < end; raw += 16, y += 16)
    v128.store(y, f32x4.pmin(f32x4.splat(255), f32x4.pmax(f32x4.splat(0), v128.load(raw))));
}

/** d = 0 where `clip` changed the number: no gradient passes there. */
export function clipBack(raw: usize, y: usize, d: usize, count: i32): void {
  for (const end = raw + ((count as usize) << 2); raw < end; raw += 16, y += 16, d += 16)
    v128.store(d, v128.and(v128.load(d), f32x4.eq(v128.load(raw), v128.load(y))));
}

/** x = tanh x of `count` numbers, in place. */
export function tanh(x: usize, count: i32): void {
  const one = f32x4.splat(1);
  const two = f32x4.splat(2);
  for (const end = x + ((count as usize) << 2); x < end; x += 16) {
    const value = v128.load(x);
    // Bounded, so that e^2x is finite; beyond 9 the tanh of f32 is 1.
    const bounded = f32x4.pmin(f32x4.splat(10), f32x4.pmax(f32x4.splat(-10), value));
    v128.store(x, f32x4.sub(one, f32x4.div(two, f32x4.add(exp(f32x4.mul(two, bounded)), one))));
  }
}

/** d = d · (1 − y²) of `count` numbers, back through y = tanh. */
export function tanhBack(y: usize, d: usize, count: i32): void {
  const one = f32x4.splat(1);
  for (const end = y + ((count as usize) << 2); y < end; y += 16, d += 16) {
    const value = v128.load(y);
    v128.store(d, f32x4.mul(v128.load(d), f32x4.sub(one, f32x4.mul(value, value))));
  }
}
