import { decode } from '../../domain/index.ts';
import type { DescribedRound, Matcher } from '../Matcher.ts';
import { contestMatcher } from './serve.ts';

/**
 * The reward of the reference program that this project started from: −latency / 100 + bandwidth / 100 − energy / 10
 * + 10 · [enough GPUs] + 5 · priority, of milliseconds, Mbps, the kWh of a node's GPUs in an hour and a priority in 0..1;
 * here in units of 10⁻⁵, where all of it is an integer. The best reward goes first.
 */
export const referenceProgramMatcher: Matcher<DescribedRound> = contestMatcher(
  'reference-program',
  ({ workloads, nodes }) =>
    (w, c) => {
      const { spec } = workloads[w]!;
      const { latencyCode, bandwidthCode, wattsCode, gpus, freeGpus } = nodes[c]!.record;
      const hasEnough = freeGpus >= spec.gpus;
      const reward =
        -decode(latencyCode) +
        1_000 * decode(bandwidthCode) -
        10 * decode(wattsCode) * gpus +
        (hasEnough ? 1_000_000 : 0) +
        50 * spec.priority;
      return -reward;
    },
);
