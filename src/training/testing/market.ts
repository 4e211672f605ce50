import type { NodeRecord, WorkloadSpec } from '../../domain/index.ts';
import { FIVE_NODES as FIVE, nodeOf, THREE_SORTS, workloadOf } from '../facts.ts';
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
  const { tflops, mbps, askAicc, ...rest } = of;
  const speed = mbps === undefined ? {} : { bandwidthMbps: mbps };
  return nodeOf({ ...rest, ...speed, tflops, askAiccPerGpuHour: askAicc });
}

export const workload = (gpus: number, computeGflop: number, dataMB: number): WorkloadSpec =>
  workloadOf({ gpus, computeGflop, dataMB, budgetAicc: 0 }).spec;

export const FIVE_NODES: readonly NodeRecord[] = FIVE.map(nodeOf);

export const SEEN = THREE_SORTS.map(workloadOf);

export const MARKET: Scenario = scenarioOf(FIVE_NODES, SEEN);
