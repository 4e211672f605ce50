import { fastDurationSec, type NodeRecord, type WorkloadSpec } from '../domain/index.ts';
import { allowsClass } from '../match/eligibility.ts';
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
  /** 0..10000 where it is known; else it is drawn. */
  readonly priority?: number;
}

/** Where workloads come from. */
export interface WorkloadDistribution {
  readonly kinds: readonly WorkloadKind[];
  /** Sizes are multiplied by a factor log-uniform in [1 / sizeSpread, sizeSpread]; the budget follows. */
  readonly sizeSpread: number;
  /** The budget is further multiplied by a factor log-uniform in [1 / budgetSpread, budgetSpread] … */
  readonly budgetSpread: number;
  /** … and by a log-normal one: the deviation of its logarithm. */
  readonly budgetSigma: number;
  /** Part of the workloads that is urgent: priority uniform in 7000..10000, else in 0..3000. */
  readonly urgentShare: number;
}

const UINT32_MAX = 0xffff_ffff;
const DAY_SEC = 86_400;

/** A workload and what has become of it. */
export interface SimulatedWorkload {
  readonly id: number;
  readonly spec: WorkloadSpec;
  readonly budgetMicro: number;
  readonly submittedSec: number;
  readonly openUntilRound: number;
  /** Its worth is gone this long after submission. */
  readonly patienceSec: number;
  /** Where its client is; -1 where the scenario has no regions. */
  readonly region: number;
  /** Luck drawn in advance, by match: the run fails if `luck` is under its probability, after `when` of its time. */
  readonly luck: readonly number[];
  readonly when: readonly number[];
  matches: number;
  ending: 'completed' | 'expired' | 'lost' | 'running' | 'open';
  startedSec: number | null;
  completedSec: number | null;
  failedRuns: number;
  priceMicro: number;
  gpuHours: number;
  kWh: number;
  gCo2: number;
}

/** The same kinds as they are met at a random moment: long ones more often. */
export function lengthBiased(kinds: readonly WorkloadKind[]): WorkloadKind[] {
  return kinds.map((kind) => {
    const { computeGflop, leaseSec, gpus } = kind.spec;
    return { ...kind, frequency: kind.frequency * (leaseSec > 0 ? leaseSec : computeGflop / gpus) };
  });
}

/** Draws kinds in proportion to their frequency. */
export class KindSampler {
  readonly #kinds: readonly WorkloadKind[];
  readonly #upTo: Float64Array;

  constructor(kinds: readonly WorkloadKind[]) {
    let sum = 0;
    this.#kinds = kinds;
    this.#upTo = Float64Array.from(kinds, ({ frequency }) => {
      sum += frequency;
      return sum;
    });
  }

  draw(random: Random): WorkloadKind {
    const upTo = this.#upTo;
    const at = random.float() * upTo[upTo.length - 1]!;
    let [low, high] = [0, upTo.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (upTo[middle]! > at) high = middle;
      else low = middle + 1;
    }
    return this.#kinds[low]!;
  }
}

/**
 * Draws a workload that is submitted in `round`, of any kind or of that of one job. The number of draws from `random` is
 * always the same.
 */
export function drawWorkload(
  from: WorkloadDistribution,
  sampler: KindSampler,
  round: number,
  random: Random,
  job: number | null = null,
): SeenWorkload {
  const drawn = sampler.draw(random);
  const kind = job === null ? drawn : from.kinds[job]!;
  const pick = random.float();
  const size = spread(from.sizeSpread, random);
  const budget = spread(from.budgetSpread, random) * exp(from.budgetSigma * random.normal());
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
      priority: kind.priority ?? priority,
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
    const duration = fastDurationSec(spec, node);
    if (duration > spec.maxDurationSec || !allowsClass(spec.classMask, node.classId)) continue;
    sec += node.gpus * (Math.ceil(duration / roundSec + 0.5) * roundSec);
    gpus += node.gpus;
  }
  return gpus === 0 ? null : sec / gpus;
}

function spread(factor: number, random: Random): number {
  return exp(random.uniform(-log(factor), log(factor)));
}
