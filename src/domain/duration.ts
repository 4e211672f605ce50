import { computeMflops, decode } from './codes.ts';
import { ceilDiv } from './division.ts';
import type { NodeRecord, WorkloadSpec } from './types.ts';

const MICRO = 1_000_000n;

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
