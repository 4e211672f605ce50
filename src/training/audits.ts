import {
  codeCeilClamped,
  codeFloorClamped,
  computeMflops,
  decode,
  type Measured,
  type NodeRecord,
  PARAMETERS,
  type ParameterValues,
} from '../domain/index.ts';
import { nextTrust, worstDiscrepancyBps } from '../reports/trust.ts';
import type { Random } from './random.ts';

/** What a node says of itself, as codes. */
export type Claim = Pick<NodeRecord, 'computeCode' | 'bandwidthCode' | 'latencyCode'>;

/** Claims of a class count for this much while there is no audit (docs/PROTOCOL.md). */
const FLOOR_OF_COMPUTE = 0.5;
const FLOOR_MBPS = 100;
const CEILING_LATENCY_US = 400_000;

const DEFAULTS = Object.fromEntries(PARAMETERS.map(({ name, dev }) => [name, dev])) as ParameterValues;
const BPS = 10_000;

/** How a node that has not been audited counts: its claim, bounded by the floor of its class, at the trust of a newcomer. */
export function floorOf(record: NodeRecord, claim: Claim): NodeRecord {
  const mflops = computeMflops(claim.computeCode, record.computeShift);
  return {
    ...record,
    computeCode: codeFloorClamped(Math.floor((mflops * FLOOR_OF_COMPUTE) / 2 ** record.computeShift)),
    bandwidthCode: Math.min(claim.bandwidthCode, codeFloorClamped(FLOOR_MBPS)),
    latencyCode: Math.max(claim.latencyCode, codeCeilClamped(CEILING_LATENCY_US)),
    trustBps: DEFAULTS.initialTrustBps,
  };
}

interface Truth {
  readonly mflops: Float64Array;
  readonly mbps: Float64Array;
  readonly fault: Float64Array;
  readonly claims: readonly Claim[];
}

/**
 * What auditors measure. What makes runs fail (a bad line, a busy host) makes the line sag under a probe too: by as much as
 * pulls the target of trust down to about 1 − 2 · fault. So trust comes to say how often a node fails.
 */
export function measure(truth: Truth, c: number, random: Random): Measured {
  const sag = (2 * truth.fault[c]! * random.uniform(0.75, 1.25)) / DEFAULTS.discrepancyFactor;
  const tolerance = DEFAULTS.bandwidthToleranceBps / BPS;
  const part = sag < SMALLEST_SAG ? 1 : 1 - Math.min(1, tolerance + (1 - tolerance) * sag);
  return {
    answered: true,
    latencyUs: decode(truth.claims[c]!.latencyCode),
    bandwidthMbps: Math.floor(truth.mbps[c]! * part),
    computeMflops: Math.floor(truth.mflops[c]!),
  };
}
const SMALLEST_SAG = 0.001;

/** The record once an audit that was answered binds: codes bounded by it, trust and flags by its discrepancy. */
export function afterAudit(record: NodeRecord, claim: Claim, measured: Measured): NodeRecord {
  const { computeShift } = record;
  const claimed = {
    latencyUs: decode(claim.latencyCode),
    bandwidthMbps: decode(claim.bandwidthCode),
    computeMflops: computeMflops(claim.computeCode, computeShift),
  };
  const trustBps = nextTrust(record.trustBps, worstDiscrepancyBps(claimed, measured, DEFAULTS), DEFAULTS);
  const computeCode = codeFloorClamped(Math.floor(measured.computeMflops / 2 ** computeShift));
  return {
    ...record,
    computeCode: Math.min(claim.computeCode, computeCode),
    bandwidthCode: Math.min(claim.bandwidthCode, codeFloorClamped(measured.bandwidthMbps)),
    latencyCode: Math.max(claim.latencyCode, codeCeilClamped(measured.latencyUs)),
    trustBps,
    flagged: trustBps < DEFAULTS.flagBelowTrustBps,
    excluded: record.excluded || trustBps < DEFAULTS.excludeBelowTrustBps,
  };
}

/** The record once an audit was not answered, `inRow` times by now. */
export function afterSilence(record: NodeRecord, inRow: number): NodeRecord {
  return { ...record, flagged: record.flagged || inRow >= 2 };
}
