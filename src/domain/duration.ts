import { computeMflops, decode } from './codes.ts';
import { ceilDiv } from './division.ts';
import type { NodeRecord, WorkloadSpec } from './types.ts';

const MICRO = 1_000_000n;
const UINT32_MAX = 2 ** 32 - 1;
/** Five roundings of float64, half a unit in the last place each, and room to spare. */
const RELATIVE_ERROR = 2 ** -50;

/**
 * Predicted seconds of a workload on a node, rounded up once; the length asked for, of a lease.
 * latency + data / bandwidth + work / speed over the common denominator 1e6 · bandwidth · rate.
 */
export function durationSec(spec: WorkloadSpec, record: NodeRecord): bigint {
  if (spec.leaseSec > 0) return BigInt(spec.leaseSec);
  const latencyUs = BigInt(decode(record.latencyCode));
  const mbps = BigInt(decode(record.bandwidthCode));
  const mflops = BigInt(spec.gpus) * BigInt(computeMflops(record.computeCode, record.computeShift));
  const numerator =
    latencyUs * mbps * mflops +
    BigInt(spec.dataMB) * 8n * MICRO * mflops +
    BigInt(spec.computeGflop) * 1000n * MICRO * mbps;
  return ceilDiv(numerator, MICRO * mbps * mflops);
}

/** What durations depend on of a node, decoded: for loops that meet a record more than once. */
export interface NodeSpeed {
  readonly latencySec: number;
  readonly bandwidthMbps: number;
  /** Per GPU. */
  readonly computeMflops: number;
}

export function nodeSpeed(record: NodeRecord): NodeSpeed {
  return {
    latencySec: decode(record.latencyCode) / 1e6,
    bandwidthMbps: decode(record.bandwidthCode),
    computeMflops: computeMflops(record.computeCode, record.computeShift),
  };
}

/**
 * `durationSec` as a number, for loops over pairs: exact up to 2^32 − 1, Infinity above. What lasts longer is never
 * eligible, since `maxDurationSec` has 32 bits. `speed` is that of the record.
 */
export function fastDurationSec(spec: WorkloadSpec, record: NodeRecord, speed = nodeSpeed(record)): number {
  if (spec.leaseSec > 0) return spec.leaseSec;
  const estimate =
    speed.latencySec +
    (spec.dataMB * 8) / speed.bandwidthMbps +
    (spec.computeGflop * 1000) / (spec.gpus * speed.computeMflops);
  const error = estimate * RELATIVE_ERROR;
  const least = Math.ceil(estimate - error);
  if (least > UINT32_MAX) return Infinity;
  if (least === Math.ceil(estimate + error)) return least;
  const exact = durationSec(spec, record);
  return exact > UINT32_MAX ? Infinity : Number(exact);
}
