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

/**
 * `durationSec` as a number, for loops over pairs: exact up to 2^32 − 1, Infinity above. What lasts longer is never
 * eligible, since `maxDurationSec` has 32 bits.
 */
export function fastDurationSec(spec: WorkloadSpec, record: NodeRecord): number {
  if (spec.leaseSec > 0) return spec.leaseSec;
  const mflops = spec.gpus * computeMflops(record.computeCode, record.computeShift);
  const estimate =
    decode(record.latencyCode) / 1e6 +
    (spec.dataMB * 8) / decode(record.bandwidthCode) +
    (spec.computeGflop * 1000) / mflops;
  const error = estimate * RELATIVE_ERROR;
  const least = Math.ceil(estimate - error);
  if (least > UINT32_MAX) return Infinity;
  if (least === Math.ceil(estimate + error)) return least;
  const exact = durationSec(spec, record);
  return exact > UINT32_MAX ? Infinity : Number(exact);
}
