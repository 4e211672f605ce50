import { threadPool } from '../../src/trainer/threadPool.ts';
import {
  DEFAULT_PPO,
  type PpoOptions,
  type Scenario,
  train,
  type UpdateMetrics,
  updateOnBatch,
} from '../../src/training/index.ts';

const clock = () => performance.now() / 1_000;

/** Wall time of acting and of learning; judging checkpoints is neither. */
export interface LoopTime {
  readonly decisions: number;
  readonly environmentSec: number;
  readonly learnerSec: number;
}

/** A judged moment of a training. */
export interface Checkpoint {
  /** Acting and learning until then. */
  readonly loopSec: number;
  /** The same, judging included: what a user waits. */
  readonly wallSec: number;
  readonly decisions: number;
  /** Welfare over that of price alone, minus 1, on the validation seeds. */
  readonly gain: number;
}

/** The whole loop for so many updates; the first, in which engines compile, is not counted. */
export async function loopTime(scenario: Scenario, workers: number, updates: number): Promise<LoopTime> {
  const history = await historyOf(scenario, workers, {
    updates: updates + 1,
    checkpointEvery: updates + 1,
    validationSeeds: DEFAULT_PPO.validationSeeds.slice(0, 1),
    temperatureEnd: DEFAULT_PPO.temperatureStart,
  });
  const counted = history.slice(1).map(({ metrics }) => metrics);
  const sum = (of: (metrics: UpdateMetrics) => number) => counted.reduce((all, one) => all + of(one), 0);
  return {
    decisions: counted.at(-1)!.decisions - history[0]!.metrics.decisions,
    environmentSec: sum((metrics) => metrics.environmentSec),
    learnerSec: sum((metrics) => metrics.learnerSec),
  };
}

/** One training, and how good it was when. */
export async function checkpointsOf(
  scenario: Scenario,
  workers: number,
  options: Partial<PpoOptions>,
): Promise<readonly Checkpoint[]> {
  const checkpoints: Checkpoint[] = [];
  let loopSec = 0;
  for (const { metrics, wallSec } of await historyOf(scenario, workers, options)) {
    loopSec += metrics.environmentSec + metrics.learnerSec;
    const { validationGain: gain, decisions } = metrics;
    if (gain !== null) checkpoints.push({ loopSec, wallSec, decisions, gain });
  }
  return checkpoints;
}

/** Seconds of one update of PPO alone, on a batch of full decisions. */
export async function updateSeconds(workers: number, updates: number): Promise<readonly number[]> {
  const tools = { openPool: threadPool(workers), clock };
  const { secondsPerUpdate } = await updateOnBatch(
    { ...UPDATE, updates: updates + 1, everyRow: true },
    tools,
  );
  return secondsPerUpdate.slice(1);
}

/** Of the update that PyTorch is given as well (torch_update.py). */
export const UPDATE = {
  decisions: 4_096,
  candidates: 64,
  minibatch: 512,
  epochs: 4,
  hidden: 32,
  criticHidden: 32,
  context: 64,
} as const;

interface Moment {
  readonly metrics: UpdateMetrics;
  readonly wallSec: number;
}

async function historyOf(
  scenario: Scenario,
  workers: number,
  options: Partial<PpoOptions>,
): Promise<readonly Moment[]> {
  const startSec = clock();
  const history: Moment[] = [];
  const onProgress = (_: number, metrics: UpdateMetrics) => {
    history.push({ metrics, wallSec: clock() - startSec });
  };
  await train(scenario, options, onProgress, { openPool: threadPool(workers), clock });
  return history;
}
