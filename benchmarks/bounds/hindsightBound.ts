import { dualBound, type Hindsight, hindsightOf, type Luck } from '../../src/training/bounds/index.ts';
import type { Scenario } from '../../src/training/scenario.ts';
import { solveHindsight } from './hindsightLp.ts';

export interface HindsightOptions {
  /** What hindsight knows of luck; `drawn` bounds each seed, `expected` the mean over many. */
  readonly luck?: Luck;
  /** Programs with more starts than this go to the dual bound, which is looser by about half a percent. */
  readonly mostStarts?: number;
  /** Steps of the dual bound. */
  readonly steps?: number;
}

/** HiGHS takes seconds for as many, and its time grows faster than their number. */
const MOST_STARTS = 10_000;

/**
 * The welfare, in micro-AICC, that no rule exceeds on this episode: all arrivals known in advance, starts in parts, nodes
 * that are alike pooled (`Hindsight` proves it).
 *
 * @example (await hindsightBound(scenario, 5_000_001)) >= evaluate(scenario, policy, [5_000_001]).welfareMicro // true
 */
export async function hindsightBound(
  scenario: Scenario,
  seed: number,
  { luck = 'drawn', mostStarts = MOST_STARTS, steps = 300 }: HindsightOptions = {},
): Promise<number> {
  const hindsight = hindsightOf(scenario, seed, luck);
  if (startsOf(hindsight) > mostStarts) return dualBound(hindsight, steps);
  return (await solveHindsight(hindsight)).boundMicro;
}

function startsOf({ workloads }: Hindsight): number {
  return workloads.flat().reduce((sum, { worthMicro }) => sum + worthMicro.length, 0);
}
