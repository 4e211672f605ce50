import { AICChainError, type IntegerNetwork } from '../domain/index.ts';
import { AICChainEnv } from './AICChainEnv.ts';
import { Actor, type FeatureScale } from './actor.ts';
import { Adam, clipNorm } from './adam.ts';
import {
  type BestNetwork,
  type Checkpoint,
  type EnvironmentState,
  identityOf,
  refuseOther,
} from './Checkpoint.ts';
import { Critic } from './critic.ts';
import { power } from './elementary.ts';
import { inlinePool } from './inlinePool.ts';
import {
  checkedOptions,
  DEFAULT_PPO,
  type OnProgress,
  type PpoOptions,
  type TrainingResult,
  type UpdateMetrics,
} from './PpoOptions.ts';
import { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import { contextSize, featureScale, outputShift } from './situation.ts';
import { relativeGain } from './statistics.ts';
import { type TrainingKernel, trainingKernelOver } from './TrainingKernel.ts';
import {
  CANDIDATES,
  CHUNK,
  CLIPPED,
  DEFERRED,
  ENTROPY,
  KL,
  PENALTY,
  PLAY_SUMS,
  REWARD_TERMS,
  type TrainingMemory,
  trainingMemory,
  VALUE_LOSS,
} from './TrainingMemory.ts';
import { playAll, type WelfareOf } from './tune.ts';
import type { OpenPool, WorkerPool } from './WorkerPool.ts';

export * from './PpoOptions.ts';

/** What a training works with beside its scenario and its options; none of it changes the network. */
export interface TrainingTools {
  /** Who does the parts of an update that can be done side by side. This thread alone, unless others are given. */
  readonly openPool?: OpenPool;
  /** Seconds, from any beginning. */
  readonly clock?: () => number;
  /** Plays a network on the validation seeds, more of them at once than this thread can. */
  readonly welfare?: WelfareOf;
  /** Keeps a checkpoint: every `checkpointEvery` updates, and when the training is stopped. */
  readonly save?: (checkpoint: Checkpoint) => void | Promise<void>;
  /** Where to go on; refused where it is of another training. */
  readonly resume?: Checkpoint;
}

/**
 * Proximal policy optimisation (Schulman et al. 2017) of the integer network. Acting and the gradients of a minibatch are
 * done by workers (PpoWorker.ts), in any number; all else is here.
 * The same seed gives the same network on any machine: no operation of it is left to the engine (elementary.ts).
 * One rule for training and deployment: logit(node) = weight with quality / T, logit(defer) = 0.
 * Gives way to other work between updates, so that an AbortSignal is heard.
 *
 * @example const { network } = await train(scenario, { seed: 7 }, (update, m) => console.log(update, m.reward));
 */
export async function train(
  scenario: Scenario,
  options: Partial<PpoOptions> = {},
  onProgress: OnProgress = () => {},
  tools: TrainingTools = {},
): Promise<TrainingResult> {
  const settings = settingsOf(options);
  const training = await Training.open(scenario, settings, tools);
  try {
    return await training.run(onProgress);
  } finally {
    await training.close();
  }
}

function settingsOf(options: Partial<PpoOptions>): PpoOptions {
  const settings = checkedOptions({ ...DEFAULT_PPO, ...options });
  const { from, maskedFeatures } = settings;
  if (from === null) return settings;
  if (maskedFeatures.length > 0) {
    throw new AICChainError('CannotStartFrom', 'features cannot be masked of a policy that was given', {
      hint: 'It may read them already. Train without a policy to begin with.',
    });
  }
  return { ...settings, hidden: from.hidden };
}

class Training {
  readonly #scenario: Scenario;
  readonly #options: PpoOptions;
  readonly #tools: TrainingTools;
  readonly #learner: Learner;
  #done = 0;
  #best: BestNetwork;
  #baseWelfareMicro = Number.NaN;
  #history: UpdateMetrics[] = [];

  static async open(scenario: Scenario, options: PpoOptions, tools: TrainingTools): Promise<Training> {
    const scale = featureScale(scenario, options.seed, options.maskedFeatures);
    const { stateSize } = new AICChainEnv(scenario).simulation;
    const shift = options.from?.s3 ?? outputShift(scenario);
    const subject = { scenario, scale, shift, context: contextSize(stateSize) };
    const identity = identityOf(scenario, options, subject.context);
    if (tools.resume) refuseOther(tools.resume, identity);
    const learner = await Learner.open(subject, options, tools);
    const training = new Training(scenario, options, tools, learner);
    if (tools.resume) await training.#goOn(tools.resume);
    else await training.#begin();
    return training;
  }

  constructor(scenario: Scenario, options: PpoOptions, tools: TrainingTools, learner: Learner) {
    this.#scenario = scenario;
    this.#options = options;
    this.#tools = tools;
    this.#learner = learner;
    this.#best = { network: learner.actor.network(), welfareMicro: Number.NaN, update: 0 };
  }

  async #begin(): Promise<void> {
    this.#baseWelfareMicro = await this.#welfareOf(null);
    const { from } = this.#options;
    const welfareMicro = from === null ? this.#baseWelfareMicro : await this.#welfareOf(from);
    this.#best = { ...this.#best, welfareMicro };
  }

  async run(onProgress: OnProgress): Promise<TrainingResult> {
    const { updates, checkpointEvery, signal } = this.#options;
    let saved = this.#done;
    while (this.#done < updates) {
      if (signal?.aborted && saved !== this.#done) await this.#save();
      signal?.throwIfAborted();
      const update = this.#done + 1;
      const metrics = await this.#learner.update(update);
      this.#done = update;
      const isCheckpoint = update % checkpointEvery === 0 || update === updates;
      const validationGain = isCheckpoint ? await this.#judge(update) : null;
      this.#history.push({ ...metrics, validationGain });
      if (isCheckpoint) {
        await this.#save();
        saved = update;
      }
      await onProgress(update, this.#history.at(-1)!);
      await new Promise<void>((resolve) => setTimeout(resolve, 0));
    }
    const { network, welfareMicro, update: bestUpdate } = this.#best;
    const validationGain = relativeGain(welfareMicro - this.#baseWelfareMicro, this.#baseWelfareMicro);
    return { network, history: this.#history, bestUpdate, validationGain };
  }

  close(): Promise<void> {
    return this.#learner.close();
  }

  /** Keeps the network as it is, if none before was better by the deployed rule. Returns its gain over price alone. */
  async #judge(update: number): Promise<number> {
    const network = this.#learner.actor.network();
    const welfareMicro = await this.#welfareOf(network);
    if (welfareMicro > this.#best.welfareMicro) this.#best = { network, welfareMicro, update };
    return relativeGain(welfareMicro - this.#baseWelfareMicro, this.#baseWelfareMicro);
  }

  async #welfareOf(network: IntegerNetwork | null): Promise<number> {
    const { welfare = playAll(this.#scenario) } = this.#tools;
    const [bySeed] = await welfare([network], this.#options.validationSeeds);
    return bySeed!.reduce((sum, one) => sum + one, 0) / bySeed!.length;
  }

  async #save(): Promise<void> {
    const { save } = this.#tools;
    if (save === undefined) return;
    await save({
      update: this.#done,
      identity: identityOf(this.#scenario, this.#options, this.#learner.critic.inputs),
      ...(await this.#learner.save()),
      best: this.#best,
      baseWelfareMicro: this.#baseWelfareMicro,
      history: [...this.#history],
    });
  }

  async #goOn(checkpoint: Checkpoint): Promise<void> {
    this.#done = checkpoint.update;
    this.#best = checkpoint.best;
    this.#baseWelfareMicro = checkpoint.baseWelfareMicro;
    this.#history = [...checkpoint.history];
    await this.#learner.restore(checkpoint);
  }
}

/** What is learned on, as far as the learner sees it. */
export interface LearningSubject {
  /** Null where there is nothing to act in. */
  readonly scenario: Scenario | null;
  readonly scale: FeatureScale;
  /** Of the network's last layer. */
  readonly shift: number;
  /** Inputs of the critic. */
  readonly context: number;
}

/** Policy, critic and their optimisers. */
export class Learner {
  readonly actor: Actor;
  readonly critic: Critic;
  readonly memory: TrainingMemory;

  readonly #options: PpoOptions;
  readonly #clock: () => number;
  readonly #kernel: TrainingKernel;
  readonly #pool: WorkerPool;
  #random: Random;
  readonly #actorAdam: Adam;
  readonly #criticAdam: Adam;

  static async open(
    { scenario, scale, shift, context }: LearningSubject,
    options: PpoOptions,
    { openPool = inlinePool, clock = () => 0 }: TrainingTools,
  ): Promise<Learner> {
    const { hidden, criticHidden, environments, steps, minibatch, signal: _, from, ...rest } = options;
    const { workers } = openPool;
    const shape = { hidden, criticHidden, context, environments, steps, minibatch, workers };
    const memory = trainingMemory(shape);
    const root = new Random(options.seed);
    const actor = new Actor(hidden, shift, scale, root.split(2));
    if (from !== null) actor.startFrom(from);
    const critic = new Critic(context, criticHidden, root.split(3));
    const pool = await openPool.open({
      scenario,
      options: { ...rest, ...shape },
      scale,
      shape,
      memory: memory.memory,
      environmentSeed: root.split(4).uint32(),
    });
    return new Learner(options, actor, critic, memory, pool, clock, root.split(1));
  }

  constructor(
    options: PpoOptions,
    actor: Actor,
    critic: Critic,
    memory: TrainingMemory,
    pool: WorkerPool,
    clock: () => number,
    random: Random,
  ) {
    this.#options = options;
    this.actor = actor;
    this.critic = critic;
    this.memory = memory;
    this.#pool = pool;
    this.#clock = clock;
    this.#random = random;
    this.#kernel = trainingKernelOver(memory.memory);
    this.#actorAdam = new Adam(actor.parameters.length, options.adamEpsilon);
    this.#criticAdam = new Adam(critic.parameters.length, options.adamEpsilon);
    this.#publish();
  }

  /** Acts, learns, and says how it went; `update` counts from 1. */
  async update(update: number): Promise<Omit<UpdateMetrics, 'validationGain'>> {
    const options = this.#options;
    const left = 1 - (update - 1) / options.updates;
    const done = options.updates === 1 ? 1 : (update - 1) / (options.updates - 1);
    const temperature =
      options.temperatureStart * power(options.temperatureEnd / options.temperatureStart, done);
    const entropyWeight = options.entropyStart + (options.entropyEnd - options.entropyStart) * done;

    const startSec = this.#clock();
    await this.#pool.run({ kind: 'rollout', temperature });
    const actedSec = this.#clock();
    const played = this.#played();
    refuseDiverged(update, 'mean reward', played.reward);
    const explainedVariance = this.#advantages();
    refuseDiverged(update, 'explained variance', explainedVariance);
    const learned = await this.learn(update, temperature, entropyWeight, left);
    return {
      update,
      updates: options.updates,
      decisions: update * this.memory.batch.size,
      ...played,
      explainedVariance,
      ...learned,
      learningRate: options.learningRate * left,
      temperature,
      environmentSec: actedSec - startSec,
      learnerSec: this.#clock() - actedSec,
    };
  }

  /** Means over the decisions of the update, environment by environment. */
  #played() {
    const { playSums, size } = this.memory.batch;
    const sums = new Float64Array(PLAY_SUMS);
    playSums.forEach((value, k) => {
      sums[k % PLAY_SUMS]! += value;
    });
    let reward = 0;
    for (let at = 0; at < size; at++) reward += this.memory.batch.reward[at]!;
    const terms = Object.fromEntries(REWARD_TERMS.map((term, k) => [term, sums[k]! / size]));
    return {
      reward: reward / size,
      terms: terms as unknown as UpdateMetrics['terms'],
      deferred: sums[DEFERRED]! / size,
      penalty: sums[PENALTY]! / sums[CANDIDATES]!,
    };
  }

  /** Generalised advantage estimation; a truncated episode is bootstrapped from its own last observation. */
  #advantages(): number {
    const { environments, steps, lambda } = this.#options;
    const b = this.memory.batch;
    for (let e = 0; e < environments; e++) {
      let advantage = 0;
      let nextValue = b.lastValue[e]!;
      for (let t = steps - 1; t >= 0; t--) {
        const at = t * environments + e;
        if (b.done[at] === 1) {
          advantage = 0;
          nextValue = b.finalValue[at]!;
        }
        const error = b.reward[at]! + b.discount[at]! * nextValue - b.value[at]!;
        advantage = error + b.discount[at]! * lambda * advantage;
        b.advantage[at] = advantage;
        b.return[at] = advantage + b.value[at]!;
        nextValue = b.value[at]!;
      }
    }
    return 1 - variance(b.advantage) / (variance(b.return) + 1e-12);
  }

  /** Epochs of minibatches over the batch, until the policy moved far enough. */
  async learn(update: number, temperature: number, entropyWeight: number, left: number) {
    const { epochs, minibatch, targetKl } = this.#options;
    const { order, size } = this.memory.batch;
    for (let k = 0; k < size; k++) order[k] = k;
    let sums = new Float64Array(4);
    for (let epoch = 0; epoch < epochs; epoch++) {
      sums = new Float64Array(4);
      this.#random.shuffle(order);
      for (let from = 0; from < size; from += minibatch) {
        const to = Math.min(size, from + minibatch);
        await this.#step(update, from, to, temperature, entropyWeight, left, sums);
      }
      if (sums[KL]! / size > targetKl) break;
    }
    return {
      entropy: sums[ENTROPY]! / size,
      approxKl: sums[KL]! / size,
      clipFraction: sums[CLIPPED]! / size,
      valueLoss: sums[VALUE_LOSS]! / size,
    };
  }

  /** One gradient step: the workers' parts are added up in the order of the chunks, whoever did them. */
  async #step(
    update: number,
    from: number,
    to: number,
    temperature: number,
    entropyWeight: number,
    left: number,
    sums: Float64Array,
  ): Promise<void> {
    const { learningRate, criticLearningRate, maxGradientNorm } = this.#options;
    const { batch, nextChunk, partials } = this.memory;
    const { mean, deviation } = moments(batch.advantage, batch.order, from, to);
    nextChunk[0] = 0;
    await this.#pool.run({ kind: 'gradients', from, to, temperature, entropyWeight, mean, deviation });
    const parts = partials.slice(0, Math.ceil((to - from) / CHUNK));
    for (const part of parts) for (let k = 0; k < sums.length; k++) sums[k]! += part.sums[k]!;
    refuseDiverged(update, 'value loss', sums[VALUE_LOSS]!);
    this.actor.gather(parts);
    this.critic.gather(parts);
    refuseDiverged(update, "norm of the policy's gradient", clipNorm(this.actor.gradient, maxGradientNorm));
    refuseDiverged(update, "norm of the critic's gradient", clipNorm(this.critic.gradient, maxGradientNorm));
    this.#actorAdam.step(this.actor.parameters, this.actor.gradient, learningRate * left);
    this.#criticAdam.step(this.critic.parameters, this.critic.gradient, criticLearningRate * left);
    this.actor.project();
    this.actor.quantise();
    this.#publish();
  }

  #publish(): void {
    this.actor.publish(this.memory.policy, this.#kernel, this.#options.fakeQuantise);
    this.critic.publish(this.memory.critic, this.#kernel);
  }

  async save() {
    const states: EnvironmentState[] = [];
    for (const part of await this.#pool.run({ kind: 'save' })) {
      for (const [index, state] of part as [number, EnvironmentState][]) states[index] = state;
    }
    return {
      actor: this.actor.parameters.slice(),
      critic: this.critic.parameters.slice(),
      actorAdam: this.#actorAdam.save(),
      criticAdam: this.#criticAdam.save(),
      random: this.#random.save(),
      environments: states,
    };
  }

  async restore(checkpoint: Checkpoint): Promise<void> {
    this.actor.parameters.set(checkpoint.actor);
    this.actor.quantise();
    this.critic.parameters.set(checkpoint.critic);
    this.#actorAdam.restore(checkpoint.actorAdam);
    this.#criticAdam.restore(checkpoint.criticAdam);
    this.#random = Random.restored(checkpoint.random);
    this.#publish();
    await this.#pool.run({ kind: 'restore', environments: checkpoint.environments });
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}

/** Rewards are of the order of 1, so nothing sound comes near it. */
const EXPLODED = 1e9;

function refuseDiverged(update: number, what: string, value: number): void {
  if (Math.abs(value) < EXPLODED) return; // false for NaN
  throw new AICChainError('TRAINING_DIVERGED', `update ${update}: the ${what} is ${value}`, {
    hint: 'The last checkpoint is from before it. Look for rewards that are no numbers, or lower the learning rate.',
  });
}

function moments(values: Float64Array, order: Int32Array, from: number, to: number) {
  let [sum, squares] = [0, 0];
  for (let k = from; k < to; k++) {
    const x = values[order[k]!]!;
    sum += x;
    squares += x * x;
  }
  const mean = sum / (to - from);
  return { mean, deviation: Math.sqrt(Math.max(0, squares / (to - from) - mean * mean)) };
}

function variance(values: Float64Array): number {
  let [sum, squares] = [0, 0];
  for (const x of values) {
    sum += x;
    squares += x * x;
  }
  const mean = sum / values.length;
  return Math.max(0, squares / values.length - mean * mean);
}
