import {
  bestFitMatcher,
  dotProductMatcher,
  durationGreedyMatcher,
  energyGreedyMatcher,
  fgdMatcher,
  firstFitMatcher,
  latencyGreedyMatcher,
  packingMatcher,
  priceGreedyMatcher,
  randomMatcher,
  referenceProgramMatcher,
  weightGreedyMatcher,
  worstFitMatcher,
} from '../../src/match/baselines/index.ts';
import type { DescribedRound, Matcher } from '../../src/match/Matcher.ts';
import { evaluate } from '../../src/training/evaluate.ts';
import type { Scenario } from '../../src/training/scenario.ts';

/** Rules that nothing was tuned for. */
const HEURISTICS: readonly Matcher<DescribedRound>[] = [
  bestFitMatcher,
  dotProductMatcher,
  durationGreedyMatcher,
  energyGreedyMatcher,
  fgdMatcher(),
  firstFitMatcher,
  latencyGreedyMatcher,
  packingMatcher,
  priceGreedyMatcher,
  randomMatcher(1),
  referenceProgramMatcher,
  weightGreedyMatcher,
  worstFitMatcher,
];

export interface Judged {
  readonly name: string;
  /** Welfare over that of price alone in the certified round, minus 1. */
  readonly gain: number;
}

/** The best of what needs no learning, price alone in the certified round (gain 0) among it. */
export function bestHeuristic(scenario: Scenario, seeds: readonly number[]): Judged {
  const priceAlone = evaluate(scenario, null, seeds).welfareMicro;
  const judged = HEURISTICS.map(({ name, ...rest }): Judged => {
    const { welfareMicro } = evaluate(scenario, { kind: 'matcher', matcher: { name, ...rest } }, seeds);
    return { name, gain: welfareMicro / priceAlone - 1 };
  });
  return [{ name: 'price alone, certified', gain: 0 }, ...judged].reduce((best, one) =>
    one.gain > best.gain ? one : best,
  );
}
