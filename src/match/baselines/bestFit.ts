import type { DescribedRound, Matcher } from '../Matcher.ts';
import { queueMatcher } from './serve.ts';

/** The node with the fewest GPUs left afterwards. Best fit of bin packing; Kubernetes calls it MostAllocated. */
export const bestFitMatcher: Matcher<DescribedRound> = queueMatcher(
  'best-fit',
  ({ workloads, nodes }) =>
    (w, c) =>
      nodes[c]!.record.freeGpus - workloads[w]!.spec.gpus,
);
