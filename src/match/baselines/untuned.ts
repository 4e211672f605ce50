import type { DescribedRound, Matcher } from '../Matcher.ts';
import { bestFitMatcher } from './bestFit.ts';
import { dotProductMatcher } from './dotProduct.ts';
import { durationGreedyMatcher } from './durationGreedy.ts';
import { energyGreedyMatcher } from './energyGreedy.ts';
import { fgdMatcher } from './fgd.ts';
import { firstFitMatcher } from './firstFit.ts';
import { latencyGreedyMatcher } from './latencyGreedy.ts';
import { packingMatcher } from './packing.ts';
import { priceGreedyMatcher } from './priceGreedy.ts';
import { randomMatcher } from './random.ts';
import { referenceProgramMatcher } from './referenceProgram.ts';
import { weightGreedyMatcher } from './weightGreedy.ts';
import { worstFitMatcher } from './worstFit.ts';

const RANDOM_SEED = 1;

/** All that need no tuning; a new one is added here, and is tested and compared with the others everywhere. */
export const BASELINES: readonly Matcher<DescribedRound>[] = [
  weightGreedyMatcher,
  priceGreedyMatcher,
  latencyGreedyMatcher,
  energyGreedyMatcher,
  durationGreedyMatcher,
  firstFitMatcher,
  bestFitMatcher,
  worstFitMatcher,
  packingMatcher,
  dotProductMatcher,
  fgdMatcher(),
  referenceProgramMatcher,
  randomMatcher(RANDOM_SEED),
];
