import {
  durationSec,
  type ParameterValues,
  type Split,
  type Status,
  unpackWorkloadSpec,
} from '../domain/index.ts';
import { escrowMicro, proRataMicro, split } from '../settlement/index.ts';
import { known, type NetworkState, type WorkloadState } from '../state/index.ts';
import type { Expect } from './Finding.ts';

const BPS = 10_000;

/** `WorkloadSubmitted`: the escrow is the budget with the fees that bind now. */
export function checkSubmission(
  event: {
    readonly workload: number;
    readonly spec: bigint;
    readonly budgetMicro: number;
    readonly escrowMicro: number;
  },
  round: number,
  parameters: ParameterValues,
  expect: Expect,
): void {
  const about = { workload: event.workload };
  const { priority, submittedRound } = unpackWorkloadSpec(event.spec);
  expect('workload.submittedRound', round, submittedRound, about);
  expect(
    'workload.escrowMicro',
    escrowMicro(event.budgetMicro, priority, parameters),
    event.escrowMicro,
    about,
  );
}

/** `WorkloadStarted`: the node is owed the time that its record of the matched round predicts. */
export function checkStart(
  state: NetworkState,
  event: {
    readonly workload: number;
    readonly node: number;
    readonly durationSec: number;
    readonly owedSec: number;
  },
  expect: Expect,
): void {
  const about = { workload: event.workload, node: event.node };
  const { spec, node, matchedRound } = known(state.workloads, event.workload, 'workload');
  expect('start.node', node, event.node, about);
  const record = state.recordAt(node, matchedRound);
  if (record === undefined) {
    expect('start.record', true, false, about);
    return;
  }
  const seconds = Number(durationSec(spec, record));
  const { durationSlackBps } = state.parametersAt(spec.submittedRound);
  const owedSec = spec.leaseSec > 0 ? seconds : Math.ceil((seconds * durationSlackBps) / BPS);
  expect('start.durationSec', seconds, event.durationSec, about);
  expect('start.owedSec', owedSec, event.owedSec, about);
}

/** `WorkloadClosed`: the split is that of what the ending pays, at the rates of the submission, and adds up to the escrow. */
export function checkClosing(
  state: NetworkState,
  event: { readonly workload: number; readonly status: Status; readonly split: Split },
  expect: Expect,
): void {
  const workload = known(state.workloads, event.workload, 'workload');
  const about = { workload: event.workload, node: workload.node };
  const total = Object.values(event.split).reduce((sum, part) => sum + part, 0);
  expect('split.total', workload.escrowMicro, total, about);
  const paidMicro = event.status === 'Settled' ? payableMicro(workload) : 0;
  const rates = state.parametersAt(workload.spec.submittedRound);
  const parts = split(workload.escrowMicro, paidMicro, workload.spec.priority, rates);
  for (const [name, micro] of Object.entries(parts)) {
    expect(`split.${name}`, micro, event.split[name as keyof Split], about);
  }
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
  return reason === 'ClientFault' || reason === 'CancelledByClient'
    ? proRataMicro(priceMicro, endedAt - startedAt, durationSec)
    : proRataMicro(priceMicro, doneBps, BPS);
}
