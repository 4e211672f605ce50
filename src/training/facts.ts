import { codeCeil, codeFloor, type NodeRecord } from '../domain/index.ts';
import type { SeenWorkload } from './workloads.ts';

/** A node in the units of a data sheet. */
export interface NodeFacts {
  readonly gpus: number;
  /** Of one GPU. */
  readonly tflops: number;
  readonly askAiccPerGpuHour: number;
  readonly memoryMiB?: number;
  readonly bandwidthMbps?: number;
  readonly latencyMs?: number;
  readonly watts?: number;
  readonly trustBps?: number;
  readonly green?: boolean;
}

/** A workload that others are drawn around. */
export interface WorkloadFacts {
  readonly gpus: number;
  readonly computeGflop: number;
  readonly dataMB: number;
  readonly budgetAicc: number;
  readonly memoryMiB?: number;
  readonly maxDurationSec?: number;
}

/** Five nodes of different speed, price and size; three sorts of work with budgets of about 2.5 times the cost. */
export const FIVE_NODES: readonly NodeFacts[] = [
  { gpus: 4, tflops: 20, askAiccPerGpuHour: 12 },
  { gpus: 2, tflops: 12, askAiccPerGpuHour: 6, bandwidthMbps: 80, latencyMs: 15 },
  { gpus: 8, tflops: 30, askAiccPerGpuHour: 22, bandwidthMbps: 400, green: true },
  { gpus: 4, tflops: 16, askAiccPerGpuHour: 9, bandwidthMbps: 200 },
  { gpus: 2, tflops: 40, askAiccPerGpuHour: 30, bandwidthMbps: 300 },
];

export const THREE_SORTS: readonly WorkloadFacts[] = [
  { gpus: 2, computeGflop: 2_000_000, dataMB: 100, budgetAicc: 1.1 },
  { gpus: 1, computeGflop: 800_000, dataMB: 400, budgetAicc: 0.6 },
  { gpus: 4, computeGflop: 6_000_000, dataMB: 200, budgetAicc: 3.3 },
];

const MICRO = 1_000_000;

export function nodeOf(facts: NodeFacts): NodeRecord {
  return {
    gpus: facts.gpus,
    freeGpus: facts.gpus,
    memoryCode: codeFloor(facts.memoryMiB ?? 16_384),
    computeCode: codeFloor(Math.floor((facts.tflops * MICRO) / 1_024)),
    computeShift: 10,
    bandwidthCode: codeFloor(facts.bandwidthMbps ?? 100),
    latencyCode: codeCeil((facts.latencyMs ?? 10) * 1_000),
    wattsCode: codeCeil(facts.watts ?? 300),
    classId: 0,
    trustBps: facts.trustBps ?? 5_000,
    active: true,
    flagged: false,
    excluded: false,
    green: facts.green ?? false,
    freshUntilRound: 0,
    askMicroPerGpuHour: Math.round(facts.askAiccPerGpuHour * MICRO),
    matchedRound: 0,
    matchedEntry: 0,
  };
}

export function workloadOf(facts: WorkloadFacts): SeenWorkload {
  return {
    spec: {
      gpus: facts.gpus,
      memoryCode: codeCeil(facts.memoryMiB ?? 8_192),
      classMask: 0,
      computeGflop: facts.computeGflop,
      dataMB: facts.dataMB,
      leaseSec: 0,
      maxDurationSec: facts.maxDurationSec ?? 3_600,
      priority: 8_000,
      minTrustBps: 0,
      maxRetries: 2,
      submittedRound: 0,
    },
    budgetMicro: Math.round(facts.budgetAicc * MICRO),
  };
}
