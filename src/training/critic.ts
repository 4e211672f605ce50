import type { Random } from './random.ts';
import type { TrainingKernel } from './TrainingKernel.ts';
import { type CriticWeights, type Partial, paddedContext } from './TrainingMemory.ts';

/**
 * The value of a situation: inputs → hidden → hidden → 1, tanh, float (ValuePass.ts). Never deployed.
 * Masters are float64; the passes read them as float32.
 */
export class Critic {
  readonly inputs: number;
  readonly hidden: number;
  /** W1 (inputs, up to a multiple of 4, × hidden), b1, W2 (hidden × hidden), b2, W3, b3; rows by input. */
  readonly parameters: Float64Array;
  readonly gradient: Float64Array;
  readonly #ends: readonly number[];

  /** `hidden` is a multiple of 8. */
  constructor(inputs: number, hidden: number, random: Random) {
    this.inputs = inputs;
    this.hidden = hidden;
    let end = 0;
    const sizes = [paddedContext(inputs) * hidden, hidden, hidden * hidden, hidden, hidden, 1];
    this.#ends = sizes.map((size) => {
      end += size;
      return end;
    });
    this.parameters = new Float64Array(end);
    this.gradient = new Float64Array(end);
    const [, w2, , w3] = this.#ends;
    orthogonal(this.parameters, 0, inputs, hidden, Math.SQRT2, random);
    orthogonal(this.parameters, w2!, hidden, hidden, Math.SQRT2, random);
    orthogonal(this.parameters, w3!, 1, hidden, 1, random);
  }

  /** Where the workers' passes read it. */
  publish(into: CriticWeights, kernel: TrainingKernel): void {
    const { hidden } = this;
    let from = 0;
    for (const [k, floats] of [into.w1, into.b1, into.w2, into.b2, into.w3, into.b3].entries()) {
      floats.set(this.parameters.subarray(from, this.#ends[k]));
      from = this.#ends[k]!;
    }
    kernel.panels(into.w1.byteOffset, paddedContext(this.inputs), hidden, into.w1Panels.byteOffset);
    kernel.panels(into.w2.byteOffset, hidden, hidden, into.w2Panels.byteOffset);
    kernel.panelsOfTranspose(into.w2.byteOffset, hidden, hidden, into.w2Back.byteOffset);
  }

  /** The gradient: `parts` added up in their order. */
  gather(parts: readonly Partial[]): void {
    this.gradient.fill(0);
    for (const { critic } of parts) {
      addPart(this.gradient, [critic.w1, critic.b1, critic.w2, critic.b2, critic.w3, critic.b3]);
    }
  }
}

/** gradient += the pieces of a part, one after the other. */
export function addPart(gradient: Float64Array, pieces: readonly Float32Array[]): void {
  let at = 0;
  for (const piece of pieces) {
    for (let k = 0; k < piece.length; k++, at++) gradient[at]! += piece[k]!;
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
