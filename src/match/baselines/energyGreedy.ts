import { decode } from '../../domain/index.ts';
import type { DescribedRound, Matcher } from '../Matcher.ts';
import { queueMatcher } from './serve.ts';

/**
 * The node that spends the least energy on the run, GPU-watts × seconds; that of green nodes counts as none. A record
 * knows watts and whether they are green, not the carbon of its grid.
 */
export const energyGreedyMatcher: Matcher<DescribedRound> = queueMatcher(
  'energy-greedy',
  ({ workloads, nodes }) =>
    (w, c, { durationSec }) => {
      const { green, wattsCode } = nodes[c]!.record;
      return green ? 0 : decode(wattsCode) * workloads[w]!.spec.gpus * durationSec;
    },
);
