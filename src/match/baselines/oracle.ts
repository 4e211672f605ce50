import type { NodeId, WorkloadId } from '../../domain/ids.ts';
import { certifiedRound } from '../certified.ts';
import type { Matcher, RoundInstance } from '../Matcher.ts';
import { entryAtCost } from './serve.ts';

/**
 * The best that one round can do: the exact assignment under the true expected welfare of each pair, which no rule of the
 * network gets to see. What still lies above it can only be gained by looking ahead. Pairs that are expected to do
 * harm stay apart.
 */
export function oracleMatcher(
  expectedWelfareMicro: (workload: WorkloadId, node: NodeId) => number,
): Matcher<RoundInstance> {
  return {
    name: 'oracle',
    match(instance) {
      const { round, workloads, nodes } = instance;
      const chosen = certifiedRound({
        round,
        workloads,
        nodes,
        pair(w, c) {
          const pair = instance.pair(w, c);
          if (pair === null) return null;
          const weightMicro = Math.round(expectedWelfareMicro(workloads[w]!.id, nodes[c]!.id));
          return weightMicro < 0 ? null : { ...pair, weightMicro };
        },
      });
      return chosen.map(({ workload, node }) => {
        const w = workloads.findIndex(({ id }) => id === workload);
        const c = nodes.findIndex(({ id }) => id === node);
        return entryAtCost(instance, w, c, instance.pair(w, c)!);
      });
    },
  };
}
