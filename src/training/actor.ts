import { AICChainError, FEATURES, type IntegerNetwork, PRIORITY_FEATURE } from '../domain/index.ts';
import { addPart, orthogonal } from './critic.ts';
import type { Random } from './random.ts';
import type { TrainingKernel } from './TrainingKernel.ts';
import type { Partial, PolicyWeights } from './TrainingMemory.ts';

/** Where the features of a scenario lie: the first layer is centred and scaled by it, exactly, within its integers. */
export interface FeatureScale {
  /** Integers, so that centring is exact. */
  readonly mean: Int32Array;
  /** 0 for features that do not vary, or shall not be seen: they are not read. */
  readonly deviation: Float64Array;
}

/** Shifts of the hidden layers. */
export const S1 = 5;
export const S2 = 6;
/** Activation 1.0 of the float picture is 128 of the integers; it saturates at 255. */
export const ONE = 128;
const W2_SCALE = 64;
export const W3_SCALE = 32;
export const LARGEST_WEIGHT = 127;
export const LARGEST_PENALTY = 65_535;
export const BOUND_B1 = 2 ** 20 - 1;
export const BOUND_B2 = 2 ** 16 - 1;
export const BOUND_B3 = 2 ** 20 - 1;
/** Units of a block of weights (kernels/training.ts). */
const BLOCK = 8;

/**
 * The integer network under training. Master parameters are floats; before each forward pass they are rounded to the
 * int8 weights and int32 biases of docs/PROTOCOL.md, and the forward pass (PolicyPass.ts) is that network's, integer by
 * integer. Gradients go straight through rounding; they stop where an activation is clipped.
 *
 * **Raising priority never raises the penalty, for any input**, by construction (`project`). Three sets of units:
 * P, the first quarter of layer 1, the only ones that read priority, with weight ≤ 0; Q, the first half of layer 2,
 * the only ones that read P, with weight ≥ 0; the output reads Q with weight ≥ 0. Raise priority and keep the rest:
 * no sum of P rises, and those of the other units of layer 1 stay. Clipping and floor shifts never reverse an order, so no
 * activation of P rises. Then no sum of Q rises, the other units of layer 2 stay, no activation of Q rises, and the
 * output sum does not rise, nor its shift and clamp. Rounding keeps signs, so what holds of the masters holds of the integers.
 */
export class Actor {
  readonly hidden: number;
  readonly s3: number;
  /** W1 (24 × hidden), b1, W2 (hidden × hidden), b2, W3, b3; rows by input. */
  readonly parameters: Float64Array;
  readonly gradient: Float64Array;

  readonly #scale: FeatureScale;
  /** Integer of a parameter = round(parameter · integerScale). */
  readonly #integerScale: Float64Array;
  readonly #integers: Float64Array;
  /** First-layer integers that are not learned, of features that do not vary: what `startFrom` found there. */
  readonly #kept: Float64Array;
  /** What the shift of the layer of a parameter divides by. */
  readonly #divisor: Float64Array;
  readonly #b1: number;
  readonly #w2: number;
  readonly #b2: number;
  readonly #w3: number;
  readonly #b3: number;

  /** `s3` sets how large a penalty the last layer can reach: 127·255·H ≫ s3. */
  constructor(hidden: number, s3: number, scale: FeatureScale, random: Random) {
    this.hidden = hidden;
    this.s3 = s3;
    this.#scale = scale;
    this.#b1 = FEATURES * hidden;
    this.#w2 = this.#b1 + hidden;
    this.#b2 = this.#w2 + hidden * hidden;
    this.#w3 = this.#b2 + hidden;
    this.#b3 = this.#w3 + hidden;
    const size = this.#b3 + 1;
    this.parameters = new Float64Array(size);
    this.gradient = new Float64Array(size);
    this.#integerScale = new Float64Array(size);
    this.#integers = new Float64Array(size);
    this.#kept = new Float64Array(this.#b1);
    this.#divisor = new Float64Array(size);
    this.#setScales();
    this.#initialise(random);
    this.project();
    this.quantise();
  }

  #setScales(): void {
    const { hidden } = this;
    const one1 = ONE * 2 ** S1;
    const one2 = ONE * 2 ** S2;
    for (let i = 0; i < FEATURES; i++) {
      const deviation = this.#scale.deviation[i]!;
      const scale = deviation === 0 ? 0 : Math.min(LARGEST_WEIGHT, one1 / deviation);
      this.#integerScale.fill(scale, i * hidden, (i + 1) * hidden);
    }
    this.#integerScale.fill(one1, this.#b1, this.#w2);
    this.#integerScale.fill(W2_SCALE, this.#w2, this.#b2);
    this.#integerScale.fill(one2, this.#b2, this.#w3);
    this.#integerScale.fill(W3_SCALE, this.#w3, this.#b3);
    this.#integerScale[this.#b3] = W3_SCALE * ONE;
    this.#divisor.fill(2 ** S1, 0, this.#w2);
    this.#divisor.fill(2 ** S2, this.#w2, this.#w3);
    this.#divisor.fill(2 ** this.s3, this.#w3);
  }

  /** The last layer starts at 0, so the untrained policy is price alone. */
  #initialise(random: Random): void {
    const { hidden, parameters } = this;
    orthogonal(parameters, 0, FEATURES, hidden, 1, random);
    orthogonal(parameters, this.#w2, hidden, hidden, 1.2, random);
    for (let j = 0; j < hidden; j++) {
      parameters[this.#b1 + j] = random.uniform(0, 0.5);
      parameters[this.#b2 + j] = random.uniform(0, 0.5);
    }
    // Where a sign is prescribed, the mirror image serves as well as the draw, and nothing is projected to 0.
    for (let j = 0; j < hidden / 4; j++) {
      const at = PRIORITY_FEATURE * hidden + j;
      parameters[at] = -Math.abs(parameters[at]!);
    }
    for (let i = 0; i < hidden / 4; i++) {
      for (let j = 0; j < hidden / 2; j++) {
        const at = this.#w2 + i * hidden + j;
        parameters[at] = Math.abs(parameters[at]!);
      }
    }
  }

  /**
   * Takes the masters from a network, which is then `network()`, integer by integer. Refuses one whose weights do not
   * show, by the sets of units above, that it is monotone in priority.
   */
  startFrom(from: IntegerNetwork): void {
    const { hidden, parameters } = this;
    const put = (at: number, integers: ArrayLike<number>) => {
      for (let k = 0; k < integers.length; k++) {
        const scale = this.#integerScale[at + k]!;
        parameters[at + k] = scale === 0 ? 0 : integers[k]! / scale;
      }
    };
    const centres = Int32Array.from({ length: hidden }, (_, j) => this.#centre(from.w1, j));
    put(0, from.w1);
    put(
      this.#b1,
      from.b1.map((bias, j) => bias + centres[j]! - half(S1)),
    );
    put(this.#w2, from.w2);
    put(
      this.#b2,
      from.b2.map((bias) => bias - half(S2)),
    );
    put(this.#w3, from.w3);
    put(this.#b3, [from.b3 - half(this.s3)]);
    for (let p = 0; p < this.#b1; p++) {
      const isKept = this.#integerScale[p] === 0 && Math.floor(p / hidden) !== PRIORITY_FEATURE; // its signs must hold
      this.#kept[p] = isKept ? from.w1[p]! : 0;
    }
    this.project();
    this.quantise();
    if (!isSame(this.network(), from)) {
      throw new AICChainError('CannotStartFrom', 'training cannot start from this network as it is', {
        hint: 'Start from a policy of `aicchain teach` or `aicchain train`.',
      });
    }
  }

  /** What the means of the features add to a sum of layer 1. */
  #centre(w1: ArrayLike<number>, unit: number): number {
    let centre = 0;
    for (let i = 0; i < FEATURES; i++) centre += w1[i * this.hidden + unit]! * this.#scale.mean[i]!;
    return centre;
  }

  /** Brings the masters back to where the network is monotone and fits its integers. After each optimiser step. */
  project(): void {
    const { hidden, parameters } = this;
    for (const [from, to] of [
      [0, this.#b1],
      [this.#w2, this.#b2],
      [this.#w3, this.#b3],
    ] as const) {
      for (let p = from; p < to; p++) {
        const scale = this.#integerScale[p]!;
        const largest = scale === 0 ? 0 : LARGEST_WEIGHT / scale;
        parameters[p] = Math.min(largest, Math.max(-largest, parameters[p]!));
      }
    }
    const [quarter, half] = [hidden / 4, hidden / 2];
    for (let j = 0; j < hidden; j++) {
      const at = PRIORITY_FEATURE * hidden + j;
      parameters[at] = j < quarter ? Math.min(0, parameters[at]!) : 0;
      for (let i = 0; i < quarter; i++) {
        const to = this.#w2 + i * hidden + j;
        parameters[to] = j < half ? Math.max(0, parameters[to]!) : 0;
      }
      if (j < half) parameters[this.#w3 + j] = Math.max(0, parameters[this.#w3 + j]!);
    }
  }

  /** Rounds the masters to the integers of `network`. Call after every change of `parameters`. */
  quantise(): void {
    const { hidden, parameters } = this;
    const integers = this.#integers;
    for (let p = 0; p < parameters.length; p++) {
      integers[p] = Math.round(parameters[p]! * this.#integerScale[p]!) + 0; // + 0: no negative zero
    }
    for (let p = 0; p < this.#kept.length; p++) integers[p]! += this.#kept[p]!; // either is 0
    for (let j = 0; j < hidden; j++) {
      const centre = this.#centre(integers, j);
      integers[this.#b1 + j] = bounded(integers[this.#b1 + j]! - centre + half(S1), BOUND_B1);
      integers[this.#b2 + j] = bounded(integers[this.#b2 + j]! + half(S2), BOUND_B2);
    }
    integers[this.#b3] = bounded(integers[this.#b3]! + half(this.s3), BOUND_B3);
  }

  /** Where the workers' forward passes read the network: rounded, or with `fakeQuantise` false the masters themselves. */
  publish(into: PolicyWeights, kernel: TrainingKernel, fakeQuantise: boolean): void {
    const { hidden } = this;
    const integers = this.#integers;
    into.mean.set(this.#scale.mean);
    into.b1.set(integers.subarray(this.#b1, this.#w2));
    into.b2.set(integers.subarray(this.#b2, this.#w3));
    into.w3.set(integers.subarray(this.#w3, this.#b3));
    into.last[0] = integers[this.#b3]!;
    into.last[1] = this.s3;
    writeBlocks(into.w1Blocks, integers, 0, FEATURES, hidden);
    writeBlocks(into.w2Blocks, integers, this.#w2, hidden, hidden);
    const write = (floats: Float32Array, from: number) => {
      for (let k = 0; k < floats.length; k++) {
        const p = from + k;
        const value = fakeQuantise
          ? integers[p]!
          : this.parameters[p]! * this.#integerScale[p]! + (this.#kept[p] ?? 0);
        floats[k] = value / this.#divisor[p]!;
      }
    };
    write(into.w2Float, this.#w2);
    write(into.w3Float, this.#w3);
    kernel.panelsOfTranspose(into.w2Float.byteOffset, hidden, hidden, into.w2Back.byteOffset);
    if (fakeQuantise) return;
    write(into.w1Float, 0);
    write(into.b1Float, this.#b1);
    write(into.b2Float, this.#b2);
    write(into.b3Float, this.#b3);
    kernel.panels(into.w1Float.byteOffset, FEATURES, hidden, into.w1Panels.byteOffset);
    kernel.panels(into.w2Float.byteOffset, hidden, hidden, into.w2Panels.byteOffset);
  }

  /** The gradient of the masters from those of the integers, `parts` added up in their order. */
  gather(parts: readonly Partial[]): void {
    this.gradient.fill(0);
    for (const { policy } of parts) {
      addPart(this.gradient, [policy.w1, policy.b1, policy.w2, policy.b2, policy.w3, policy.b3]);
    }
    for (let p = 0; p < this.gradient.length; p++) {
      this.gradient[p] = (this.gradient[p]! * this.#integerScale[p]!) / this.#divisor[p]!;
    }
  }

  /** What is deployed. */
  network(): IntegerNetwork {
    const integers = this.#integers;
    return {
      hidden: this.hidden,
      s1: S1,
      s2: S2,
      s3: this.s3,
      b1: Int32Array.from(integers.subarray(this.#b1, this.#w2)),
      w1: Int8Array.from(integers.subarray(0, this.#b1)),
      b2: Int32Array.from(integers.subarray(this.#b2, this.#w3)),
      w2: Int8Array.from(integers.subarray(this.#w2, this.#b2)),
      b3: integers[this.#b3]!,
      w3: Int8Array.from(integers.subarray(this.#w3, this.#b3)),
    };
  }
}

/** Weights in blocks of 8 units: in each the inputs in twos, unit by unit. */
function writeBlocks(
  into: Int16Array,
  from: Float64Array,
  start: number,
  inputs: number,
  units: number,
): void {
  let at = 0;
  for (let block = 0; block < units; block += BLOCK) {
    for (let i = 0; i < inputs; i += 2) {
      const row = start + i * units;
      for (let unit = block; unit < block + BLOCK; unit++) {
        into[at++] = from[row + unit]!;
        into[at++] = from[row + units + unit]!;
      }
    }
  }
}

function isSame(a: IntegerNetwork, b: IntegerNetwork): boolean {
  const isEqual = (x: ArrayLike<number>, y: ArrayLike<number>) =>
    x.length === y.length && Array.from(x).every((value, k) => value === y[k]);
  return (
    isEqual([a.hidden, a.s1, a.s2, a.s3, a.b3], [b.hidden, b.s1, b.s2, b.s3, b.b3]) &&
    (['b1', 'w1', 'b2', 'w2', 'w3'] as const).every((layer) => isEqual(a[layer], b[layer]))
  );
}

export function half(shift: number): number {
  return shift === 0 ? 0 : 2 ** (shift - 1);
}

export function bounded(value: number, bound: number): number {
  return Math.min(bound, Math.max(-bound, value));
}
