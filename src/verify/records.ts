import {
  type Claims,
  codeCeilClamped,
  codeFloorClamped,
  computeMflops,
  decode,
  type GpuClass,
  type Measured,
  type NodeRecord,
  type ParameterValues,
  unpackNodeRecord,
} from '../domain/index.ts';
import { nextTrust, worstDiscrepancyBps } from '../reports/index.ts';
import { known, type NetworkState, type NodeState } from '../state/index.ts';
import type { Expect } from './Finding.ts';

/** The codes that the match may use: the claim, never better than the audit or, before the first one, the class floor. */
function boundedCodes(claims: Claims, gpuClass: GpuClass, measured: Measured | undefined) {
  const shift = 2 ** gpuClass.computeShift;
  const bound = measured
    ? {
        compute: codeFloorClamped(Math.floor(measured.computeMflops / shift)),
        bandwidth: codeFloorClamped(measured.bandwidthMbps),
        latency: codeCeilClamped(measured.latencyUs),
      }
    : {
        compute: gpuClass.floorComputeCode,
        bandwidth: gpuClass.floorBandwidthCode,
        latency: gpuClass.ceilingLatencyCode,
      };
  return {
    gpus: claims.gpus,
    classId: claims.classId,
    memoryCode: claims.memoryCode,
    computeShift: gpuClass.computeShift,
    computeCode: Math.min(claims.computeCode, bound.compute),
    bandwidthCode: Math.min(claims.bandwidthCode, bound.bandwidth),
    latencyCode: Math.max(claims.latencyCode, bound.latency),
    wattsCode: Math.max(claims.wattsCode, gpuClass.minWattsCode),
  } satisfies Partial<NodeRecord>;
}

/** A record binds from the next round, claims no more than it may, and has no more GPUs in use than it has. */
export function checkRecord(
  state: NetworkState,
  event: { readonly node: number; readonly fromRound: number; readonly record: bigint },
  round: number,
  expect: Expect,
): void {
  const about = { node: event.node };
  const node = known(state.nodes, event.node, 'node');
  const record = unpackNodeRecord(event.record);
  expect('record.fromRound', round + 1, event.fromRound, about);
  expect('record.exists', true, record !== undefined, about);
  if (record === undefined) return;
  const gpuClass = known(state.classes, node.claims.classId, 'class');
  for (const [field, code] of Object.entries(boundedCodes(node.claims, gpuClass, node.measured))) {
    expect(`record.${field}`, code, record[field as keyof NodeRecord], about);
  }
  expect('record.freeGpus', true, record.freeGpus <= record.gpus, about);
  expect('record.trustBps', true, record.trustBps <= 10_000, about);
}

/** What an audit makes of a node, from the medians alone. */
export interface AuditOutcome {
  readonly discrepancyBps: number;
  readonly trustBefore: number;
  readonly trustAfter: number;
}

/** `AuditApplied`: trust follows from the claims, the medians and the trust before. */
export function checkAudit(
  state: NetworkState,
  event: {
    readonly node: number;
    readonly measured: Measured;
    readonly trustBps: number;
    readonly cleanAudits: number;
  },
  parameters: ParameterValues,
  expect: Expect,
): AuditOutcome {
  const node = known(state.nodes, event.node, 'node');
  const trustBefore = node.records.newest?.record?.trustBps ?? 0;
  const { answered } = event.measured;
  const discrepancyBps = answered ? discrepancyOf(state, node, event.measured, parameters) : 0;
  const trust = answered ? nextTrust(trustBefore, discrepancyBps, parameters) : trustBefore;
  const trustAfter = mayBeReinstated(node, event.cleanAudits, parameters, event.trustBps)
    ? Math.max(trust, parameters.flagBelowTrustBps)
    : trust;
  expect('audit.trustBps', trustAfter, event.trustBps, { node: event.node });
  return { discrepancyBps, trustBefore, trustAfter };
}

/** Whether the owner restaked is not in the log by name; that trust was lifted to the floor says so. */
function mayBeReinstated(
  node: NodeState,
  cleanAudits: number,
  parameters: ParameterValues,
  trustBps: number,
) {
  return (
    node.records.newest?.record?.excluded === true &&
    cleanAudits >= parameters.cleanAuditsToReinstate &&
    trustBps === parameters.flagBelowTrustBps
  );
}

function discrepancyOf(
  state: NetworkState,
  node: NodeState,
  measured: Measured,
  parameters: ParameterValues,
) {
  const { claims } = node;
  const { computeShift } = known(state.classes, claims.classId, 'class');
  const claimed = {
    latencyUs: decode(claims.latencyCode),
    bandwidthMbps: decode(claims.bandwidthCode),
    computeMflops: computeMflops(claims.computeCode, computeShift),
  };
  return worstDiscrepancyBps(claimed, measured, parameters);
}
