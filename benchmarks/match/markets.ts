/** Networks of any size to match on: one like a production cluster, one as varied as it can be. */
import { codeCeil, codeFloor, type NodeRecord, type WorkloadSpec } from '../../src/domain/index.ts';
import { OPENB_GPUS, OPENB_NODES } from '../../src/training/market.ts';
import { Random } from '../../src/training/random.ts';

export interface MarketWorkload {
  readonly spec: WorkloadSpec;
  readonly budgetMicro: number;
}

export interface Market {
  readonly name: 'openb' | 'uniform';
  node(): NodeRecord;
  workload(round: number): MarketWorkload;
}

const AICC = 1_000_000;
/** Nodes of this benchmark never go stale. */
const ALWAYS_FRESH = 2 ** 32 - 1;
const MFLOPS_PER_TFLOPS = 1_000_000;

interface Model {
  readonly classId: number;
  readonly memoryGiB: number;
  /** Dense fp16, as the vendor says; what the trace calls G2 and G3 is taken for an A10 and an A100. */
  readonly tflops: number;
  readonly watts: number;
  readonly askAicc: number;
}

const MODELS = {
  T4: { classId: 0, memoryGiB: 16, tflops: 65, watts: 70, askAicc: 0.15 },
  P100: { classId: 1, memoryGiB: 16, tflops: 21, watts: 250, askAicc: 0.2 },
  V100M16: { classId: 2, memoryGiB: 16, tflops: 125, watts: 300, askAicc: 0.5 },
  V100M32: { classId: 3, memoryGiB: 32, tflops: 125, watts: 300, askAicc: 0.6 },
  A10: { classId: 4, memoryGiB: 24, tflops: 125, watts: 150, askAicc: 0.35 },
  G2: { classId: 5, memoryGiB: 24, tflops: 125, watts: 150, askAicc: 0.4 },
  G3: { classId: 6, memoryGiB: 80, tflops: 312, watts: 400, askAicc: 1.2 },
} as const satisfies Record<string, Model>;

/** Run times that this benchmark's figures were measured with: seconds at 5, 15, … 95 %. */
const OPENB_RUN_SEC = [104, 174, 249, 414, 702, 1_129, 1_989, 4_006, 9_000, 14_699];
/** What a pod is taken to get out of a GPU in its run time. */
const REFERENCE_TFLOPS = 20;

/**
 * openb's node list, scaled: its mix of models and GPUs, part of the GPUs taken, one data centre's network, trust where
 * clean audits lead to. Every node has its own ask, every workload its own length and budget.
 */
export function openbMarket(seed: number): Market {
  const random = new Random(seed);
  return {
    name: 'openb',
    node() {
      const [name, gpus] = pick(random, OPENB_NODES, ([, , nodes]) => nodes);
      const model: Model = MODELS[name];
      const freeGpus = random.float() < 0.5 ? gpus : random.integer(gpus + 1);
      return nodeOf(model, gpus, freeGpus, {
        bandwidthMbps: 10_000,
        latencyUs: 1_000,
        trustBps: 9_985,
        green: false,
        askFactor: 0.7 + 0.6 * random.float(),
      });
    },
    workload(round) {
      const [gpus] = pick(random, OPENB_GPUS.default, ([, pods]) => pods);
      const at = random.float() * (OPENB_RUN_SEC.length - 1);
      const low = OPENB_RUN_SEC[Math.floor(at)]!;
      const runSec = low + (at % 1) * (OPENB_RUN_SEC[Math.floor(at) + 1]! - low);
      return workloadOf(random, gpus, runSec, round);
    },
  };
}

/** Every number of every node drawn by itself: almost every node is a class of its own, the worst that can be met. */
export function uniformMarket(seed: number): Market {
  const random = new Random(seed);
  return {
    name: 'uniform',
    node() {
      const gpus = 1 + random.integer(16);
      const model = {
        classId: random.integer(16),
        memoryGiB: 8 + random.integer(120),
        tflops: 10 + random.integer(300),
        watts: 50 + random.integer(600),
        askAicc: 0.1 + random.float(),
      };
      return nodeOf(model, gpus, 1 + random.integer(gpus), {
        bandwidthMbps: 100 + random.integer(40_000),
        latencyUs: 200 + random.integer(200_000),
        trustBps: 4_000 + random.integer(6_001),
        green: random.float() < 0.3,
        askFactor: 1,
      });
    },
    workload(round) {
      return workloadOf(random, 1 + random.integer(4), 60 + random.float() * 14_000, round);
    },
  };
}

interface Standing {
  readonly bandwidthMbps: number;
  readonly latencyUs: number;
  readonly trustBps: number;
  readonly green: boolean;
  readonly askFactor: number;
}

function nodeOf(model: Model, gpus: number, freeGpus: number, standing: Standing): NodeRecord {
  const computeShift = 10;
  return {
    gpus,
    freeGpus,
    memoryCode: codeFloor(model.memoryGiB * 1_024),
    computeCode: codeFloor(Math.floor((model.tflops * MFLOPS_PER_TFLOPS) / 2 ** computeShift)),
    computeShift,
    bandwidthCode: codeFloor(standing.bandwidthMbps),
    latencyCode: codeCeil(standing.latencyUs),
    wattsCode: codeCeil(model.watts),
    classId: model.classId,
    trustBps: standing.trustBps,
    active: true,
    flagged: false,
    excluded: false,
    green: standing.green,
    freshUntilRound: ALWAYS_FRESH,
    askMicroPerGpuHour: Math.round(model.askAicc * standing.askFactor * AICC),
    matchedRound: 0,
    matchedEntry: 0,
  };
}

function workloadOf(random: Random, gpus: number, runSec: number, round: number): MarketWorkload {
  const hours = runSec / 3_600;
  return {
    spec: {
      gpus,
      memoryCode: codeCeil((4 + random.integer(12)) * 1_024),
      classMask: 0,
      computeGflop: Math.round(runSec * REFERENCE_TFLOPS * 1_000 * gpus),
      dataMB: random.integer(2_000),
      leaseSec: 0,
      maxDurationSec: Math.ceil(runSec * 2),
      priority: random.integer(10_001),
      minTrustBps: 0,
      maxRetries: 1,
      submittedRound: round - 1,
    },
    budgetMicro: Math.ceil(gpus * hours * (0.5 + random.float()) * AICC),
  };
}

function pick<T>(random: Random, options: readonly T[], weight: (option: T) => number): T {
  return options[random.weighted(options.map(weight))]!;
}
