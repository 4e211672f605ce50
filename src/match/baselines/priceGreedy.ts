import type { Matcher } from '../Matcher.ts';
import { queueMatcher } from './serve.ts';

/** Each workload in turn takes the node that costs it least: what a client does who picks from a price list. */
export const priceGreedyMatcher: Matcher = queueMatcher(
  'price-greedy',
  () =>
    (_w, _c, { costMicro }) =>
      costMicro,
);
