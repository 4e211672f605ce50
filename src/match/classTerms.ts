import {
  bandwidthMbps,
  ceilDiv,
  computeMflops,
  durationSec,
  latencyUs,
  type NodeRecord,
  type WorkloadSpec,
  wattsPerGpu,
} from '../domain/index.ts';
import { allowsClass } from './eligibility.ts';
import { MAX_PENALTY, type WeightParameters } from './weight.ts';

/** What a class of nodes has in common, decoded. */
export interface ClassTraits {
  readonly record: NodeRecord;
  readonly latencySec: number;
  readonly secPerMB: number;
  readonly mflops: number;
  readonly watts: number;
}

export function traitsOf(record: NodeRecord): ClassTraits {
  return {
    record,
    latencySec: latencyUs(record.latencyCode) / 1e6,
    secPerMB: 8 / bandwidthMbps(record.bandwidthCode),
    mflops: computeMflops(record.computeCode, record.computeShift),
    watts: wattsPerGpu(record.wattsCode),
  };
}

/** `reasonAgainst` without its reasons, for a node that is registered, active, fresh, and neither flagged nor excluded. */
export function meetsNeeds(spec: WorkloadSpec, record: NodeRecord, flagBelowTrustBps: number): boolean {
  return (
    record.freeGpus >= spec.gpus &&
    record.gpus >= spec.gpus &&
    record.memoryCode >= spec.memoryCode &&
    record.trustBps >= spec.minTrustBps &&
    record.trustBps >= flagBelowTrustBps &&
    allowsClass(spec.classMask, record.classId)
  );
}

/** `durationSec` as a number; Infinity where it is longer than any workload may last. */
export function secondsOn(spec: WorkloadSpec, { record, latencySec, secPerMB, mflops }: ClassTraits): number {
  if (spec.leaseSec > 0) return spec.leaseSec;
  // Three quotients, two products, two sums, each within 2^-53 of itself: together well within 2^-49.
  const near = latencySec + spec.dataMB * secPerMB + (spec.computeGflop * 1000) / (spec.gpus * mflops);
  const low = Math.ceil(near * (1 - 2 ** -49));
  if (low === Math.ceil(near * (1 + 2 ** -49))) return low;
  return Number(durationSec(spec, record));
}

/** ceilDiv(a · b, divisor) of integers below 2^53; Infinity where that does not fit 2^53 - 1. */
export function mulDivUp(a: number, b: number, divisor: number): number {
  const product = a * b;
  if (product <= Number.MAX_SAFE_INTEGER) return divUp(product, divisor);
  const exact = ceilDiv(BigInt(a) * BigInt(b), BigInt(divisor));
  return exact <= Number.MAX_SAFE_INTEGER ? Number(exact) : Number.POSITIVE_INFINITY;
}

function divUp(a: number, divisor: number): number {
  const rest = a % divisor;
  return rest === 0 ? a / divisor : (a - rest) / divisor + 1;
}

const QUALITY_DIVISOR = MAX_PENALTY * 3_600;
const GREEN_DIVISOR = 3_600 * 1_000;

/** As `weigh` has it, with penalty · maxPenaltyMicroPerGpuHour < 2^53. */
export function qualityMicro(
  penalty: number,
  gpuSec: number,
  { maxPenaltyMicroPerGpuHour }: WeightParameters,
): number {
  return shareUp(penalty * maxPenaltyMicroPerGpuHour, gpuSec, QUALITY_DIVISOR);
}

export function greenMicro(
  { record, watts }: ClassTraits,
  gpuSec: number,
  { greenMicroPerKWh }: WeightParameters,
): number {
  return record.green ? 0 : shareUp(watts * greenMicroPerKWh, gpuSec, GREEN_DIVISOR);
}

/** `mulDivUp` for a large `a` and a small `b`: whole divisors are taken out of `a` first, so that less needs BigInt. */
function shareUp(a: number, b: number, divisor: number): number {
  if (a === 0) return 0;
  const rest = a % divisor;
  return ((a - rest) / divisor) * b + mulDivUp(rest, b, divisor);
}
