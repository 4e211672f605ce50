import { BASELINES } from '../../src/match/baselines/index.ts';
import { evaluate } from '../../src/training/evaluate.ts';
import type { Scenario } from '../../src/training/scenario.ts';

export interface Judged {
  readonly name: string;
  /** Welfare over that of price alone in the certified round, minus 1. */
  readonly gain: number;
}

/** The best of what needs no learning, price alone in the certified round (gain 0) among it. */
export function bestHeuristic(scenario: Scenario, seeds: readonly number[]): Judged {
  const priceAlone = evaluate(scenario, null, seeds).welfareMicro;
  const judged = BASELINES.map((matcher): Judged => {
    const { welfareMicro } = evaluate(scenario, { kind: 'matcher', matcher }, seeds);
    return { name: matcher.name, gain: welfareMicro / priceAlone - 1 };
  });
  return [{ name: 'price alone, certified', gain: 0 }, ...judged].reduce((best, one) =>
    one.gain > best.gain ? one : best,
  );
}
