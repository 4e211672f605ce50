import { AICChainError, FEATURES, type IntegerNetwork, PRIORITY_FEATURE } from '../domain/index.ts';
import type { FeatureSpread } from './featureSpread.ts';

const S1 = 5;
const S2 = 6;
const LARGEST_ACTIVATION = 255;
const LARGEST_WEIGHT = 127;
const B3_BOUND = 2 ** 20 - 1;
const MOST_HIDDEN = 64;
/** A standard deviation of a feature that varies little is brought to about this many steps of activation. */
const USUAL_DEVIATION = 42;

/**
 * A quality that is linear in the features: penalty = (bias + Σ weight · gain · clip(feature)) >> s3, clamped to
 * 0..65535. It *is* an integer network, to the last bit: a unit of layer 1 holds up to 255 steps of a feature,
 * layer 2 passes them on, the last layer sums. So it is scored, compiled and registered as any policy.
 *
 * A feature is clipped to the window of the spread, widened to whole units. Priority has a weight ≤ 0: raising it never
 * raises the penalty.
 */
export class LinearQuality {
  /** The 24 weights, standard deviations of each feature to strong units of the last layer, then the bias, likewise. */
  readonly start = new Float64Array(FEATURES + 1);
  readonly hidden: number;
  readonly #s3: number;
  readonly #spread: FeatureSpread;
  readonly #pieces: readonly Piece[];

  /** `hidden` at least; more where the windows need it. */
  constructor(spread: FeatureSpread, s3: number, hidden = 8) {
    this.#spread = spread;
    this.#s3 = s3;
    this.#pieces = piecesOf(spread);
    // Units beyond the first quarter are for all features but priority, which has the first one (`masters.ts`).
    const needed = Math.max(hidden, Math.ceil(this.#pieces.length / 6) * 8);
    if (needed > MOST_HIDDEN) {
      throw new AICChainError('TooWide', `${this.#pieces.length} units of features do not fit a network`, {
        hint: 'A scenario whose nodes and workloads are more alike needs fewer.',
      });
    }
    this.hidden = needed;
  }

  project(floats: Float64Array): void {
    floats[PRIORITY_FEATURE] = Math.min(0, floats[PRIORITY_FEATURE]!);
    for (let i = 0; i < FEATURES; i++) if (this.#spread.deviation[i] === 0) floats[i] = 0;
  }

  /** What is deployed for floats that were projected. */
  network(floats: Float64Array): IntegerNetwork {
    const { hidden } = this;
    const network = emptyNetwork(hidden, this.#s3);
    let bias = Math.round(floats[FEATURES]! * STRONG) + 2 ** this.#s3 / 2;
    bias += this.#addPriority(network, floats[PRIORITY_FEATURE]!);
    this.#pieces.forEach((piece, k) => {
      const weight = weightOf(floats[piece.feature]!, this.#spread.deviation[piece.feature]! * piece.gain);
      bias -= weight * activationAt(piece, this.#spread.mean[piece.feature]!);
      bias += pass(network, piece, hidden / 4 + k, hidden - 1 - k, weight);
    });
    return { ...network, b3: Math.min(B3_BOUND, Math.max(-B3_BOUND, Math.floor(bias))) };
  }

  /** Its unit falls with priority, and the last layer reads it with weight ≥ 0. */
  #addPriority(network: IntegerNetwork, float: number): number {
    const { deviation, mean } = this.#spread;
    const weight = -weightOf(float, deviation[PRIORITY_FEATURE]!);
    const falling = { feature: PRIORITY_FEATURE, gain: -1, from: LARGEST_ACTIVATION };
    pass(network, falling, 0, 0, weight);
    return -weight * activationAt(falling, mean[PRIORITY_FEATURE]!);
  }
}

/** Weight 1.0 of a standard deviation: what a strong unit of `Actor` reaches. */
const STRONG = 4_096;

function weightOf(float: number, deviation: number): number {
  if (deviation === 0) return 0;
  return Math.min(LARGEST_WEIGHT, Math.max(-LARGEST_WEIGHT, Math.round((float * STRONG) / deviation))) + 0;
}

/** Activation = gain · (feature − from), clipped to 0..255. */
interface Piece {
  readonly feature: number;
  readonly gain: number;
  readonly from: number;
}

function activationAt({ gain, from }: Piece, feature: number): number {
  return Math.min(LARGEST_ACTIVATION, Math.max(0, gain * (feature - from)));
}

/** Windows that hold what the spread has seen, side by side; the gains divide 255, so that nothing is lost between. */
function piecesOf({ deviation, least, most }: FeatureSpread): Piece[] {
  const pieces: Piece[] = [];
  for (let feature = 0; feature < FEATURES; feature++) {
    if (deviation[feature] === 0 || feature === PRIORITY_FEATURE) continue;
    const range = most[feature]! - least[feature]!;
    const gain = 3 * deviation[feature]! <= USUAL_DEVIATION && 3 * range <= LARGEST_ACTIVATION ? 3 : 1;
    const width = LARGEST_ACTIVATION / gain;
    const count = Math.max(1, Math.ceil(range / width));
    const first = least[feature]! - Math.floor((count * width - range) / 2);
    for (let k = 0; k < count; k++) pieces.push({ feature, gain, from: first + k * width });
  }
  return pieces;
}

/**
 * Writes the way of a piece through the network. A negative weight goes to a unit of layer 2 that falls with the piece where
 * weights must be ≥ 0; returns what the bias must make up for that.
 */
function pass(network: IntegerNetwork, piece: Piece, first: number, second: number, weight: number): number {
  const { hidden, b1, w1, b2, w2, w3 } = network;
  w1[piece.feature * hidden + first] = piece.gain * 2 ** S1;
  b1[first] = -piece.gain * piece.from * 2 ** S1;
  const isFalling = weight < 0 && second < hidden / 2;
  w2[first * hidden + second] = isFalling ? -(2 ** S2) : 2 ** S2;
  b2[second] = isFalling ? LARGEST_ACTIVATION * 2 ** S2 : 0;
  w3[second] = isFalling ? -weight : weight;
  return isFalling ? weight * LARGEST_ACTIVATION : 0;
}

/** Of zeros: price alone. */
export function emptyNetwork(hidden: number, s3: number): IntegerNetwork {
  return {
    hidden,
    s1: S1,
    s2: S2,
    s3,
    b1: new Int32Array(hidden),
    w1: new Int8Array(FEATURES * hidden),
    b2: new Int32Array(hidden),
    w2: new Int8Array(hidden * hidden),
    b3: 0,
    w3: new Int8Array(hidden),
  };
}
