import { FEATURES } from '../domain/index.ts';
import { MAX_CANDIDATES, type Observation } from './AICChainEnv.ts';
import type { FeatureScale } from './actor.ts';
import { log } from './elementary.ts';
import { Tally } from './featureSpread.ts';
import { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import { VectorEnv } from './VectorEnv.ts';

/** Mean and maximum of each feature and of the weight, how many candidates there are; the market's state comes after. */
const POOLED = 2 * (FEATURES + 1) + 1;

/** Inputs of the critic. */
export const contextSize = (stateSize: number): number => POOLED + stateSize;

/** What the critic sees: the candidates pooled, and the state of the market. */
export function writeContext(
  { candidates, features, weight, state }: Observation,
  { mean, deviation }: FeatureScale,
  into: Float32Array,
  offset: number,
): void {
  for (let i = 0; i < FEATURES; i++) {
    let [sum, most] = [0, Number.NEGATIVE_INFINITY];
    for (let a = 0; a < candidates; a++) {
      const x = features[a * FEATURES + i]! - mean[i]!;
      sum += x;
      if (x > most) most = x;
    }
    const scale = deviation[i] === 0 || candidates === 0 ? 0 : 1 / deviation[i]!;
    into[offset + i] = (sum / Math.max(1, candidates)) * scale;
    into[offset + FEATURES + i] = scale === 0 ? 0 : most * scale;
  }
  let [sum, most] = [0, 0];
  for (let a = 0; a < candidates; a++) {
    sum += weight[a]!;
    most = Math.max(most, weight[a]!);
  }
  into[offset + 2 * FEATURES] = sum / Math.max(1, candidates);
  into[offset + 2 * FEATURES + 1] = most;
  into[offset + 2 * FEATURES + 2] = candidates / MAX_CANDIDATES;
  into.set(state, offset + POOLED);
}

const SCALE_EPISODES = 4;
const SCALE_STEPS = 128;

/** Over the candidates of an actor that goes by price alone, with now and then another choice. Masked ones are not read. */
export function featureScale(scenario: Scenario, seed: number, masked: readonly number[]): FeatureScale {
  const envs = new VectorEnv(scenario, SCALE_EPISODES, seed);
  const random = new Random(seed).split(5);
  const tally = new Tally();
  const current = envs.reset().map(([observation]) => observation);
  for (let t = 0; t < SCALE_STEPS; t++) {
    for (let e = 0; e < envs.count; e++) {
      const { candidates, features, weight } = current[e]!;
      let best = random.integer(candidates);
      for (let a = 0; a < candidates; a++) {
        if (random.float() < 0.8 && weight[a]! > weight[best]!) best = a;
        tally.note(features.subarray(a * FEATURES, (a + 1) * FEATURES));
      }
      current[e] = envs.step(e, candidates === 0 ? MAX_CANDIDATES : best).observation;
    }
  }
  const { mean, deviation } = tally.spread();
  return { mean, deviation: deviation.map((sigma, i) => (masked.includes(i) ? 0 : sigma)) };
}

/** The shift under which one strong unit of the last layer is worth about half of the mean ask. */
export function outputShift({ nodes, parameters }: Scenario): number {
  const ask = nodes.reduce((sum, node) => sum + node.askMicroPerGpuHour, 0) / nodes.length;
  const useful = Math.min(65_535, (0.5 * ask * 65_535) / Math.max(1, parameters.maxPenaltyMicroPerGpuHour));
  return Math.min(24, Math.max(0, Math.round(log(4_096 / Math.max(1, useful)) / Math.LN2)));
}
