import type { DescribedRound, Matcher } from '../Matcher.ts';
import { queueMatcher } from './serve.ts';

/**
 * A node that the workload fills to the last GPU; else the one of which the greatest part is in use already, so that idle
 * nodes stay whole for large workloads (MLaaS in the Wild, NSDI'22, packs its cluster this way). Best fit counts GPUs
 * left, this one parts of a node.
 */
export const packingMatcher: Matcher<DescribedRound> = queueMatcher(
  'packing',
  ({ workloads, nodes }) =>
    (w, c) => {
      const { gpus, freeGpus } = nodes[c]!.record;
      return freeGpus === workloads[w]!.spec.gpus ? -1 : freeGpus / gpus;
    },
);
