import { bookOpening, type ChainEvent, closeOpening, matchOpening } from '../domain/index.ts';
import type { NetworkState } from '../state/index.ts';

/** The open rounds of a workload after an event, from those before it (docs/PROTOCOL.md, "A workload's endings"). */
export function openRoundsAfter(
  state: NetworkState,
  event: ChainEvent,
  round: number,
  before: bigint,
): bigint {
  switch (event.name) {
    case 'WorkloadSubmitted':
      return bookOpening(0n, round + 1, event.openUntilRound);
    case 'WorkloadMatched': {
      const workload = state.workloads.get(event.workload);
      if (workload === undefined) return before;
      const { startWindowRounds } = state.parametersAt(workload.spec.submittedRound);
      return matchOpening(before, event.round, startWindowRounds, workload.matches + 1);
    }
    case 'WorkloadStarted':
    case 'WorkloadClosed':
      return closeOpening(before, round + 1);
    case 'WorkloadReopened': {
      // What its match had booked comes by itself, unless it is to come earlier.
      if (event.fromRound <= round || event.reason === 'NoShow') return before;
      const { openUntilRound } = state.workloads.get(event.workload) ?? { openUntilRound: 0 };
      return bookOpening(closeOpening(before, round + 1), round + 1, openUntilRound);
    }
    default:
      return before;
  }
}
