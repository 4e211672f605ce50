import type { DescribedRound, Matcher } from '../Matcher.ts';
import { queueMatcher } from './serve.ts';

/** The node on which the workload is done first: latency, data and work together (minimum completion time). */
export const durationGreedyMatcher: Matcher<DescribedRound> = queueMatcher(
  'duration-greedy',
  () =>
    (_w, _c, { durationSec }) =>
      durationSec,
);
