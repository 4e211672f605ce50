import type { WorkloadId } from '../domain/ids.ts';
import { roundAt } from '../domain/roundClock.ts';
import type { NetworkState, WorkloadState } from '../state/index.ts';

/** Ascending ids. */
export interface Due {
  readonly certainly: readonly WorkloadId[];
  /** If their clients have accepted the ending early, the one thing that the log does not tell. */
  readonly ifAccepted: readonly WorkloadId[];
}

/**
 * The workloads that `settle` moves on in `round`: what nobody started, what its node has abandoned, what waited long
 * enough, what is to be paid, what a voided round had matched. The log alone tells. Endings that are paid early if they
 * were accepted are named ever less often: 0, 1, 2, 4, 8 rounds after the first in which that could be.
 *
 * @param timeSec The timestamp that a transaction sent now would carry.
 */
export function dueWorkloads(state: NetworkState, round: number, timeSec: number): Due {
  const certainly: WorkloadId[] = [];
  const ifAccepted: WorkloadId[] = [];
  for (const workload of state.workloads.values()) {
    const when = whenDue(state, workload, round, timeSec);
    if (when === 'now') certainly.push(workload.id);
    if (when === 'ifAccepted') ifAccepted.push(workload.id);
  }
  return { certainly: certainly.sort(ascending), ifAccepted: ifAccepted.sort(ascending) };
}

const ascending = (a: number, b: number) => a - b;

type When = 'now' | 'ifAccepted' | 'later';
const nowIf = (isDue: boolean): When => (isDue ? 'now' : 'later');

function whenDue(state: NetworkState, workload: WorkloadState, round: number, timeSec: number): When {
  const { id, contest, startedAt, owedSec } = workload;
  switch (state.statusIn(id, round)) {
    case 'NoShow':
    case 'RoundVoided':
    case 'Expired':
      return 'now';
    case 'Running':
      return nowIf(timeSec >= startedAt + owedSec + state.parametersAt(round).abandonSec);
    case 'Completed':
    case 'Failed':
    case 'TimedOut':
    case 'Cancelled':
      return whenPaid(state, workload, round);
    case 'Contested': {
      // A contest that failed has put the ending back, as accepted.
      const isDecided = contest?.upheld === false || round > (contest?.deadlineRound ?? round);
      return nowIf(isDecided && round >= firstFinalRound(state, workload));
    }
    default:
      return 'later';
  }
}

function whenPaid(state: NetworkState, workload: WorkloadState, round: number): When {
  const { spec, endedAt, contest } = workload;
  const endedRound = roundAt(state.clock, endedAt);
  const sinceFinal = round - Math.max(firstFinalRound(state, workload), endedRound + 1);
  if (sinceFinal < 0) return 'later';
  const { contestWindowRounds } = state.parametersAt(spec.submittedRound);
  if (contest?.upheld === false || round > endedRound + contestWindowRounds) return 'now';
  return (sinceFinal & (sinceFinal - 1)) === 0 ? 'ifAccepted' : 'later';
}

/** No money moves while the round of the match can still be refuted. */
const firstFinalRound = (state: NetworkState, { matchedRound }: WorkloadState) =>
  matchedRound + state.parametersAt(matchedRound).challengeWindowRounds + 1;
