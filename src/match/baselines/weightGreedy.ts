import type { Matcher } from '../Matcher.ts';
import { contestMatcher } from './serve.ts';

/**
 * The best weight goes first: what the certified round does, without looking ahead and without its prices. Beside it one
 * sees what the exact assignment adds under the same weights.
 */
export const weightGreedyMatcher: Matcher = contestMatcher(
  'weight-greedy',
  () =>
    (_w, _c, { weightMicro }) =>
      -weightMicro,
);
