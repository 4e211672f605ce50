import {
  durationSec,
  type EventOf,
  MAX_MATCHES,
  mulDivUp,
  type ParameterValues,
  unpackWorkloadSpec,
} from '../domain/index.ts';
import { escrowMicro } from '../settlement/index.ts';
import { known, type NetworkState } from '../state/index.ts';
import type { Expect } from './Finding.ts';

const BPS = 10_000;

/** `WorkloadSubmitted`: a spec that the chain takes, with an escrow of the budget and the fees that bind now. */
export function checkSubmission(
  state: NetworkState,
  event: EventOf<'WorkloadSubmitted'>,
  round: number,
  parameters: ParameterValues,
  expect: Expect,
): void {
  const spec = unpackWorkloadSpec(event.spec);
  expect('workload.id', state.workloads.size + 1, event.workload);
  expect('workload.submittedRound', round, spec.submittedRound);
  expect('workload.gpus', true, spec.gpus > 0);
  expect('workload.isJobOrLease', true, spec.computeGflop > 0 !== spec.leaseSec > 0);
  expect('workload.maxDurationSec', true, spec.maxDurationSec > 0 && spec.maxDurationSec >= spec.leaseSec);
  expect('workload.priority', true, spec.priority <= BPS);
  const waitsRounds = event.openUntilRound - round - 1;
  expect('workload.openUntilRound', true, waitsRounds > 0 && waitsRounds <= parameters.maxOpenRounds);
  const locked = escrowMicro(event.budgetMicro, spec.priority, parameters);
  expect('workload.escrowMicro', locked, event.escrowMicro);
}

/** `WorkloadMatched`: in the round of the block, of a workload that waits. Whether it should be is the round's question. */
export function checkMatched(
  state: NetworkState,
  event: EventOf<'WorkloadMatched'>,
  round: number,
  expect: Expect,
): void {
  const { status, matches } = known(state.workloads, event.workload, 'workload');
  known(state.nodes, event.node, 'node');
  expect('match.inRound', round, event.round);
  expect('match.status', 'Open', status);
  expect('match.isLastButOne', true, matches < MAX_MATCHES);
}

/** `WorkloadStarted`: in time, and the node is owed the time that its record of the matched round predicts. */
export function checkStart(
  state: NetworkState,
  event: EventOf<'WorkloadStarted'>,
  round: number,
  expect: Expect,
): void {
  const { spec, status, node, matchedRound } = known(state.workloads, event.workload, 'workload');
  expect('start.status', 'Matched', status);
  expect('start.roundStands', true, !state.isVoided(matchedRound));
  expect('start.node', node, event.node);
  const { durationSlackBps, startWindowRounds } = state.parametersAt(spec.submittedRound);
  expect('start.inTime', true, round <= matchedRound + startWindowRounds);
  const record = state.recordAt(node, matchedRound);
  expect('start.record', true, record !== undefined);
  if (record === undefined) return;
  const seconds = Number(durationSec(spec, record));
  const owedSec = spec.leaseSec > 0 ? seconds : mulDivUp(seconds, durationSlackBps, BPS);
  expect('start.durationSec', seconds, event.durationSec);
  expect('start.owedSec', owedSec, event.owedSec);
}
