import type { Candidate, Explanation, Verdict } from '../AICChain.ts';
import { neededMemoryCode } from '../domain/codes.ts';
import { AICChainError } from '../domain/errors.ts';
import type { FeeRates, WorkloadSpec } from '../domain/types.ts';
import { formatAicc } from '../domain/units.ts';
import { escrowMicro } from '../settlement/index.ts';
import type { NetworkState } from '../state/index.ts';
import { formatDuration } from './duration.ts';
import type { Spec } from './spec.ts';
import { WHY } from './verdicts.ts';
import { roundAicc } from './words.ts';
import { FileProblems } from './yamlFile.ts';

/** What time cannot change. */
const FOR_GOOD: ReadonlySet<Verdict> = new Set([
  'NotRegistered',
  'ClassNotAllowed',
  'TooFewGpus',
  'TooLittleMemory',
  'TooSlow',
]);

export const PLAN_HEADER = [
  'node',
  'GPUs free',
  'trust',
  'takes',
  'cost',
  'quality',
  'green',
  'worth',
  'why or why not',
] as const;

/** The candidates as a table: why, or why not. */
export function planRows({ candidates }: Explanation): string[][] {
  return candidates.map(({ node, verdict, priceMicro, weight, trustBps, record }) => {
    const known = weight.ineligible === 'None';
    const amount = (micro: bigint) => (known ? roundAicc(micro) : '-');
    return [
      String(node),
      `${record.freeGpus} of ${record.gpus}`,
      `${(trustBps / 100).toFixed(1)} %`,
      weight.durationSec > 0n ? formatDuration(Number(weight.durationSec)) : '-',
      amount(weight.costMicro),
      amount(weight.qualityMicro),
      amount(weight.greenMicro),
      amount(weight.weightMicro),
      WHY[verdict] + (priceMicro === undefined ? '' : ` at ${roundAicc(priceMicro)} AICC`),
    ];
  });
}

/** Refuses what no node of the network could ever take, naming why each cannot. */
export function refuseImpossible({ candidates }: Explanation): void {
  if (candidates.some(({ verdict }) => !FOR_GOOD.has(verdict))) return;
  if (candidates.length === 0) {
    throw new AICChainError('NO_NODE_CAN', 'the network has no node yet that could hold this workload', {
      hint: 'Offer one with `aicchain node register`, or submit with --anyway and wait for one.',
    });
  }
  const counts = new Map<string, number>();
  for (const { verdict } of candidates) counts.set(WHY[verdict], (counts.get(WHY[verdict]) ?? 0) + 1);
  const told = [...counts].map(([why, count]) => `${why} (${count})`).join(', ');
  throw new AICChainError('NO_NODE_CAN', `no node of the network can hold this workload: ${told}`, {
    hint: 'Ask for less, or submit with --anyway and wait for other nodes.',
  });
}

/** Where the plan says less than it seems. */
export function planNotes({ candidates }: Explanation): string[] {
  const eligible = candidates.filter(({ weight }) => weight.ineligible === 'None');
  if (candidates.length === 0) return [];
  if (eligible.length === 0)
    return ['No node can take it at this moment; it would wait until it is no longer open.'];
  const affordable = eligible.filter(({ verdict }) => verdict !== 'OverBudget');
  if (affordable.length === 0)
    return [
      `Every node is too expensive; the cheapest takes ${formatAicc(cheapest(eligible))} AICC for the work.`,
    ];
  if (affordable.length === 1)
    return ['Only one node can take it: without competition it earns the whole budget for the work.'];
  return [];
}

/** What the least dear of the candidates would take of the budget. */
function cheapest(candidates: readonly Candidate[]): bigint {
  const needs = candidates.map(({ weight }) => weight.costMicro + weight.qualityMicro + weight.greenMicro);
  return needs.reduce((least, need) => (need - least < 0n ? need : least));
}

export const feeRatesAt = (state: NetworkState, round: number): FeeRates => state.parametersAt(round);

/** What of the budget is for the work itself: the most whose escrow stays within the total. */
export function budgetForWork(spec: Spec, rates: FeeRates): number {
  if ('forWorkMicro' in spec.budget) return spec.budget.forWorkMicro;
  const { totalMicro } = spec.budget;
  let low = 0;
  let high = totalMicro;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (escrowMicro(middle, spec.priority, rates) <= totalMicro) low = middle;
    else high = middle - 1;
  }
  if (low > 0) return low;
  throw new AICChainError(
    'BUDGET_TOO_SMALL',
    `a budget of ${formatAicc(totalMicro)} AICC does not even pay the fees`,
    {
      hint: `The matcher's least fee alone is ${formatAicc(rates.matcherFloorMicro)} AICC.`,
    },
  );
}

/** The spec as the chain will hold it, submitted in `round`. */
export function chainSpec(spec: Spec, state: NetworkState, round: number): WorkloadSpec {
  return {
    gpus: spec.gpus,
    memoryCode: neededMemoryCode(spec.memoryMiBPerGpu),
    classMask: classMask(spec, state),
    computeGflop: spec.computeGflop,
    dataMB: spec.dataMB,
    leaseSec: spec.leaseSec,
    maxDurationSec: spec.maxDurationSec,
    priority: spec.priority,
    minTrustBps: spec.minTrustBps,
    maxRetries: spec.retries,
    submittedRound: round,
  };
}

function classMask({ classes, classesPlace }: Spec, state: NetworkState): number {
  const known = [...state.classes].map(([id, { name }]) => ({ id, name }));
  let mask = 0;
  for (const wanted of classes) {
    const found = known.find(({ name, id }) => name === wanted && id < 16);
    if (!found) {
      const names = known.map(({ name }) => name).join(', ');
      throw new FileProblems(
        [`${classesPlace}: field \`classes\`: there is no class "${wanted}"`],
        `This network has: ${names}.`,
      );
    }
    mask |= 1 << found.id;
  }
  return mask;
}
