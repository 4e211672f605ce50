import type { NodeRecord, WorkloadSpec } from '../index.ts';

export const UINT32 = 2 ** 32 - 1;
export const MAX_GPUS = 2 ** 12 - 1;
export const MAX_MICRO = 2 ** 53 - 1;

type Ranges<T> = {
  readonly [K in keyof T]: T[K] extends boolean ? never : readonly [min: number, max: number];
};
type Flags = 'active' | 'flagged' | 'excluded' | 'green';

/** Every value that a field of the packed word can hold and a submission may have. */
export const SPEC_RANGES: Ranges<WorkloadSpec> = {
  gpus: [1, MAX_GPUS],
  memoryCode: [0, 255],
  classMask: [0, 2 ** 16 - 1],
  computeGflop: [0, 2 ** 48 - 1],
  dataMB: [0, UINT32],
  leaseSec: [0, UINT32],
  maxDurationSec: [1, UINT32],
  priority: [0, 10_000],
  minTrustBps: [0, 10_000],
  maxRetries: [0, 3],
  submittedRound: [0, UINT32],
};

export const RECORD_RANGES: Ranges<Omit<NodeRecord, Flags>> = {
  gpus: [1, MAX_GPUS],
  freeGpus: [0, MAX_GPUS],
  memoryCode: [0, 255],
  computeCode: [0, 255],
  computeShift: [0, 24],
  bandwidthCode: [0, 255],
  latencyCode: [0, 255],
  wattsCode: [0, 255],
  classId: [0, 255],
  trustBps: [0, 10_000],
  freshUntilRound: [0, UINT32],
  askMicroPerGpuHour: [0, 2 ** 40 - 1],
  matchedRound: [0, UINT32],
  matchedEntry: [0, 2 ** 16 - 1],
};
