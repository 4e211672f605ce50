import type { WorkloadId } from '../domain/ids.ts';
import { roundAt } from '../domain/roundClock.ts';
import type { NetworkState, WorkloadState } from '../state/index.ts';

/**
 * The workloads that `settle` moves on in `round`, ascending: what nobody started, what its node has abandoned, what waited
 * long enough, what is to be paid, what a voided round had matched. The log tells all of it but one thing: that a client
 * has accepted an ending early. A workload of which only that is unknown is named ever less often, 1, 2, 4, 8 rounds
 * after it could have been paid; the chain refuses it, at no cost, where it was not accepted.
 *
 * @param timeSec The timestamp that a transaction sent now would carry.
 */
export function dueWorkloads(state: NetworkState, round: number, timeSec: number): WorkloadId[] {
  return [...state.workloads.values()]
    .filter((workload) => isDue(state, workload, round, timeSec))
    .map(({ id }) => id)
    .sort((a, b) => a - b);
}

/** Matched by a round that was refuted, and not started: it is open again as soon as somebody settles it. */
export const isUndone = (state: NetworkState, { status, matchedRound }: WorkloadState): boolean =>
  status === 'Matched' && state.rounds.get(matchedRound)?.voided === true;

function isDue(state: NetworkState, workload: WorkloadState, round: number, timeSec: number): boolean {
  const { id, contest, startedAt, owedSec } = workload;
  switch (state.statusIn(id, round)) {
    case 'NoShow':
    case 'Expired':
      return true;
    case 'Matched':
      return isUndone(state, workload);
    case 'Running':
      return timeSec >= startedAt + owedSec + state.parametersAt(round).abandonSec;
    case 'Completed':
    case 'Failed':
    case 'TimedOut':
    case 'Cancelled':
      return isPayable(state, workload, round);
    case 'Contested':
      return (
        round >= firstFinalRound(state, workload) &&
        (contest?.upheld === false || round > (contest?.deadlineRound ?? round))
      );
    default:
      return false;
  }
}

function isPayable(state: NetworkState, workload: WorkloadState, round: number): boolean {
  const { spec, endedAt, contest } = workload;
  const endedRound = roundAt(state.clock, endedAt);
  const sinceFinal = round - Math.max(firstFinalRound(state, workload), endedRound + 1);
  if (sinceFinal < 0) return false;
  const { contestWindowRounds } = state.parametersAt(spec.submittedRound);
  const isCertain = contest?.upheld === false || round > endedRound + contestWindowRounds;
  return isCertain || (sinceFinal & (sinceFinal - 1)) === 0;
}

/** No money moves while the round of the match can still be refuted. */
const firstFinalRound = (state: NetworkState, { matchedRound }: WorkloadState) =>
  matchedRound + state.parametersAt(matchedRound).challengeWindowRounds + 1;
