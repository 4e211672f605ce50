import { AICChainError, FEATURES, type IntegerNetwork } from '../domain/index.ts';
import { MAX_CANDIDATES } from './AICChainEnv.ts';
import { Actor, LARGEST_PENALTY } from './actor.ts';
import { Adam, clipNorm } from './adam.ts';
import { spreadOfRows } from './featureSpread.ts';
import { joined, type Lesson } from './lesson.ts';
import { PolicyPass } from './PolicyPass.ts';
import { Random } from './random.ts';
import { type TrainingKernel, trainingKernelOver } from './TrainingKernel.ts';
import { type TrainingMemory, trainingMemory } from './TrainingMemory.ts';

/** Every setting of a teaching. */
export interface TeachOptions {
  /** All randomness: the same seed on the same lessons gives the same network, byte for byte, on any machine. */
  readonly seed: number;
  /** Width of both hidden layers; a multiple of 8, at most 64. */
  readonly hidden: number;
  /** Shift of the last layer: the lower, the larger the penalties that it can reach. */
  readonly outputShift: number;
  /** How often it goes through all rows. */
  readonly passes: number;
  /** Rows of one gradient step. */
  readonly minibatch: number;
  /** Of Adam, at first; falls linearly to 0. */
  readonly learningRate: number;
  /** Penalties are far off when they are wrong by this much: the unit of the error. */
  readonly errorUnit: number;
  /** Targets below it count as this: below 0, no penalty is low enough. */
  readonly leastTarget: number;
  /** Largest norm of a gradient. */
  readonly maxGradientNorm: number;
  /** Stops the teaching between two passes. */
  readonly signal?: AbortSignal;
}

export const DEFAULT_TEACH: TeachOptions = {
  seed: 1,
  hidden: 32,
  outputShift: 2,
  passes: 10,
  minibatch: 2_048,
  learningRate: 0.01,
  errorUnit: 3_000,
  leastTarget: -20_000,
  maxGradientNorm: 1,
};

/** What one pass over the lessons was like. */
export interface PassMetrics {
  /** From 1 on. */
  readonly pass: number;
  readonly passes: number;
  /** Root of the weighted mean square of the error while it learned, penalty 0..65535. */
  readonly error: number;
}

/** Called after each pass; the teaching waits for what it returns. */
export type OnPass = (metrics: PassMetrics) => void | Promise<void>;

/**
 * The integer network that comes closest to the penalties of lessons: weighted least squares by Adam, through the rounded
 * network as it is deployed, gradients straight through the rounding; raising priority never raises a penalty (`Actor`).
 * Gives way to other work between passes, so that an AbortSignal is heard.
 *
 * @example const network = await teach([lessonOf(calm, seeds, …), lessonOf(busy, seeds, …)], { seed: 7 });
 */
export async function teach(
  lessons: readonly Lesson[],
  options: Partial<TeachOptions> = {},
  onPass: OnPass = () => {},
): Promise<IntegerNetwork> {
  const settings = { ...DEFAULT_TEACH, ...options };
  const lesson = joined(lessons);
  if (lesson.target.length === 0) {
    throw new AICChainError('NOTHING_TO_LEARN_FROM', 'the lessons have no rows', {
      hint: 'Play more episodes, or look at a larger share of the pairs.',
    });
  }
  const pupil = new Pupil(lesson, settings);
  for (let pass = 1; pass <= settings.passes; pass++) {
    settings.signal?.throwIfAborted();
    const error = pupil.pass();
    if (!Number.isFinite(error)) throw diverged(pass, error);
    await onPass({ pass, passes: settings.passes, error });
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
  }
  settings.signal?.throwIfAborted();
  return pupil.network();
}

class Pupil {
  readonly #lesson: Lesson;
  readonly #options: TeachOptions;
  readonly #actor: Actor;
  readonly #adam: Adam;
  readonly #kernel: TrainingKernel;
  readonly #memory: TrainingMemory;
  readonly #policy: PolicyPass;
  readonly #random: Random;
  readonly #order: Int32Array;
  readonly #steps: number;
  readonly #meanWeight: number;
  #step = 0;

  constructor(lesson: Lesson, options: TeachOptions) {
    const { hidden, minibatch, outputShift, seed, passes } = options;
    const rows = lesson.target.length;
    const root = new Random(seed);
    this.#lesson = lesson;
    this.#options = options;
    this.#actor = new Actor(hidden, outputShift, spreadOfRows(lesson.features), root.split(1));
    this.#adam = new Adam(this.#actor.parameters.length, ADAM_EPSILON);
    // A block of rows takes the place of the candidates of a decision; nothing asks the critic.
    const blocks = Math.ceil(minibatch / MAX_CANDIDATES);
    const shape = { hidden, criticHidden: 8, context: 4, environments: 1, steps: blocks };
    this.#memory = trainingMemory({ ...shape, minibatch: 1, workers: 1 });
    this.#kernel = trainingKernelOver(this.#memory.memory);
    this.#policy = new PolicyPass(this.#kernel, this.#memory, 0, true);
    this.#random = root.split(2);
    this.#order = Int32Array.from({ length: rows }, (_, row) => row);
    this.#steps = passes * Math.ceil(rows / minibatch);
    this.#meanWeight = lesson.weight.reduce((sum, weight) => sum + weight, 0) / rows;
    this.#publish();
  }

  /** Once through all rows. Returns the error on the way. */
  pass(): number {
    const { minibatch } = this.#options;
    const rows = this.#order.length;
    this.#random.shuffle(this.#order);
    let squares = 0;
    for (let from = 0; from < rows; from += minibatch)
      squares += this.#learn(from, Math.min(rows, from + minibatch));
    return Math.sqrt(squares / rows);
  }

  network(): IntegerNetwork {
    return this.#actor.network();
  }

  /** One gradient step. Returns the sum of weighted squared errors before it. */
  #learn(from: number, to: number): number {
    const { learningRate, maxGradientNorm } = this.#options;
    const part = this.#memory.partials[0]!;
    for (const gradient of Object.values(part.policy)) gradient.fill(0);
    let squares = 0;
    for (let block = from; block < to; block += MAX_CANDIDATES) {
      const count = Math.min(to - block, MAX_CANDIDATES);
      squares += this.#carry(block, (block - from) / MAX_CANDIDATES, count, to - from);
    }
    this.#actor.gather([part]);
    clipNorm(this.#actor.gradient, maxGradientNorm);
    const left = 1 - this.#step++ / this.#steps;
    this.#adam.step(this.#actor.parameters, this.#actor.gradient, learningRate * left);
    this.#actor.project();
    this.#actor.quantise();
    this.#publish();
    return squares;
  }

  /** Adds the gradient of a block of rows to the part: of the mean over `size` rows of weight · (error / unit)². */
  #carry(from: number, at: number, count: number, size: number): number {
    const { features, target, weight } = this.#lesson;
    const { errorUnit, leastTarget } = this.#options;
    const order = this.#order;
    const into = this.#memory.batch.features;
    const start = at * MAX_CANDIDATES * FEATURES;
    for (let k = 0; k < count; k++) {
      const row = order[from + k]! * FEATURES;
      for (let i = 0; i < FEATURES; i++) into[start + k * FEATURES + i] = features[row + i]!;
    }
    this.#policy.forward(at, count, 1);
    let squares = 0;
    for (let k = 0; k < count; k++) {
      const row = order[from + k]!;
      const penalty = Math.min(LARGEST_PENALTY, Math.max(0, this.#policy.output[k]!));
      const wanted = Math.min(LARGEST_PENALTY, Math.max(leastTarget, target[row]!));
      if (penalty === 0 && wanted <= 0) continue; // no penalty is lower
      const error = penalty - wanted;
      const counts = weight[row]! / this.#meanWeight;
      squares += counts * error * error;
      this.#policy.carry(k, (2 * counts * error) / (errorUnit * errorUnit * size));
    }
    this.#policy.backward(at, this.#memory.partials[0]!);
    return squares;
  }

  #publish(): void {
    this.#actor.publish(this.#memory.policy, this.#kernel, true);
  }
}

const ADAM_EPSILON = 1e-8;

function diverged(pass: number, error: number): AICChainError {
  return new AICChainError('TRAINING_DIVERGED', `pass ${pass}: the error is ${error}`, {
    hint: 'Look for targets and weights of the lessons that are no numbers.',
  });
}
