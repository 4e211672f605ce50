import {
  fastDurationSec,
  mulMulDivUp,
  type NodeRecord,
  type NodeSpeed,
  nodeSpeed,
  type WorkloadSpec,
  wattsPerGpu,
} from '../domain/index.ts';
import { allowsClass } from './eligibility.ts';
import { MAX_PENALTY, type WeightParameters } from './weight.ts';

// The arithmetic of `weigh` and `reasonAgainst` in numbers, for the pairs of a whole round: amounts are exact up to
// 2^53 - 1, and above every budget, or Infinity, where they are more.

const SEC_PER_HOUR = 3_600;
const WATTS_PER_KW = 1_000;

/** What a class of nodes has in common. */
export interface ClassTraits {
  /** Of one of its nodes. */
  readonly record: NodeRecord;
  readonly speed: NodeSpeed;
  readonly watts: number;
}

export function traitsOf(record: NodeRecord): ClassTraits {
  return { record, speed: nodeSpeed(record), watts: wattsPerGpu(record.wattsCode) };
}

/**
 * GPU-seconds of a workload on a class where it is eligible, else Infinity; of nodes that are registered, active, fresh,
 * and neither flagged nor excluded.
 */
export function gpuSecOn(spec: WorkloadSpec, traits: ClassTraits, flagBelowTrustBps: number): number {
  const { record } = traits;
  const meetsNeeds =
    record.trustBps >= spec.minTrustBps &&
    record.trustBps >= flagBelowTrustBps &&
    allowsClass(spec.classMask, record.classId) &&
    record.gpus >= spec.gpus &&
    record.freeGpus >= spec.gpus &&
    record.memoryCode >= spec.memoryCode;
  if (!meetsNeeds) return Number.POSITIVE_INFINITY;
  const durationSec = fastDurationSec(spec, record, traits.speed);
  return durationSec > spec.maxDurationSec ? Number.POSITIVE_INFINITY : spec.gpus * durationSec;
}

export function costMicro(askMicroPerGpuHour: number, gpuSec: number): number {
  return mulMulDivUp(askMicroPerGpuHour, gpuSec, 1, SEC_PER_HOUR);
}

export function qualityMicro(penalty: number, gpuSec: number, parameters: WeightParameters): number {
  return mulMulDivUp(penalty, parameters.maxPenaltyMicroPerGpuHour, gpuSec, MAX_PENALTY * SEC_PER_HOUR);
}

export function greenMicro(
  { record, watts }: ClassTraits,
  gpuSec: number,
  parameters: WeightParameters,
): number {
  return record.green
    ? 0
    : mulMulDivUp(watts, parameters.greenMicroPerKWh, gpuSec, SEC_PER_HOUR * WATTS_PER_KW);
}
