/** Regret: what is gained by the best lie found over the truth, in per cent of what the truth brings. */
import { pairedBootstrap, relativeGain } from '../../src/training/statistics.ts';

/** One market, or one operator over many: independent of the other samples. */
export interface Sample {
  readonly truthfulMicro: number;
  readonly bestMicro: number;
}

export interface Regret {
  readonly percent: number;
  /** 95 % bootstrap interval, samples drawn as wholes. */
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

const SEED = 7;

export function regretOf(samples: readonly Sample[]): Regret {
  const differences = samples.map(({ truthfulMicro, bestMicro }) => bestMicro - truthfulMicro);
  const truthful = samples.map(({ truthfulMicro }) => truthfulMicro);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const { low, high } = pairedBootstrap(differences, truthful, SEED);
  const percent = 100 * relativeGain(sum(differences), sum(truthful));
  return { percent, low: 100 * low, high: 100 * high, n: samples.length };
}
