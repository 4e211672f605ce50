import type { IntegerNetwork } from '../../domain/index.ts';
import { drawNetwork, seededWeights } from '../randomNetwork.ts';

/** A network whose layers and output seldom saturate on features like real ones: its penalties are spread widely. */
export function livelyNetwork(hidden: number, seed: number): IntegerNetwork {
  const { weight, bias } = seededWeights(seed);
  const source = { weight, bias: (below: number) => bias(below / 32) };
  return { ...drawNetwork(hidden, source, { s1: 10, s2: hidden === 8 ? 7 : 8, s3: 2 }), b3: 2 ** 17 };
}
