import { tanh } from './elementary.ts';
import type { Random } from './random.ts';

/** The value of a situation: inputs → hidden → hidden → 1, tanh, float. Never deployed. */
export class Critic {
  readonly inputs: number;
  readonly hidden: number;
  /** W1 (hidden × inputs), b1, W2 (hidden × hidden), b2, W3, b3. */
  readonly parameters: Float64Array;
  readonly gradient: Float64Array;
  readonly #first: Float64Array;
  readonly #second: Float64Array;
  readonly #dFirst: Float64Array;

  constructor(inputs: number, hidden: number, random: Random) {
    this.inputs = inputs;
    this.hidden = hidden;
    const size = hidden * (inputs + 1) + hidden * (hidden + 1) + hidden + 1;
    this.parameters = new Float64Array(size);
    this.gradient = new Float64Array(size);
    this.#first = new Float64Array(hidden);
    this.#second = new Float64Array(hidden);
    this.#dFirst = new Float64Array(hidden);
    const { w2, w3 } = this.#offsets();
    orthogonal(this.parameters, 0, hidden, inputs, Math.SQRT2, random);
    orthogonal(this.parameters, w2, hidden, hidden, Math.SQRT2, random);
    orthogonal(this.parameters, w3, 1, hidden, 1, random);
  }

  #offsets() {
    const b1 = this.hidden * this.inputs;
    const w2 = b1 + this.hidden;
    const b2 = w2 + this.hidden * this.hidden;
    const w3 = b2 + this.hidden;
    return { b1, w2, b2, w3, b3: w3 + this.hidden };
  }

  forward(x: Float64Array, offset: number): number {
    const { b1, w2, b2, w3, b3 } = this.#offsets();
    dense(this.parameters, 0, b1, x, offset, this.inputs, this.#first);
    dense(this.parameters, w2, b2, this.#first, 0, this.hidden, this.#second);
    let value = this.parameters[b3]!;
    for (let j = 0; j < this.hidden; j++) value += this.parameters[w3 + j]! * this.#second[j]!;
    return value;
  }

  /** Adds the gradient of what `forward` last gave, times `dValue`. */
  backward(x: Float64Array, offset: number, dValue: number): void {
    const { hidden, inputs, parameters, gradient } = this;
    const { b1, w2, b2, w3, b3 } = this.#offsets();
    const [first, second, dFirst] = [this.#first, this.#second, this.#dFirst];
    dFirst.fill(0);
    gradient[b3]! += dValue;
    for (let j = 0; j < hidden; j++) {
      const y = second[j]!;
      const d = dValue * parameters[w3 + j]! * (1 - y * y);
      gradient[w3 + j]! += dValue * y;
      gradient[b2 + j]! += d;
      const row = w2 + j * hidden;
      for (let i = 0; i < hidden; i++) {
        gradient[row + i]! += d * first[i]!;
        dFirst[i]! += d * parameters[row + i]!;
      }
    }
    for (let j = 0; j < hidden; j++) {
      const y = first[j]!;
      const d = dFirst[j]! * (1 - y * y);
      gradient[b1 + j]! += d;
      const row = j * inputs;
      for (let i = 0; i < inputs; i++) gradient[row + i]! += d * x[offset + i]!;
    }
  }
}

/** out = tanh(W·x + b) with W row by output, four outputs at a time so that the sums run side by side. */
function dense(
  p: Float64Array,
  w: number,
  b: number,
  x: Float64Array,
  offset: number,
  inputs: number,
  out: Float64Array,
): void {
  for (let j = 0; j < out.length; j += 4) {
    const r0 = w + j * inputs;
    const r1 = r0 + inputs;
    const r2 = r1 + inputs;
    const r3 = r2 + inputs;
    let a0 = p[b + j]!;
    let a1 = p[b + j + 1]!;
    let a2 = p[b + j + 2]!;
    let a3 = p[b + j + 3]!;
    for (let i = 0; i < inputs; i++) {
      const xi = x[offset + i]!;
      a0 += p[r0 + i]! * xi;
      a1 += p[r1 + i]! * xi;
      a2 += p[r2 + i]! * xi;
      a3 += p[r3 + i]! * xi;
    }
    out[j] = tanh(a0);
    out[j + 1] = tanh(a1);
    out[j + 2] = tanh(a2);
    out[j + 3] = tanh(a3);
  }
}

/**
 * Fills rows × columns with orthonormal rows (or columns, where there are more rows) times `gain`: normal draws,
 * Gram and Schmidt.
 */
export function orthogonal(
  into: Float64Array,
  offset: number,
  rows: number,
  columns: number,
  gain: number,
  random: Random,
): void {
  const [count, length] = rows <= columns ? [rows, columns] : [columns, rows];
  const vectors: Float64Array[] = [];
  for (let k = 0; k < count; k++) {
    const vector = Float64Array.from({ length }, () => random.normal());
    for (const other of vectors) {
      const along = dot(vector, other);
      for (let i = 0; i < length; i++) vector[i] = vector[i]! - along * other[i]!;
    }
    const norm = Math.sqrt(dot(vector, vector));
    for (let i = 0; i < length; i++) vector[i] = vector[i]! / norm;
    vectors.push(vector);
  }
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      into[offset + r * columns + c] = gain * (rows <= columns ? vectors[r]![c]! : vectors[c]![r]!);
    }
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
