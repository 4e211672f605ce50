import { FEATURES, type IntegerNetwork } from '../domain/index.ts';

/** Where weights come from: `weight` in −128..127, `bias(below)` within ±(below − 1). */
export interface WeightSource {
  weight(): number;
  bias(below: number): number;
}

/** A small seeded generator (xorshift32) as a source of weights, uniform over all that is admitted. */
export function seededWeights(seed: number): WeightSource {
  let state = Math.imul(seed, 0x9e3779b1) ^ 0x6a09e667 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  return {
    weight: () => (next() % 256) - 128,
    bias: (below) => (next() % (2 * below - 1)) - (below - 1),
  };
}

/** A network with weights from `source`: what tests and vectors compile; nothing learned is in it. */
export function drawNetwork(
  hidden: number,
  source: WeightSource,
  shifts: { s1: number; s2: number; s3: number } = { s1: 17, s2: 10, s3: 4 },
): IntegerNetwork {
  const weights = (count: number) => Int8Array.from({ length: count }, () => source.weight());
  const biases = (below: number) => Int32Array.from({ length: hidden }, () => source.bias(below));
  return {
    hidden,
    ...shifts,
    b1: biases(2 ** 20),
    w1: weights(FEATURES * hidden),
    b2: biases(2 ** 16),
    w2: weights(hidden * hidden),
    b3: source.bias(2 ** 20),
    w3: weights(hidden),
  };
}
