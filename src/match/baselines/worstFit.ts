import type { DescribedRound, Matcher } from '../Matcher.ts';
import { queueMatcher } from './serve.ts';

/** The node with the most GPUs left afterwards: it spreads. Kubernetes calls it LeastAllocated, its default. */
export const worstFitMatcher: Matcher<DescribedRound> = queueMatcher(
  'worst-fit',
  ({ workloads, nodes }) =>
    (w, c) =>
      workloads[w]!.spec.gpus - nodes[c]!.record.freeGpus,
);
