import type { NodeId, Round, WorkloadId } from '../domain/ids.ts';
import type { Entry, NodeRecord, WorkloadSpec } from '../domain/types.ts';

/** A feasible pair: what matching it is worth, and what it costs the node. Micro-AICC, weight and cost at least 0. */
export interface Pair {
  readonly weightMicro: number;
  readonly costMicro: number;
}

/** One round to be matched. Weights arrive as an argument: a matcher knows neither policies nor rules. */
export interface RoundInstance {
  readonly round: Round;
  /** The open workloads that the round covers. */
  readonly workloads: readonly { readonly id: WorkloadId }[];
  readonly nodes: readonly { readonly id: NodeId }[];
  /** By index into `workloads` and `nodes`; null where the pair is not feasible (docs/PROTOCOL.md). */
  pair(w: number, c: number): Pair | null;
}

/** What a scheduler that does not go by weights asks of a round: who they are, and how long a pair would last. */
export interface DescribedRound extends RoundInstance {
  readonly workloads: readonly {
    readonly id: WorkloadId;
    readonly spec: WorkloadSpec;
    readonly budgetMicro: number;
  }[];
  readonly nodes: readonly { readonly id: NodeId; readonly record: NodeRecord }[];
  pair(w: number, c: number): DescribedPair | null;
}

export interface DescribedPair extends Pair {
  readonly durationSec: number;
}

/** Clears a round. The same ids and pairs give the same entries, in whatever order they are listed. */
export interface Matcher<R extends RoundInstance = RoundInstance> {
  readonly name: string;
  /** Entries ascend by workload id. */
  match(instance: R): readonly Entry[];
}
