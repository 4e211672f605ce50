import type { WorkloadId } from '../domain/ids.ts';
import { roundAt } from '../domain/roundClock.ts';
import type { NetworkState, WorkloadState } from '../state/index.ts';

/**
 * The workloads that `settle` moves on in `round`, ascending: what nobody started, what its node has abandoned, what waited
 * long enough, what is to be paid, what a voided round had matched. The log is enough to tell, but for one thing: that a
 * client has accepted an ending early. Such a workload is named here when its window is over, and its node, which knows,
 * may settle it before.
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
      return isFinal(state, workload, round) && isContestWindowOver(state, workload, round);
    case 'Contested':
      return isFinal(state, workload, round) && (contest?.upheld === false || round > (contest?.deadlineRound ?? round));
    default:
      return false;
  }
}

/** No money moves while the round of the match can still be refuted. */
const isFinal = (state: NetworkState, { matchedRound }: WorkloadState, round: number) =>
  round > matchedRound + state.parametersAt(matchedRound).challengeWindowRounds;

/** An ending that was contested in vain counts as accepted. */
function isContestWindowOver(state: NetworkState, { spec, endedAt, contest }: WorkloadState, round: number): boolean {
  const { contestWindowRounds } = state.parametersAt(spec.submittedRound);
  return contest?.upheld === false || round > roundAt(state.clock, endedAt) + contestWindowRounds;
}
