import { durationSec, type NodeRecord, type WorkloadSpec } from '../domain/index.ts';
import { exp, log } from './elementary.ts';
import type { Random } from './random.ts';

/** A workload that a network really saw. */
export interface SeenWorkload {
  readonly spec: WorkloadSpec;
  readonly budgetMicro: number;
}

/** Workloads of one sort: a real specification and how far its likes stray from it. */
export interface WorkloadKind {
  /** How often, relative to the other kinds. */
  readonly frequency: number;
  /** Priority and submittedRound are drawn anew. */
  readonly spec: WorkloadSpec;
  /** Micro-AICC, of `spec` itself. */
  readonly budgetMicro: number;
  /** GPUs are drawn from these; work, data and budget stay per GPU. Empty: as in `spec`. */
  readonly gpuChoices: readonly number[];
}

/** Where workloads come from. */
export interface WorkloadDistribution {
  readonly kinds: readonly WorkloadKind[];
  /** Sizes are multiplied by a factor log-uniform in [1 / sizeSpread, sizeSpread]; the budget follows. */
  readonly sizeSpread: number;
  /** The budget is further multiplied by a factor log-uniform in [1 / budgetSpread, budgetSpread]. */
  readonly budgetSpread: number;
  /** Part of the workloads that is urgent: priority uniform in 7000..10000, else in 0..3000. */
  readonly urgentShare: number;
}

const UINT32_MAX = 0xffff_ffff;
const DAY_SEC = 86_400;

/** A workload with all that is fixed about it and each node; arrays are by node. */
export interface SimulatedWorkload {
  readonly id: number;
  readonly spec: WorkloadSpec;
  readonly budgetMicro: number;
  readonly openUntilRound: number;
  matches: number;
  /** Luck drawn in advance, by match: the run fails if `luck` is under its probability, after `when` of its time. */
  readonly luck: Float64Array;
  readonly when: Float64Array;
  /** 1 where every hard rule but that on free GPUs holds. */
  readonly eligible: Uint8Array;
  readonly durationSec: Float64Array;
  readonly costMicro: Float64Array;
  /** Budget less cost and green: the weight of price alone. */
  readonly weightMicro: Float64Array;
  /** node × 24; those features that change with the round are written by `writeFeatures`. */
  readonly features: Int16Array;
}

/** Draws a workload that is submitted in `round`. The number of draws from `random` is always the same. */
export function drawWorkload(from: WorkloadDistribution, round: number, random: Random): SeenWorkload {
  const kind = from.kinds[random.weighted(from.kinds.map(({ frequency }) => frequency))]!;
  const pick = random.float();
  const size = spread(from.sizeSpread, random);
  const budget = spread(from.budgetSpread, random);
  const isUrgent = random.float() < from.urgentShare;
  const priority = isUrgent ? 7_000 + random.integer(3_001) : random.integer(3_001);

  const { gpuChoices, spec } = kind;
  const gpus = gpuChoices.length === 0 ? spec.gpus : gpuChoices[Math.floor(pick * gpuChoices.length)]!;
  const scale = (size * gpus) / spec.gpus;
  const longer = (sec: number) => Math.min(DAY_SEC * 365, Math.max(1, Math.round(sec * size)));
  return {
    spec: {
      ...spec,
      gpus,
      computeGflop: Math.round(spec.computeGflop * scale),
      dataMB: Math.min(UINT32_MAX, Math.round(spec.dataMB * size)),
      leaseSec: spec.leaseSec === 0 ? 0 : longer(spec.leaseSec),
      maxDurationSec: longer(spec.maxDurationSec),
      priority,
      submittedRound: round,
    },
    budgetMicro: Math.round(kind.budgetMicro * scale * budget),
  };
}

/** Seconds, in whole rounds, that a workload holds its GPUs: the mean over the nodes that can hold it, by GPUs. */
export function servingSec(
  spec: WorkloadSpec,
  nodes: readonly NodeRecord[],
  roundSec: number,
): number | null {
  let [sec, gpus] = [0, 0];
  for (const node of nodes) {
    if (node.gpus < spec.gpus || node.memoryCode < spec.memoryCode) continue;
    const duration = Number(durationSec(spec, node));
    if (duration > spec.maxDurationSec) continue;
    sec += node.gpus * (Math.ceil(duration / roundSec + 0.5) * roundSec);
    gpus += node.gpus;
  }
  return gpus === 0 ? null : sec / gpus;
}

function spread(factor: number, random: Random): number {
  return exp(random.uniform(-log(factor), log(factor)));
}
