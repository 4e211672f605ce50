import { decode, type NodeRecord } from '../../domain/index.ts';
import type { DescribedRound, Matcher } from '../Matcher.ts';
import { queueMatcher } from './serve.ts';

/**
 * The node whose free resources point most in the direction of what is asked for: the largest dot product of demand and
 * free vectors, here of GPUs and of their memory, each in parts of the largest node listed (Tetris, SIGCOMM'14, alignment).
 */
export const dotProductMatcher: Matcher<DescribedRound> = queueMatcher(
  'dot-product',
  ({ workloads, nodes }) => {
    const largest = (of: (record: NodeRecord) => number) =>
      nodes.reduce((most, { record }) => Math.max(most, of(record)), 1);
    const mostGpus = largest(({ gpus }) => gpus);
    const mostMiB = largest((record) => record.gpus * decode(record.memoryCode));
    return (w, c) => {
      const { spec } = workloads[w]!;
      const { record } = nodes[c]!;
      const demandMiB = spec.gpus * decode(spec.memoryCode);
      const freeMiB = record.freeGpus * decode(record.memoryCode);
      const gpus = (spec.gpus / mostGpus) * (record.freeGpus / mostGpus);
      return -(gpus + (demandMiB / mostMiB) * (freeMiB / mostMiB));
    };
  },
);
