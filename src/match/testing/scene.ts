import type { NodeId, WorkloadId } from '../../domain/ids.ts';
import type { Entry, Ineligible } from '../../domain/types.ts';
import type { RoundInstance } from '../Matcher.ts';

/** How a matcher sees a round that does not look at what binds in it. */
export type WrongView = 'recordsOfTheRoundBefore' | 'noPolicy' | 'anotherPolicy' | 'anotherParameter';

/** A round that is about to be posted, and what a cheating matcher could make of it. */
export interface Scene {
  readonly round: number;
  readonly cutoff: number;
  /** The newest workload that binds in the round. */
  readonly newest: number;
  readonly instance: RoundInstance;
  /** The canonical entries. */
  readonly right: readonly Entry[];
  readonly seen: Readonly<Record<WrongView, RoundInstance>>;
  /** Pairs that a hard rule forbids, also of workloads that are not open; at most that one rule. */
  readonly ineligible: readonly {
    readonly workload: WorkloadId;
    readonly node: NodeId;
    readonly reason: Ineligible;
  }[];
  budgetMicroOf(workload: number): number;
}
