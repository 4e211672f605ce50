import {
  durationSec,
  type EventOf,
  type FeeRates,
  MAX_MATCHES,
  type NodeRecord,
  roundAt,
  type Split,
  safeNumber,
  type WorkloadSpec,
} from '../domain/index.ts';
import { costOf } from '../match/index.ts';
import { proRataMicro, split } from '../settlement/index.ts';
import { known, type NetworkState, type WorkloadState } from '../state/index.ts';
import type { Expect } from './Finding.ts';

const BPS = 10_000;

/** What a run can end as, and the statuses that it can be contested or paid in. */
const ENDINGS = [
  'Completed/Completed',
  'Failed/NodeFault',
  'Failed/ClientFault',
  'TimedOut/TimedOut',
  'Cancelled/CancelledByClient',
];
const ENDED = new Set(['Completed', 'Failed', 'TimedOut', 'Cancelled']);

/** `WorkloadEnded`: of a run, not before its time where time is what it is paid by. */
export function checkEnded(
  state: NetworkState,
  event: EventOf<'WorkloadEnded'>,
  round: number,
  expect: Expect,
): void {
  const workload = known(state.workloads, event.workload, 'workload');
  const { status, spec, startedAt, endedAt, owedSec } = workload;
  const ending = `${event.status}/${event.reason}`;
  expect('end.reason', true, ENDINGS.includes(ending));
  // A completion overrides a cancellation of the same round.
  const overrides =
    status === 'Cancelled' && event.status === 'Completed' && roundAt(state.clock, endedAt) === round;
  expect('end.status', overrides ? 'Cancelled' : 'Running', status);
  const isLease = spec.leaseSec > 0;
  const needsTime = event.status === 'TimedOut' || (event.status === 'Completed' && isLease && !overrides);
  if (needsTime) expect('end.isTimeOver', true, event.timestamp >= startedAt + owedSec);
  const isWhole = event.status === 'Completed' || (event.status === 'TimedOut' && isLease);
  const most = event.status === 'Cancelled' ? 0 : BPS;
  expect('end.doneBps', true, isWhole ? event.doneBps === BPS : event.doneBps <= most);
}

/** `WorkloadReopened`: after a no-show, a node's fault or a voided round, while matches, retries and the client's patience last. */
export function checkReopened(
  state: NetworkState,
  event: EventOf<'WorkloadReopened'>,
  round: number,
  expect: Expect,
): void {
  const reopening = reopeningOf(state, known(state.workloads, event.workload, 'workload'), round);
  expect('reopen.reason', reopening?.reason, event.reason);
  expect('reopen.fromRound', reopening?.fromRound, event.fromRound);
}

/** `WorkloadContested`: of an ending, within its window. */
export function checkContested(
  state: NetworkState,
  event: EventOf<'WorkloadContested'>,
  round: number,
  expect: Expect,
): void {
  const { status, spec, endedAt } = known(state.workloads, event.workload, 'workload');
  const endedRound = roundAt(state.clock, endedAt);
  const { contestWindowRounds } = state.parametersAt(spec.submittedRound);
  const { contestDecisionRounds, contestBondMicro } = state.parametersAt(round);
  expect('contest.status', true, ENDED.has(status));
  expect('contest.inTime', true, round <= endedRound + contestWindowRounds);
  expect('contest.isFinal', true, status !== 'Cancelled' || round > endedRound);
  expect('contest.deadlineRound', round + contestDecisionRounds, event.deadlineRound);
  expect('contest.bondMicro', contestBondMicro, event.bondMicro);
}

/** `ContestResolved`: of an open contest, before its deadline. */
export function checkResolved(
  state: NetworkState,
  event: EventOf<'ContestResolved'>,
  round: number,
  expect: Expect,
): void {
  const { status, contest } = known(state.workloads, event.workload, 'workload');
  expect('contest.isOpen', true, status === 'Contested' && contest?.upheld === undefined);
  expect('contest.deadline', true, contest !== undefined && round <= contest.deadlineRound);
}

/**
 * `WorkloadClosed`: an end that its life has come to, with the split of what that pays, at the rates of the submission.
 * That a client accepted early is not in the log, so the window before a payment is not looked at.
 */
export function checkClosing(
  state: NetworkState,
  event: EventOf<'WorkloadClosed'>,
  round: number,
  expect: Expect,
): void {
  const workload = known(state.workloads, event.workload, 'workload');
  const { matchedRound } = workload;
  const about = { node: workload.node };
  const possible = closingsOf(state, workload, round);
  const closing = `${event.status}/${event.reason}`;
  if (!possible.includes(closing)) expect('close.reason', possible.join(' or ') || 'none', closing, about);

  const total = Object.values(event.split).reduce((sum, part) => sum + part, 0);
  expect('split.total', workload.escrowMicro, total, about);
  const isPaid = event.status === 'Settled';
  if (isPaid) expect('close.isFinal', true, round > state.lastChallengeRound(matchedRound), about);
  const { priceMicro, rates } = termsOf(state, workload);
  const paidMicro = isPaid ? payableMicro({ ...workload, priceMicro }) : 0;
  const parts = split(workload.escrowMicro, paidMicro, workload.spec.priority, rates);
  for (const [name, micro] of Object.entries(parts)) {
    expect(`split.${name}`, micro, event.split[name as keyof Split], about);
  }
}

/** Every `status/reason` in which a workload may be closed in a round. */
function closingsOf(state: NetworkState, workload: WorkloadState, round: number): string[] {
  const { status, reason, contest, endedAt } = workload;
  const isDue = state.statusIn(workload.id, round);
  if (isDue === 'Expired') return ['Refunded/Expired', 'Refunded/CancelledByClient'];
  if (status === 'Open') return ['Refunded/CancelledByClient'];
  if (isDue === 'NoShow' || isDue === 'RoundVoided')
    return reopeningOf(state, workload, round) ? [] : [`Refunded/${isDue}`];
  if (status === 'Matched') return ['Refunded/CancelledByClient'];
  if (reason === 'NodeFault')
    return status === 'Failed' && !reopeningOf(state, workload, round) ? ['Refunded/NodeFault'] : [];
  if (status === 'Contested') {
    if (contest?.upheld === true) return ['Refunded/ContestUpheld'];
    return round > (contest?.deadlineRound ?? round) ? [`Settled/${reason}`] : [];
  }
  const isOverridable = status === 'Cancelled' && round === roundAt(state.clock, endedAt);
  return ENDED.has(status) && !isOverridable ? [`Settled/${reason}`] : [];
}

/**
 * How a workload whose node did not show up or failed in this round, or whose round was voided before it started, goes
 * on; undefined: not at all.
 */
function reopeningOf(state: NetworkState, workload: WorkloadState, round: number) {
  const { status, reason, matches, spec, openUntilRound } = workload;
  const isDue = state.statusIn(workload.id, round);
  if (isDue === 'NoShow' || isDue === 'RoundVoided') {
    const { startWindowRounds } = state.parametersAt(spec.submittedRound);
    const booked = workload.matchedRound + startWindowRounds + 1;
    const fromRound = isDue === 'NoShow' ? booked : Math.min(booked, round + 1);
    return matches < MAX_MATCHES && fromRound < openUntilRound ? { reason: isDue, fromRound } : undefined;
  }
  const isFault = status === 'Failed' && reason === 'NodeFault' && matches <= spec.maxRetries;
  return isFault && round + 1 < openUntilRound ? { reason: 'NodeFault', fromRound: round + 1 } : undefined;
}

/**
 * What a run is paid by: its price, at the rates of the submission. Where its round was voided, its cost instead, as
 * long as the chain knows it, and the matcher gets no fee.
 */
function termsOf(state: NetworkState, { spec, node, priceMicro, matchedRound }: WorkloadState) {
  const rates: FeeRates = state.parametersAt(spec.submittedRound);
  if (!state.isVoided(matchedRound)) return { priceMicro, rates };
  const records = known(state.nodes, node, 'node').records;
  const record = records.isKept(matchedRound) ? records.at(matchedRound)?.record : undefined;
  return {
    priceMicro: record === undefined ? priceMicro : costMicro(spec, record),
    rates: { ...rates, matcherBps: 0, matcherFloorMicro: 0 },
  };
}

function costMicro(spec: WorkloadSpec, record: NodeRecord): number {
  const gpuSec = BigInt(spec.gpus) * durationSec(spec, record);
  return safeNumber(costOf(record.askMicroPerGpuHour, gpuSec));
}

/** What an ending pays to the node, as it was declared: the price, or its share of time or of work. */
function payableMicro({
  reason,
  priceMicro,
  startedAt,
  endedAt,
  durationSec,
  doneBps,
}: WorkloadState): number {
  if (reason === 'Completed') return priceMicro;
  return reason === 'TimedOut'
    ? proRataMicro(priceMicro, doneBps, BPS)
    : proRataMicro(priceMicro, endedAt - startedAt, durationSec);
}
