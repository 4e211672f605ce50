import { FEATURES, type IntegerNetwork, PRIORITY_FEATURE } from '../domain/index.ts';
import { orthogonal } from './critic.ts';
import type { Random } from './random.ts';

/** Where the features of a scenario lie: the first layer is centred and scaled by it, exactly, within its integers. */
export interface FeatureScale {
  /** Integers, so that centring is exact. */
  readonly mean: Int32Array;
  /** 0 for features that do not vary: they are not read. */
  readonly deviation: Float64Array;
}

/** Activation 1.0 of the float picture is 128 of the integers; it saturates at 255. */
const ONE = 128;
const S1 = 5;
const S2 = 6;
const W2_SCALE = 64;
const W3_SCALE = 32;
const LARGEST_WEIGHT = 127;
const LARGEST_PENALTY = 65_535;
const BOUND_B1 = 2 ** 20 - 1;
const BOUND_B2 = 2 ** 16 - 1;
const BOUND_B3 = 2 ** 20 - 1;

/**
 * The integer network under training. Master parameters are floats; before each forward pass they are rounded to the
 * int8 weights and int32 biases of docs/PROTOCOL.md, and the forward pass is that network's, integer by integer.
 * Gradients go straight through rounding; they stop where an activation is clipped.
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
  /** W1 (hidden × 24), b1, W2 (hidden × hidden), b2, W3, b3; rows by output unit. */
  readonly parameters: Float64Array;
  readonly gradient: Float64Array;

  readonly #scale: FeatureScale;
  /** Integer of a parameter = round(parameter · integerScale). */
  readonly #integerScale: Float64Array;
  readonly #integers: Float64Array;
  readonly #b1: number;
  readonly #w2: number;
  readonly #b2: number;
  readonly #w3: number;
  readonly #b3: number;
  /** Activations by slot and whether a gradient passes them, kept for `backward`. */
  readonly #first: Float64Array;
  readonly #second: Float64Array;
  readonly #passFirst: Uint8Array;
  readonly #passSecond: Uint8Array;
  readonly #output: Float64Array;
  readonly #dFirst: Float64Array;
  readonly #input = new Float64Array(FEATURES);

  /** `s3` sets how large a penalty the last layer can reach: 127·255·H ≫ s3. `slots` forward passes are kept for backward. */
  constructor(hidden: number, s3: number, scale: FeatureScale, slots: number, random: Random) {
    this.hidden = hidden;
    this.s3 = s3;
    this.#scale = scale;
    this.#b1 = hidden * FEATURES;
    this.#w2 = this.#b1 + hidden;
    this.#b2 = this.#w2 + hidden * hidden;
    this.#w3 = this.#b2 + hidden;
    this.#b3 = this.#w3 + hidden;
    const size = this.#b3 + 1;
    this.parameters = new Float64Array(size);
    this.gradient = new Float64Array(size);
    this.#integerScale = new Float64Array(size);
    this.#integers = new Float64Array(size);
    this.#first = new Float64Array(slots * hidden);
    this.#second = new Float64Array(slots * hidden);
    this.#passFirst = new Uint8Array(slots * hidden);
    this.#passSecond = new Uint8Array(slots * hidden);
    this.#output = new Float64Array(slots);
    this.#dFirst = new Float64Array(hidden);
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
      for (let j = 0; j < hidden; j++) this.#integerScale[j * FEATURES + i] = scale;
    }
    this.#integerScale.fill(one1, this.#b1, this.#w2);
    this.#integerScale.fill(W2_SCALE, this.#w2, this.#b2);
    this.#integerScale.fill(one2, this.#b2, this.#w3);
    this.#integerScale.fill(W3_SCALE, this.#w3, this.#b3);
    this.#integerScale[this.#b3] = W3_SCALE * ONE;
  }

  /** The last layer starts at 0, so the untrained policy is price alone. */
  #initialise(random: Random): void {
    const { hidden, parameters } = this;
    orthogonal(parameters, 0, hidden, FEATURES, 1, random);
    orthogonal(parameters, this.#w2, hidden, hidden, 1.2, random);
    for (let j = 0; j < hidden; j++) {
      parameters[this.#b1 + j] = random.uniform(0, 0.5);
      parameters[this.#b2 + j] = random.uniform(0, 0.5);
    }
    // Where a sign is prescribed, the mirror image serves as well as the draw, and nothing is projected to 0.
    for (let j = 0; j < hidden / 4; j++) {
      const at = j * FEATURES + PRIORITY_FEATURE;
      parameters[at] = -Math.abs(parameters[at]!);
    }
    for (let j = 0; j < hidden / 2; j++) {
      for (let i = 0; i < hidden / 4; i++) {
        const at = this.#w2 + j * hidden + i;
        parameters[at] = Math.abs(parameters[at]!);
      }
    }
  }

  /** Brings the masters back to where the network is monotone and fits its integers. After each optimiser step. */
  project(): void {
    const { hidden, parameters } = this;
    const quarter = hidden / 4;
    const half = hidden / 2;
    for (let p = 0; p < parameters.length; p++) {
      const scale = this.#integerScale[p]!;
      const isBias = (p >= this.#b1 && p < this.#w2) || (p >= this.#b2 && p < this.#w3) || p === this.#b3;
      if (isBias) continue;
      const largest = scale === 0 ? 0 : LARGEST_WEIGHT / scale;
      parameters[p] = Math.min(largest, Math.max(-largest, parameters[p]!));
    }
    for (let j = 0; j < hidden; j++) {
      const at = j * FEATURES + PRIORITY_FEATURE;
      parameters[at] = j < quarter ? Math.min(0, parameters[at]!) : 0;
      for (let i = 0; i < quarter; i++) {
        const to = this.#w2 + j * hidden + i;
        parameters[to] = j < half ? Math.max(0, parameters[to]!) : 0;
      }
      if (j < half) parameters[this.#w3 + j] = Math.max(0, parameters[this.#w3 + j]!);
    }
  }

  /** Rounds the masters to the integers that `forward` uses. Call after every change of `parameters`. */
  quantise(): void {
    const { hidden, parameters } = this;
    const integers = this.#integers;
    for (let p = 0; p < parameters.length; p++) {
      integers[p] = Math.round(parameters[p]! * this.#integerScale[p]!) + 0; // + 0: no negative zero
    }
    for (let j = 0; j < hidden; j++) {
      let centre = 0;
      for (let i = 0; i < FEATURES; i++) centre += integers[j * FEATURES + i]! * this.#scale.mean[i]!;
      integers[this.#b1 + j] = bounded(integers[this.#b1 + j]! - centre + half(S1), BOUND_B1);
      integers[this.#b2 + j] = bounded(integers[this.#b2 + j]! + half(S2), BOUND_B2);
    }
    integers[this.#b3] = bounded(integers[this.#b3]! + half(this.s3), BOUND_B3);
  }

  /** The penalty, 0..65535; what `policy/network.ts` gives for `network()`, bit for bit. */
  forward(features: Int16Array, offset: number, slot: number): number {
    const { hidden } = this;
    const w = this.#integers;
    const at = slot * hidden;
    const x24 = this.#input;
    for (let i = 0; i < FEATURES; i++) x24[i] = features[offset + i]!;
    for (let j = 0; j < hidden; j += 4) {
      const r0 = j * FEATURES;
      const r1 = r0 + FEATURES;
      const r2 = r1 + FEATURES;
      const r3 = r2 + FEATURES;
      let a0 = w[this.#b1 + j]!;
      let a1 = w[this.#b1 + j + 1]!;
      let a2 = w[this.#b1 + j + 2]!;
      let a3 = w[this.#b1 + j + 3]!;
      for (let i = 0; i < FEATURES; i++) {
        const x = x24[i]!;
        a0 += w[r0 + i]! * x;
        a1 += w[r1 + i]! * x;
        a2 += w[r2 + i]! * x;
        a3 += w[r3 + i]! * x;
      }
      rectify(this.#first, this.#passFirst, at + j, a0, S1);
      rectify(this.#first, this.#passFirst, at + j + 1, a1, S1);
      rectify(this.#first, this.#passFirst, at + j + 2, a2, S1);
      rectify(this.#first, this.#passFirst, at + j + 3, a3, S1);
    }
    const first = this.#first;
    for (let j = 0; j < hidden; j += 4) {
      const r0 = this.#w2 + j * hidden;
      const r1 = r0 + hidden;
      const r2 = r1 + hidden;
      const r3 = r2 + hidden;
      let a0 = w[this.#b2 + j]!;
      let a1 = w[this.#b2 + j + 1]!;
      let a2 = w[this.#b2 + j + 2]!;
      let a3 = w[this.#b2 + j + 3]!;
      for (let i = 0; i < hidden; i++) {
        const x = first[at + i]!;
        a0 += w[r0 + i]! * x;
        a1 += w[r1 + i]! * x;
        a2 += w[r2 + i]! * x;
        a3 += w[r3 + i]! * x;
      }
      rectify(this.#second, this.#passSecond, at + j, a0, S2);
      rectify(this.#second, this.#passSecond, at + j + 1, a1, S2);
      rectify(this.#second, this.#passSecond, at + j + 2, a2, S2);
      rectify(this.#second, this.#passSecond, at + j + 3, a3, S2);
    }
    let acc = w[this.#b3]!;
    for (let j = 0; j < hidden; j++) acc += w[this.#w3 + j]! * this.#second[at + j]!;
    const output = acc >> this.s3;
    this.#output[slot] = output;
    return Math.min(LARGEST_PENALTY, Math.max(0, output));
  }

  /**
   * Adds the straight-through gradient of the penalty of a slot, times `dPenalty`. An output that is clamped passes only
   * what would bring it back into its range.
   */
  backward(features: Int16Array, offset: number, slot: number, dPenalty: number): void {
    const output = this.#output[slot]!;
    if (output < 0 && dPenalty >= 0) return;
    if (output > LARGEST_PENALTY && dPenalty <= 0) return;
    const { hidden, gradient } = this;
    const w = this.#integers;
    const scale = this.#integerScale;
    const mean = this.#scale.mean;
    const [first, dFirst, at] = [this.#first, this.#dFirst, slot * hidden];
    const d3 = dPenalty / 2 ** this.s3;
    const w3Scale = d3 * W3_SCALE;
    dFirst.fill(0);
    gradient[this.#b3]! += d3 * scale[this.#b3]!;
    for (let j = 0; j < hidden; j++) {
      gradient[this.#w3 + j]! += w3Scale * this.#second[at + j]!;
      if (this.#passSecond[at + j] === 0) continue;
      const d2 = (d3 * w[this.#w3 + j]!) / 2 ** S2;
      if (d2 === 0) continue;
      gradient[this.#b2 + j]! += d2 * scale[this.#b2]!;
      const row = this.#w2 + j * hidden;
      const d2Scaled = d2 * W2_SCALE;
      for (let i = 0; i < hidden; i++) {
        gradient[row + i]! += d2Scaled * first[at + i]!;
        dFirst[i]! += d2 * w[row + i]!;
      }
    }
    for (let j = 0; j < hidden; j++) {
      if (this.#passFirst[at + j] === 0) continue;
      const d1 = dFirst[j]! / 2 ** S1;
      if (d1 === 0) continue;
      gradient[this.#b1 + j]! += d1 * scale[this.#b1]!;
      const row = j * FEATURES;
      for (let i = 0; i < FEATURES; i++) {
        gradient[row + i]! += d1 * scale[i]! * (features[offset + i]! - mean[i]!);
      }
    }
  }

  /** What is deployed. */
  network(): IntegerNetwork {
    const { hidden } = this;
    const integers = this.#integers;
    const w1 = new Int8Array(FEATURES * hidden);
    const w2 = new Int8Array(hidden * hidden);
    for (let j = 0; j < hidden; j++) {
      for (let i = 0; i < FEATURES; i++) w1[i * hidden + j] = integers[j * FEATURES + i]!;
      for (let i = 0; i < hidden; i++) w2[i * hidden + j] = integers[this.#w2 + j * hidden + i]!;
    }
    return {
      hidden,
      s1: S1,
      s2: S2,
      s3: this.s3,
      b1: Int32Array.from(integers.subarray(this.#b1, this.#w2)),
      w1,
      b2: Int32Array.from(integers.subarray(this.#b2, this.#w3)),
      w2,
      b3: integers[this.#b3]!,
      w3: Int8Array.from(integers.subarray(this.#w3, this.#b3)),
    };
  }
}

/** y = min(255, max(0, acc) ≫ s), and whether a gradient passes. */
function rectify(into: Float64Array, pass: Uint8Array, at: number, acc: number, shift: number): void {
  const y = Math.max(0, acc) >> shift;
  into[at] = Math.min(255, y);
  pass[at] = acc > 0 && y <= 255 ? 1 : 0;
}

function half(shift: number): number {
  return shift === 0 ? 0 : 2 ** (shift - 1);
}

function bounded(value: number, bound: number): number {
  return Math.min(bound, Math.max(-bound, value));
}
