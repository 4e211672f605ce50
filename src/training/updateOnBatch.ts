import { FEATURES } from '../domain/index.ts';
import { MAX_CANDIDATES } from './AICChainEnv.ts';
import { DEFAULT_PPO, Learner, type TrainingTools } from './ppo.ts';
import { Random } from './random.ts';

/** A batch to time the learner on. */
export interface SyntheticBatch {
  readonly decisions: number;
  /** Of every decision, at most 64; all are valid. */
  readonly candidates: number;
  readonly minibatch: number;
  readonly epochs: number;
  readonly hidden: number;
  readonly criticHidden: number;
  /** Inputs of the critic. */
  readonly context: number;
  /** How often the update is done, each time on the same decisions. */
  readonly updates: number;
  /** Whether backward goes through every row, as frameworks do; else through those that matter, as in training. */
  readonly everyRow: boolean;
  readonly seed: number;
}

export const SYNTHETIC_BATCH: SyntheticBatch = {
  decisions: 4_096,
  candidates: MAX_CANDIDATES,
  minibatch: 512,
  epochs: 4,
  hidden: 32,
  criticHidden: 32,
  context: 64,
  updates: 3,
  everyRow: false,
  seed: 1,
};

/**
 * Seconds of PPO's update alone, without environments: shuffle, normalised advantages, forward pass of the integer
 * network, masked softmax, clipped surrogate, entropy and value loss, backward pass, clipped gradients, Adam of policy and
 * critic, rounding. No acting and no advantage estimation. An epoch is never cut short by the target KL.
 *
 * @example const { secondsPerUpdate } = await updateOnBatch({}, { clock: () => performance.now() / 1_000 });
 */
export async function updateOnBatch(
  of: Partial<SyntheticBatch>,
  tools: TrainingTools & { readonly clock: () => number },
): Promise<{ readonly decisions: number; readonly secondsPerUpdate: readonly number[] }> {
  const wanted = { ...SYNTHETIC_BATCH, ...of };
  const { decisions, minibatch, epochs, hidden, criticHidden, seed, context, updates } = wanted;
  const options = {
    ...DEFAULT_PPO,
    ...{ seed, hidden, criticHidden, minibatch, epochs, environments: 1, steps: decisions },
    targetKl: Number.POSITIVE_INFINITY,
    negligibleSlope: wanted.everyRow ? 0 : DEFAULT_PPO.negligibleSlope,
  };
  const scale = { mean: new Int32Array(FEATURES).fill(128), deviation: new Float64Array(FEATURES).fill(74) };
  const learner = await Learner.open({ scenario: null, scale, shift: 6, context }, options, tools);
  try {
    fill(learner, wanted);
    const secondsPerUpdate: number[] = [];
    for (let update = 1; update <= updates; update++) {
      const startSec = tools.clock();
      await learner.learn(update, 1, options.entropyStart, 0.1);
      secondsPerUpdate.push(tools.clock() - startSec);
    }
    return { decisions, secondsPerUpdate };
  } finally {
    await learner.close();
  }
}

/** Random decisions, as if they had been made by a policy that takes all actions equally often. */
function fill({ memory: { batch } }: Learner, { candidates, context, seed }: SyntheticBatch): void {
  const random = new Random(seed);
  for (let at = 0; at < batch.size; at++) {
    batch.count[at] = candidates;
    const pairs = at * MAX_CANDIDATES;
    for (let i = 0; i < candidates * FEATURES; i++)
      batch.features[pairs * FEATURES + i] = random.integer(256);
    for (let a = 0; a < candidates; a++) {
      batch.weight[pairs + a] = random.float();
      batch.penaltyScale[pairs + a] = random.uniform(0, 1e-4);
    }
    for (let i = 0; i < context; i++) batch.context[at * batch.contextWidth + i] = random.normal();
    batch.action[at] = random.integer(candidates + 1);
    batch.logProbability[at] = -4.17;
    batch.advantage[at] = random.normal();
    batch.return[at] = random.normal();
  }
}
