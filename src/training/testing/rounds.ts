import { type Entry, type IntegerNetwork, NodeId, Round, WorkloadId } from '../../domain/index.ts';
import { certifiedMatcher, pairOf, type RoundInstance, weighPair } from '../../match/index.ts';
import { features } from '../../policy/features.ts';
import { evaluate, load } from '../../policy/network.ts';
import type { Simulation } from '../Simulation.ts';

/** The round that a simulation is in, pair by pair and in bigints, as the contracts weigh it. */
export function roundOf(simulation: Simulation, policy: IntegerNetwork | null): RoundInstance {
  const { round, open, nodes, counters, scenario } = simulation;
  const loaded = policy && load(policy);
  return {
    round: Round(round),
    workloads: open.map(({ id }) => ({ id: WorkloadId(id) })),
    nodes: nodes.map((_, c) => ({ id: NodeId(c + 1) })),
    pair(w, c) {
      const { spec, budgetMicro } = open[w]!;
      const record = nodes[c]!;
      const weighed = { spec, record, round, open: true, budgetMicro, parameters: scenario.parameters };
      return pairOf(
        weighPair(weighed, () =>
          loaded === null ? 0 : evaluate(loaded, features(spec, record, budgetMicro, round, counters)),
        ),
      );
    },
  };
}

export const pairwiseEntries = (simulation: Simulation, policy: IntegerNetwork | null): readonly Entry[] =>
  certifiedMatcher.match(roundOf(simulation, policy));
