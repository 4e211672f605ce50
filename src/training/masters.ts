import { AICChainError, FEATURES, type IntegerNetwork, PRIORITY_FEATURE } from '../domain/index.ts';
import { BOUND_B1, BOUND_B2, BOUND_B3, bounded, half, LARGEST_WEIGHT, ONE, W3_SCALE } from './actor.ts';
import type { FeatureSpread } from './featureSpread.ts';
import type { Random } from './random.ts';

/**
 * The floats behind an integer network, in the parametrisation of `Actor`: features centred and scaled by their spread,
 * so that a step of one size means about the same in every parameter. `network(start)` is the network that it was made
 * of, but for what `project` must change; features that do not vary keep their weights.
 */
export class Masters {
  readonly start: Float64Array;
  readonly #from: IntegerNetwork;
  readonly #mean: Int32Array;
  readonly #layout: Layout;
  /** Integer of a parameter = round(parameter · scale); 0 where it is not to be searched. */
  readonly #scale: Float64Array;
  readonly #sets: PrioritySets;

  constructor(network: IntegerNetwork, spread: FeatureSpread) {
    this.#from = network;
    this.#mean = spread.mean;
    this.#layout = layoutOf(network.hidden);
    this.#scale = scaleOf(network, spread, this.#layout);
    this.#sets = prioritySets(network);
    this.start = this.#floats();
    this.project(this.start);
  }

  /** Brings floats back to where raising priority never raises the penalty and weights fit a byte; in place. */
  project(floats: Float64Array): void {
    const { hidden } = this.#from;
    const { b1, w2, b2, w3, b3 } = this.#layout;
    const { first, second } = this.#sets;
    const clampWeights = (from: number, to: number) => {
      for (let p = from; p < to; p++) {
        const largest = this.#scale[p] === 0 ? 0 : LARGEST_WEIGHT / this.#scale[p]!;
        floats[p] = Math.min(largest, Math.max(-largest, floats[p]!));
      }
    };
    clampWeights(0, b1);
    clampWeights(w2, b2);
    clampWeights(w3, b3);
    for (let j = 0; j < hidden; j++) {
      const at = j * FEATURES + PRIORITY_FEATURE;
      floats[at] = first[j] === 1 ? Math.min(0, floats[at]!) : 0;
      for (let i = 0; i < hidden; i++) {
        if (first[i] === 0) continue;
        const to = w2 + j * hidden + i;
        floats[to] = second[j] === 1 ? Math.max(0, floats[to]!) : 0;
      }
      if (second[j] === 1) floats[w3 + j] = Math.max(0, floats[w3 + j]!);
    }
  }

  /** What is deployed for floats that were projected. */
  network(floats: Float64Array): IntegerNetwork {
    const { hidden, s1, s2, s3, w1: w1Before } = this.#from;
    const layout = this.#layout;
    const integer = (p: number) => Math.round(floats[p]! * this.#scale[p]!) + 0; // + 0: no negative zero
    const w1 = new Int8Array(FEATURES * hidden);
    const w2 = new Int8Array(hidden * hidden);
    const b1 = new Int32Array(hidden);
    const b2 = new Int32Array(hidden);
    const w3 = new Int8Array(hidden);
    for (let j = 0; j < hidden; j++) {
      let centre = 0;
      for (let i = 0; i < FEATURES; i++) {
        const p = j * FEATURES + i;
        const weight = this.#scale[p] === 0 ? w1Before[i * hidden + j]! : integer(p);
        w1[i * hidden + j] = weight;
        centre += weight * this.#mean[i]!;
      }
      for (let i = 0; i < hidden; i++) w2[i * hidden + j] = integer(layout.w2 + j * hidden + i);
      b1[j] = bounded(integer(layout.b1 + j) - centre + half(s1), BOUND_B1);
      b2[j] = bounded(integer(layout.b2 + j) + half(s2), BOUND_B2);
      w3[j] = integer(layout.w3 + j);
    }
    const b3 = bounded(integer(layout.b3) + half(s3), BOUND_B3);
    return { hidden, s1, s2, s3, b1, w1, b2, w2, b3, w3 };
  }

  /**
   * Draws anew what the penalty does not depend on: units that nobody reads. The network stays the same function, but
   * has features to learn with. The network of zeros, all of whose units are such, becomes an untrained one.
   */
  wake(random: Random): Masters {
    const { hidden, w2, w3 } = this.#from;
    const layout = this.#layout;
    const { first, second } = this.#sets;
    const floats = this.start.slice();
    for (let i = 0; i < hidden; i++) {
      if (w2.subarray(i * hidden, (i + 1) * hidden).some((weight) => weight !== 0)) continue;
      for (let f = 0; f < FEATURES; f++) floats[i * FEATURES + f] = random.normal() / Math.sqrt(FEATURES);
      const priority = i * FEATURES + PRIORITY_FEATURE;
      if (first[i] === 1) floats[priority] = -Math.abs(floats[priority]!);
      floats[layout.b1 + i] = random.uniform(0, 0.5);
    }
    for (let j = 0; j < hidden; j++) {
      if (w3[j] !== 0) continue;
      for (let i = 0; i < hidden; i++) {
        const weight = (1.2 * random.normal()) / Math.sqrt(hidden);
        floats[layout.w2 + j * hidden + i] = first[i] === 1 && second[j] === 1 ? Math.abs(weight) : weight;
      }
      floats[layout.b2 + j] = random.uniform(0, 0.5);
    }
    this.project(floats);
    this.start.set(floats);
    return this;
  }

  #floats(): Float64Array {
    const { hidden, s1, s2, s3, b1, w1, b2, w2, b3, w3 } = this.#from;
    const layout = this.#layout;
    const floats = new Float64Array(layout.size);
    const put = (p: number, integer: number) => {
      floats[p] = this.#scale[p] === 0 ? 0 : integer / this.#scale[p]!;
    };
    for (let j = 0; j < hidden; j++) {
      let centre = 0;
      for (let i = 0; i < FEATURES; i++) {
        put(j * FEATURES + i, w1[i * hidden + j]!);
        centre += w1[i * hidden + j]! * this.#mean[i]!;
      }
      for (let i = 0; i < hidden; i++) put(layout.w2 + j * hidden + i, w2[i * hidden + j]!);
      put(layout.b1 + j, b1[j]! + centre - half(s1));
      put(layout.b2 + j, b2[j]! - half(s2));
      put(layout.w3 + j, w3[j]!);
    }
    put(layout.b3, b3 - half(s3));
    return floats;
  }
}

/** Whether raising priority alone never raises the penalty, as the signs of the weights prove it (`Actor`). */
export function isMonotoneInPriority(network: IntegerNetwork): boolean {
  return fits(network, readersOf(network));
}

/** 1 for the units of layer 1 that may read priority (with weight ≤ 0), and of layer 2 that may read those (≥ 0). */
interface PrioritySets {
  readonly first: Uint8Array;
  readonly second: Uint8Array;
}

function prioritySets(network: IntegerNetwork): PrioritySets {
  const { hidden } = network;
  const usual = {
    first: Uint8Array.from({ length: hidden }, (_, i) => (i < hidden / 4 ? 1 : 0)),
    second: Uint8Array.from({ length: hidden }, (_, j) => (j < hidden / 2 ? 1 : 0)),
  };
  if (fits(network, usual)) return usual;
  const readers = readersOf(network);
  if (fits(network, readers)) return readers;
  throw new AICChainError(
    'NotMonotone',
    'the weights of this network do not show that raising priority never raises the penalty',
    { hint: 'Start from a policy of `aicchain train` or `aicchain tune`.' },
  );
}

/** The units that do read priority, and those that read these. */
function readersOf({ hidden, w1, w2 }: IntegerNetwork): PrioritySets {
  const first = Uint8Array.from({ length: hidden }, (_, i) =>
    w1[PRIORITY_FEATURE * hidden + i] === 0 ? 0 : 1,
  );
  const second = Uint8Array.from({ length: hidden }, (_, j) =>
    first.some((reads, i) => reads === 1 && w2[i * hidden + j] !== 0) ? 1 : 0,
  );
  return { first, second };
}

function fits({ hidden, w1, w2, w3 }: IntegerNetwork, { first, second }: PrioritySets): boolean {
  for (let i = 0; i < hidden; i++) {
    const priority = w1[PRIORITY_FEATURE * hidden + i]!;
    if (first[i] === 0 ? priority !== 0 : priority > 0) return false;
    if (second[i] === 1 && w3[i]! < 0) return false;
    for (let j = 0; first[i] === 1 && j < hidden; j++) {
      const weight = w2[i * hidden + j]!;
      if (second[j] === 0 ? weight !== 0 : weight < 0) return false;
    }
  }
  return true;
}

interface Layout {
  readonly b1: number;
  readonly w2: number;
  readonly b2: number;
  readonly w3: number;
  readonly b3: number;
  readonly size: number;
}

/** W1 (hidden × 24), b1, W2 (hidden × hidden), b2, W3, b3; rows by output unit. */
function layoutOf(hidden: number): Layout {
  const b1 = hidden * FEATURES;
  const w2 = b1 + hidden;
  const b2 = w2 + hidden * hidden;
  const w3 = b2 + hidden;
  return { b1, w2, b2, w3, b3: w3 + hidden, size: w3 + hidden + 1 };
}

function scaleOf({ s1, s2 }: IntegerNetwork, { deviation }: FeatureSpread, layout: Layout) {
  const one1 = ONE * 2 ** s1;
  const scale = new Float64Array(layout.size);
  for (let p = 0; p < layout.b1; p++) {
    const sigma = deviation[p % FEATURES]!;
    scale[p] = sigma === 0 ? 0 : Math.min(LARGEST_WEIGHT, one1 / sigma);
  }
  scale.fill(one1, layout.b1, layout.w2);
  scale.fill(2 ** s2, layout.w2, layout.b2);
  scale.fill(ONE * 2 ** s2, layout.b2, layout.w3);
  scale.fill(W3_SCALE, layout.w3, layout.b3);
  scale[layout.b3] = W3_SCALE * ONE;
  return scale;
}
