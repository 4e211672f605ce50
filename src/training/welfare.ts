import { decode, type NodeRecord } from '../domain/index.ts';
import type { Scenario } from './scenario.ts';
import type { SimulatedWorkload } from './workloads.ts';

/** Welfare by its terms, micro-AICC. What the network gains, then what it loses. */
export interface Terms {
  /** Completed work, weighted by priority. */
  value: number;
  /** Part of that value that was lost by waiting and running long. */
  waiting: number;
  /** What the work cost the nodes: ask × GPU time, also of runs that failed. */
  cost: number;
  /** GPUs waiting for data. */
  transfer: number;
  /** Energy of nodes that are not green. */
  energy: number;
  /** Work for nodes that are behind their share, less that for nodes ahead. */
  fairness: number;
}

export const TERMS = ['value', 'waiting', 'cost', 'transfer', 'energy', 'fairness'] as const;

export function emptyTerms(): Terms {
  return { value: 0, waiting: 0, cost: 0, transfer: 0, energy: 0, fairness: 0 };
}

/** The sum that policies are compared by. */
export function welfareOf(terms: Terms): number {
  return terms.value - terms.waiting - terms.cost - terms.transfer - terms.energy + terms.fairness;
}

interface MatchedPair {
  readonly scenario: Scenario;
  readonly node: NodeRecord;
  readonly workload: SimulatedWorkload;
  readonly duration: number;
  /** From being open to completion. */
  readonly delaySec: number;
  /** How far the node is ahead of its share of work. */
  readonly lead: number;
}

/**
 * Adds what a match brings: `completion` is how much of a completion it is (0 or 1, or its probability),
 * `part` how much of the run happens.
 */
export function addOutcome(
  terms: Terms,
  pair: MatchedPair,
  c: number,
  completion: number,
  part: number,
): void {
  const { node, workload, duration } = pair;
  const { welfare } = pair.scenario;
  const { spec, budgetMicro } = workload;
  const urgency = spec.priority / 10_000;
  const patienceSec =
    welfare.calmPatienceSec + (welfare.urgentPatienceSec - welfare.calmPatienceSec) * urgency;
  const value = completion * budgetMicro * (1 + welfare.urgencyValue * urgency);
  const gpuHours = (spec.gpus * duration) / 3_600;
  const transferHours = (spec.gpus * spec.dataMB * 8) / decode(node.bandwidthCode) / 3_600;
  const kWh = node.green ? 0 : (decode(node.wattsCode) * gpuHours) / 1_000;

  terms.value += value;
  terms.waiting += value * Math.min(1, pair.delaySec / patienceSec);
  terms.cost += part * workload.costMicro[c]!;
  terms.transfer += Math.min(part * gpuHours, transferHours) * welfare.transferMicroPerGpuHour;
  terms.energy += part * kWh * welfare.energyMicroPerKWh;
  terms.fairness -= (welfare.fairnessBps / 10_000) * budgetMicro * pair.lead;
}
