import { codeCeil, codeFloor, type NodeRecord, type WorkloadSpec } from '../../domain/index.ts';
import { type Scenario, scenarioOf } from '../scenario.ts';

/** A node as tests name it: what differs from a middling one. */
export function node(of: {
  gpus: number;
  tflops: number;
  mbps?: number;
  latencyMs?: number;
  watts?: number;
  askAicc: number;
  trustBps?: number;
  green?: boolean;
}): NodeRecord {
  return {
    gpus: of.gpus,
    freeGpus: of.gpus,
    memoryCode: codeFloor(16_384),
    computeCode: codeFloor(Math.floor((of.tflops * 1e6) / 1_024)),
    computeShift: 10,
    bandwidthCode: codeFloor(of.mbps ?? 100),
    latencyCode: codeCeil((of.latencyMs ?? 10) * 1_000),
    wattsCode: codeCeil(of.watts ?? 300),
    classId: 0,
    trustBps: of.trustBps ?? 5_000,
    active: true,
    flagged: false,
    excluded: false,
    green: of.green ?? false,
    freshUntilRound: 12,
    askMicroPerGpuHour: Math.round(of.askAicc * 1e6),
    matchedRound: 0,
    matchedEntry: 0,
  };
}

export function workload(gpus: number, computeGflop: number, dataMB: number): WorkloadSpec {
  return {
    gpus,
    memoryCode: codeCeil(8_192),
    classMask: 0,
    computeGflop,
    dataMB,
    leaseSec: 0,
    maxDurationSec: 3_600,
    priority: 8_000,
    minTrustBps: 0,
    maxRetries: 2,
    submittedRound: 0,
  };
}

/** Five nodes of different speed, price and size; three sorts of work with budgets of about 2.5 times the cost. */
export const FIVE_NODES: readonly NodeRecord[] = [
  node({ gpus: 4, tflops: 20, askAicc: 12 }),
  node({ gpus: 2, tflops: 12, askAicc: 6, mbps: 80, latencyMs: 15 }),
  node({ gpus: 8, tflops: 30, askAicc: 22, mbps: 400, green: true }),
  node({ gpus: 4, tflops: 16, askAicc: 9, mbps: 200 }),
  node({ gpus: 2, tflops: 40, askAicc: 30, mbps: 300 }),
];

export const SEEN = [
  { spec: workload(2, 2_000_000, 100), budgetMicro: 1_100_000 },
  { spec: workload(1, 800_000, 400), budgetMicro: 600_000 },
  { spec: workload(4, 6_000_000, 200), budgetMicro: 3_300_000 },
];

export const MARKET: Scenario = scenarioOf(FIVE_NODES, SEEN);
