import type { NodeRecord, WorkloadSpec } from '../index.ts';

/** A job of 2 GPUs that `idleNode` can take: 3,600 Tflop, 1 GB, an hour and a half at most. */
export const smallJob: WorkloadSpec = {
  gpus: 2,
  memoryCode: 100,
  classMask: 0,
  computeGflop: 3_600_000,
  dataMB: 1_000,
  leaseSec: 0,
  maxDurationSec: 5_400,
  priority: 0,
  minTrustBps: 0,
  maxRetries: 0,
  submittedRound: 10,
};

/** 8 free GPUs of 16 << 15 MFLOPS, 16 Mbps, 16 µs, 256 W, 1 AICC per GPU-hour. */
export const idleNode: NodeRecord = {
  gpus: 8,
  freeGpus: 8,
  memoryCode: 160,
  computeCode: 0,
  computeShift: 15,
  bandwidthCode: 0,
  latencyCode: 0,
  wattsCode: 64,
  classId: 3,
  trustBps: 5_000,
  active: true,
  flagged: false,
  excluded: false,
  green: false,
  freshUntilRound: 100,
  askMicroPerGpuHour: 1_000_000,
  matchedRound: 0,
  matchedEntry: 0,
};
