import type { WorkloadSpec } from '../domain/index.ts';
import type { Scenario } from './scenario.ts';
import type { SimulatedWorkload } from './workloads.ts';

/**
 * Welfare by its terms, micro-AICC. What the network gains, then what it loses: Σ over matches of
 * value − waiting − cost − transfer − energy − carbon + fairness. A run that fails adds its cost and no value, and its
 * workload has lost that time when it is matched again. What is never matched adds nothing.
 */
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
  /** What that energy emitted, at the price of carbon. */
  carbon: number;
  /** Work for nodes that are behind their share, less that for nodes ahead. */
  fairness: number;
}

export const TERMS = ['value', 'waiting', 'cost', 'transfer', 'energy', 'carbon', 'fairness'] as const;

export function emptyTerms(): Terms {
  return { value: 0, waiting: 0, cost: 0, transfer: 0, energy: 0, carbon: 0, fairness: 0 };
}

/** The sum that policies are compared by. */
export function welfareOf(terms: Terms): number {
  const losses = terms.waiting + terms.cost + terms.transfer + terms.energy + terms.carbon;
  return terms.value - losses + terms.fairness;
}

/** A workload on a node, as it truly goes. */
export interface MatchedPair {
  readonly workload: SimulatedWorkload;
  readonly askMicroPerGpuHour: number;
  readonly isGreen: boolean;
  /** Per GPU. */
  readonly watts: number;
  readonly gCo2PerKWh: number;
  /** Of the whole run, and of its transfer alone. */
  readonly durationSec: number;
  readonly transferSec: number;
  /** From submission to completion. */
  readonly delaySec: number;
  /** How far the node is ahead of its share of work; in [-1, 1]. */
  readonly lead: number;
}

/** The worth of a workload is gone this long after submission. */
export function patienceSec({ welfare }: Scenario, { priority, maxDurationSec }: WorkloadSpec): number {
  const { calmPatienceSec, urgentPatienceSec, calmPatienceRuns, urgentPatienceRuns } = welfare;
  const urgency = priority / 10_000;
  const sec = calmPatienceSec + (urgentPatienceSec - calmPatienceSec) * urgency;
  return sec + (calmPatienceRuns + (urgentPatienceRuns - calmPatienceRuns) * urgency) * maxDurationSec;
}

/**
 * Adds what a match brings: `completion` is how much of a completion it is (0 or 1, or its probability), `heldSec` how long
 * the run holds its GPUs (or is expected to).
 */
export function addOutcome(
  terms: Terms,
  { welfare }: Scenario,
  pair: MatchedPair,
  completion: number,
  heldSec: number,
): void {
  const { spec, budgetMicro } = pair.workload;
  const value = completion * budgetMicro * (1 + (welfare.urgencyValue * spec.priority) / 10_000);
  const gpuHours = (spec.gpus * heldSec) / 3_600;
  const transferHours = (spec.gpus * Math.min(heldSec, pair.transferSec)) / 3_600;
  const kWh = pair.isGreen ? 0 : (pair.watts * gpuHours) / 1_000;

  terms.value += value;
  terms.waiting += value * Math.min(1, pair.delaySec / pair.workload.patienceSec);
  terms.cost += gpuHours * pair.askMicroPerGpuHour;
  terms.transfer += transferHours * welfare.transferMicroPerGpuHour;
  terms.energy += kWh * welfare.energyMicroPerKWh;
  terms.carbon += ((kWh * pair.gCo2PerKWh) / 1e6) * welfare.carbonMicroPerTonne;
  terms.fairness -= (welfare.fairnessBps / 10_000) * budgetMicro * pair.lead;
}
