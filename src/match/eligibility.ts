import { durationSec, type Ineligible, type NodeRecord, type WorkloadSpec } from '../domain/index.ts';

/**
 * Why a node cannot take a workload in a round: the first hard rule that it breaks, or 'None'.
 * `open` is whether the workload is open in that round; `record` undefined is a node that is not registered.
 */
export function reasonAgainst(
  spec: WorkloadSpec,
  record: NodeRecord | undefined,
  round: number,
  open: boolean,
  flagBelowTrustBps: number,
): Ineligible {
  if (record === undefined) return 'NotRegistered';
  if (!record.active) return 'Inactive';
  if (record.excluded) return 'Excluded';
  if (record.flagged) return 'Flagged';
  if (round > record.freshUntilRound) return 'Stale';
  if (record.trustBps < Math.max(spec.minTrustBps, flagBelowTrustBps)) return 'TrustTooLow';
  if (!allowsClass(spec.classMask, record.classId)) return 'ClassNotAllowed';
  if (record.gpus < spec.gpus) return 'TooFewGpus';
  if (record.freeGpus < spec.gpus) return 'NoFreeGpus';
  if (record.memoryCode < spec.memoryCode) return 'TooLittleMemory';
  if (!open) return 'WorkloadNotOpen';
  if (durationSec(spec, record) > BigInt(spec.maxDurationSec)) return 'TooSlow';
  return 'None';
}

/** The mask has 16 bits: a class from 16 on is allowed only by the mask 0, which allows all. */
export function allowsClass(classMask: number, classId: number): boolean {
  return classMask === 0 || (classId < 16 && ((classMask >> classId) & 1) === 1);
}
