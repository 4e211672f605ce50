import {
  type Claims,
  computeMflops,
  decode,
  type EventOf,
  type Measured,
  type NodeRecord,
  type ParameterValues,
} from '../domain/index.ts';
import { aggregate, nextTrust, worstDiscrepancyBps } from '../reports/index.ts';
import { epochKey, known, type NetworkState, type NodeState } from '../state/index.ts';
import type { Expect } from './Finding.ts';

/** What an audit makes of a node, from the medians alone. */
export interface AuditOutcome {
  readonly measured: Measured;
  readonly discrepancyBps: number;
  readonly trustBefore: number;
  readonly trustAfter: number;
  /** What the record that is written with it shows. */
  readonly due: Pick<NodeRecord, 'trustBps' | 'flagged' | 'excluded'>;
}

const MOST_COUNTED = 255;

/** `MeasurementsRevealed`: once an auditor and epoch, nodes ascending, before the audit is closed. */
export function checkReveal(
  state: NetworkState,
  { auditor, epoch, measurements }: EventOf<'MeasurementsRevealed'>,
  expect: Expect,
): void {
  expect('reveal.byAuditor', true, state.auditors.has(auditor));
  let previous = 0;
  for (const { node } of measurements) {
    expect('reveal.nodesAscend', true, node > previous, { node });
    previous = node;
    const row = state.epochs.get(epochKey(node, epoch));
    const isSecond = row?.reveals.some((reveal) => reveal.auditor === auditor) ?? false;
    expect('reveal.once', false, isSecond, { node });
    expect('reveal.inTime', true, row?.audit === undefined, { node });
  }
}

/** `StakeChanged` of an excluded node, upwards: its owner has restaked. Nothing else raises the stake of one. */
export function isRestake({ records, stakeMicro: before }: NodeState, stakeMicro: number): boolean {
  return records.newest?.record?.excluded === true && stakeMicro >= before;
}

/** `StakeChanged`, downwards, of a node that stays: what is left covers no penalty more, so that it is paused. */
export function isSpent(before: NodeState, stakeMicro: number, noShowPenaltyMicro: number): boolean {
  const isPenalty = stakeMicro < before.stakeMicro && before.stakeFreeFromRound === 0;
  return isPenalty && stakeMicro < noShowPenaltyMicro;
}

/** `AuditApplied`: trust, flags and counts follow from the claims, the medians and what was before. */
export function checkAudit(
  state: NetworkState,
  event: EventOf<'AuditApplied'>,
  claims: Claims | undefined,
  hasRestaked: boolean,
  parameters: ParameterValues,
  expect: Expect,
): AuditOutcome {
  const { measured } = event;
  const node = known(state.nodes, event.node, 'node');
  const before = node.records.newest?.record;
  const trustBefore = before?.trustBps ?? 0;
  const discrepancyBps = measured.answered
    ? discrepancyOf(state, claims ?? node.claims, measured, parameters)
    : 0;
  const unanswered = measured.answered ? 0 : counted(node.unanswered + 1);
  const cleanAudits = measured.answered && discrepancyBps === 0 ? counted(node.cleanAudits + 1) : 0;
  const trust = measured.answered ? nextTrust(trustBefore, discrepancyBps, parameters) : trustBefore;

  const { flagBelowTrustBps, excludeBelowTrustBps, cleanAuditsToReinstate } = parameters;
  const wasExcluded = before?.excluded === true;
  const isReinstated = wasExcluded && hasRestaked && cleanAudits >= cleanAuditsToReinstate;
  const trustAfter = isReinstated ? Math.max(trust, flagBelowTrustBps) : trust;
  expect('audit.trustBps', trustAfter, event.trustBps);
  expect('audit.unanswered', unanswered, event.unanswered);
  expect('audit.cleanAudits', cleanAudits, event.cleanAudits);
  return {
    measured,
    discrepancyBps,
    trustBefore,
    trustAfter,
    due: {
      trustBps: trustAfter,
      flagged: trustAfter < flagBelowTrustBps || unanswered >= 2,
      excluded: !isReinstated && (wasExcluded || trustAfter < excludeBelowTrustBps),
    },
  };
}

/** `AuditClosed`: the medians are those of the reveals. Without a quorum nothing is applied, and nothing changes. */
export function checkAuditClosed(
  state: NetworkState,
  event: EventOf<'AuditClosed'>,
  applied: AuditOutcome | undefined,
  parameters: ParameterValues,
  expect: Expect,
): void {
  const trust = known(state.nodes, event.node, 'node').records.newest?.record?.trustBps ?? 0;
  const row = state.epochs.get(epochKey(event.node, event.epoch));
  const reveals = row?.reveals ?? [];
  const median = aggregate(reveals, parameters.auditQuorum);
  expect('audit.reveals', Math.min(MOST_COUNTED, reveals.length), event.reveals);
  expect('audit.hasQuorum', median !== undefined, applied !== undefined);
  if (median !== undefined && applied !== undefined) {
    for (const field of ['answered', 'latencyUs', 'bandwidthMbps', 'computeMflops'] as const) {
      expect(`audit.${field}`, median[field], applied.measured[field]);
    }
  }
  const outcome = applied ?? { discrepancyBps: 0, trustBefore: trust, trustAfter: trust };
  for (const field of ['discrepancyBps', 'trustBefore', 'trustAfter'] as const) {
    expect(`audit.${field}`, outcome[field], event[field]);
  }
}

/** Counts of audits in a row are bytes on chain, and stay at the top. */
const counted = (count: number) => Math.min(MOST_COUNTED, count);

function discrepancyOf(state: NetworkState, claims: Claims, measured: Measured, parameters: ParameterValues) {
  const { computeShift } = known(state.classes, claims.classId, 'class');
  const claimed = {
    latencyUs: decode(claims.latencyCode),
    bandwidthMbps: decode(claims.bandwidthCode),
    computeMflops: computeMflops(claims.computeCode, computeShift),
  };
  return worstDiscrepancyBps(claimed, measured, parameters);
}
