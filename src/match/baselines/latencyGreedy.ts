import type { DescribedRound, Matcher } from '../Matcher.ts';
import { queueMatcher } from './serve.ts';

/** Above every duration of an eligible pair, which has 32 bits. */
const LONGEST_SEC = 2 ** 32;

/** The node nearest in the network; of equally near ones, that which finishes first. Codes ascend with latency. */
export const latencyGreedyMatcher: Matcher<DescribedRound> = queueMatcher(
  'latency-greedy',
  ({ nodes }) =>
    (_w, c, { durationSec }) =>
      nodes[c]!.record.latencyCode * LONGEST_SEC + durationSec,
);
