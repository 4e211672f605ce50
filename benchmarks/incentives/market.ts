/** Markets to search for profitable lies in: nodes with true costs, workloads with true values, both named by a seed. */
import { codeFloor, type NodeRecord, nodeMemoryCode, type WorkloadSpec } from '../../src/domain/index.ts';
import { exp, log } from '../../src/training/elementary.ts';
import type { Random } from '../../src/training/random.ts';

/** A workload and what it is worth to its client, whose truthful budget that is. */
export interface Job {
  readonly spec: WorkloadSpec;
  readonly budgetMicro: number;
}

/** One round. The ask of a node's record is its true cost, micro-AICC per GPU-hour. */
export interface Market {
  readonly round: number;
  readonly nodes: readonly NodeRecord[];
  readonly workloads: readonly Job[];
}

/** What a GPU of a class is, and what an hour of it costs its owner: lognormal around the median. */
interface GpuClass {
  readonly share: number;
  readonly memoryMiB: number;
  readonly mflops: number;
  readonly wattsCode: number;
  readonly gpusOfNode: readonly number[];
  readonly medianCostMicro: number;
}

const TFLOPS = 1_000_000;
const SHIFT = 10;
const CLASSES: readonly GpuClass[] = [
  gpuClass(0.35, 24_576, 80 * TFLOPS, 350, [1, 1, 2, 4], 350_000),
  gpuClass(0.25, 49_152, 90 * TFLOPS, 300, [1, 2, 4, 8], 700_000),
  gpuClass(0.3, 81_920, 300 * TFLOPS, 700, [4, 8, 8], 1_900_000),
  gpuClass(0.1, 144_384, 400 * TFLOPS, 1_000, [8], 2_800_000),
];
const DATA_CENTRE = 0b1100;
const COST_SIGMA = 0.35;

/** Sorts of work; a GPU-hour of the class that it is priced by costs `medianCostMicro`, it is worth more than that. */
interface Kind {
  readonly share: number;
  readonly gpus: readonly number[];
  readonly memoryMiB: number;
  readonly classMask: number;
  readonly pricedBy: number;
  /** Hours, log-uniform. */
  readonly hours: readonly [number, number];
  readonly lease: boolean;
}

const KINDS: readonly Kind[] = [
  { share: 0.4, gpus: [1], memoryMiB: 16_384, classMask: 0, pricedBy: 0, hours: [0.5, 3], lease: true },
  { share: 0.25, gpus: [1, 2], memoryMiB: 20_480, classMask: 0, pricedBy: 0, hours: [0.5, 2], lease: false },
  {
    share: 0.2,
    gpus: [1, 2, 4],
    memoryMiB: 40_960,
    classMask: 0,
    pricedBy: 1,
    hours: [0.5, 4],
    lease: false,
  },
  {
    share: 0.15,
    gpus: [4, 8],
    memoryMiB: 65_536,
    classMask: DATA_CENTRE,
    pricedBy: 2,
    hours: [1, 4],
    lease: false,
  },
];
/** A budget is what the work costs at the median times a lognormal factor of this median. */
const MEDIAN_VALUE = 1.8;
const VALUE_SIGMA = 0.4;
const BUSY_SHARE = 0.3;
const FOREVER = 0xffff_ffff;
const ROUND = 100;

/** Workloads for every hundred nodes in a single round. */
const DEMANDS = [10, 20, 30] as const;

/** A round of `size` nodes with scarce, middling or plentiful work, as the seed has it. */
export function drawMarket(random: Random, size: number): Market {
  const jobs = Math.max(2, Math.ceil((size * random.choice(DEMANDS)) / 100));
  return {
    round: ROUND,
    nodes: drawNodes(random, size),
    workloads: Array.from({ length: jobs }, () => drawJob(random, ROUND - random.integer(6))),
  };
}

export function drawNodes(random: Random, size: number): readonly NodeRecord[] {
  return Array.from({ length: size }, () => drawNode(random));
}

function drawNode(random: Random): NodeRecord {
  const classId = random.weighted(CLASSES.map(({ share }) => share));
  const of = CLASSES[classId]!;
  const gpus = random.choice(of.gpusOfNode);
  return {
    gpus,
    freeGpus: random.float() < BUSY_SHARE ? random.integer(gpus + 1) : gpus,
    memoryCode: nodeMemoryCode(of.memoryMiB),
    computeCode: codeFloor(Math.floor((of.mflops * random.uniform(0.85, 1)) / 2 ** SHIFT)),
    computeShift: SHIFT,
    bandwidthCode: codeFloor(Math.floor(200 * exp(random.uniform(0, 3)))),
    latencyCode: codeFloor(Math.floor(5_000 * exp(random.uniform(0, 2)))),
    wattsCode: of.wattsCode,
    classId,
    trustBps: 4_000 + random.integer(6_001),
    active: true,
    flagged: false,
    excluded: false,
    green: random.float() < 0.3,
    freshUntilRound: FOREVER,
    askMicroPerGpuHour: Math.max(1, Math.round(of.medianCostMicro * exp(COST_SIGMA * random.normal()))),
    matchedRound: 0,
    matchedEntry: 0,
  };
}

/** A workload submitted in `round`. A job's work is what a middling GPU of the class that prices it does in its hours. */
export function drawJob(random: Random, round: number): Job {
  const kind = KINDS[random.weighted(KINDS.map(({ share }) => share))]!;
  const of = CLASSES[kind.pricedBy]!;
  const gpus = random.choice(kind.gpus);
  const hours = kind.hours[0] * exp(random.float() * log(kind.hours[1] / kind.hours[0]));
  const seconds = Math.round(3_600 * hours);
  const worth = of.medianCostMicro * gpus * hours * MEDIAN_VALUE * exp(VALUE_SIGMA * random.normal());
  return {
    spec: {
      gpus,
      memoryCode: nodeMemoryCode(kind.memoryMiB),
      classMask: kind.classMask,
      computeGflop: kind.lease ? 0 : Math.round((gpus * seconds * of.mflops) / 1_000),
      dataMB: kind.lease ? 0 : random.integer(20_000),
      leaseSec: kind.lease ? seconds : 0,
      maxDurationSec: 3 * seconds,
      priority: random.float() < 0.3 ? 7_000 + random.integer(3_001) : random.integer(3_001),
      minTrustBps: random.choice([0, 0, 5_000]),
      maxRetries: 0,
      submittedRound: round,
    },
    budgetMicro: Math.round(worth),
  };
}

function gpuClass(
  share: number,
  memoryMiB: number,
  mflops: number,
  watts: number,
  gpusOfNode: readonly number[],
  medianCostMicro: number,
): GpuClass {
  return { share, memoryMiB, mflops, wattsCode: codeFloor(watts), gpusOfNode, medianCostMicro };
}
