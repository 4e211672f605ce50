import { FEATURES, type IntegerNetwork } from '../domain/index.ts';
import { MAX_CANDIDATES, type Observation } from './AICChainEnv.ts';
import { Actor, type FeatureScale } from './actor.ts';
import { Adam, clipNorm } from './adam.ts';
import { Critic } from './critic.ts';
import { exp, log, power } from './elementary.ts';
import { evaluate } from './evaluate.ts';
import { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import { relativeGain } from './statistics.ts';
import { VectorEnv } from './VectorEnv.ts';

/** Every hyper-parameter of a training. */
export interface PpoOptions {
  /** All randomness of a training: the same seed gives the same network, byte for byte. */
  readonly seed: number;
  /** Width of both hidden layers of the policy; a multiple of 8, at most 64. */
  readonly hidden: number;
  /** Width of both hidden layers of the critic; a multiple of 4. */
  readonly criticHidden: number;
  /** Environments side by side. */
  readonly environments: number;
  /** Decisions in each environment between two updates. */
  readonly steps: number;
  /** Updates, each on environments × steps decisions. */
  readonly updates: number;
  /** Passes over the decisions of an update. */
  readonly epochs: number;
  /** Decisions of one gradient step. */
  readonly minibatch: number;
  /** Of the policy, at the first update; falls linearly to 0. */
  readonly learningRate: number;
  /** Of the critic, likewise. */
  readonly criticLearningRate: number;
  readonly adamEpsilon: number;
  /** Ratios beyond 1 ± clip get no gradient. */
  readonly clip: number;
  /** Discount of a round; within a round nothing is discounted. */
  readonly discountPerRound: number;
  /** λ of generalised advantage estimation, per decision. */
  readonly lambda: number;
  /** Weight of the entropy, divided by log(valid actions), at the first update … */
  readonly entropyStart: number;
  /** … and at the last (linear). */
  readonly entropyEnd: number;
  /** Temperature of logit = weight / T in money units, at the first update … */
  readonly temperatureStart: number;
  /** … and at the last (geometric). The deployed rule is the limit T → 0. */
  readonly temperatureEnd: number;
  /** An update ends when the policy moved this far (mean KL) from the one that acted. */
  readonly targetKl: number;
  /** Largest norm of a gradient, of policy and critic each. */
  readonly maxGradientNorm: number;
  /** Updates between two checkpoints, each judged by the deployed rule on the validation seeds. */
  readonly checkpointEvery: number;
  /** Arrival seeds for choosing the checkpoint. Never report welfare on these. */
  readonly validationSeeds: readonly number[];
  /** Stops the training between two updates. */
  readonly signal?: AbortSignal;
}

/** Fits 6 s on one slow core for five nodes. */
export const DEFAULT_PPO: PpoOptions = {
  seed: 1,
  hidden: 32,
  criticHidden: 16,
  environments: 32,
  steps: 32,
  updates: 36,
  epochs: 4,
  minibatch: 512,
  learningRate: 0.015,
  criticLearningRate: 3e-3,
  adamEpsilon: 1e-5,
  clip: 0.2,
  discountPerRound: 0.9,
  lambda: 0.4,
  entropyStart: 0.01,
  entropyEnd: 1e-4,
  temperatureStart: 0.1,
  temperatureEnd: 0.03,
  targetKl: 0.02,
  maxGradientNorm: 0.5,
  checkpointEvery: 6,
  validationSeeds: Array.from({ length: 32 }, (_, i) => 900_001 + i),
};

/** What one update was like. */
export interface UpdateMetrics {
  readonly update: number;
  readonly updates: number;
  /** Mean reward of a decision, money units. */
  readonly reward: number;
  /** Part of the decisions that deferred. */
  readonly deferred: number;
  /** Mean penalty of the candidates, 0..65535. */
  readonly penalty: number;
  /** Mean entropy / log(valid actions). */
  readonly entropy: number;
  readonly approxKl: number;
  readonly clipFraction: number;
  readonly valueLoss: number;
  /** 1 − Var(return − value) / Var(return), before the update. */
  readonly explainedVariance: number;
  readonly learningRate: number;
  readonly temperature: number;
  /** Where a checkpoint was made: its welfare over that of price alone, on the validation seeds, minus 1. */
  readonly validationGain: number | null;
}

export interface TrainingResult {
  /** The best checkpoint on the validation seeds; the untrained network, which is price alone, counts as one. */
  readonly network: IntegerNetwork;
  readonly history: readonly UpdateMetrics[];
  /** The update that the network comes from; 0 is the untrained one. */
  readonly bestUpdate: number;
  readonly validationGain: number;
}

/** Called after each update; training waits for what it returns. */
export type OnProgress = (update: number, metrics: UpdateMetrics) => void | Promise<void>;

/**
 * Proximal policy optimisation (Schulman et al. 2017) of the integer network, in one file.
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
): Promise<TrainingResult> {
  const training = new Training(scenario, { ...DEFAULT_PPO, ...options });
  const { updates, checkpointEvery, validationSeeds, signal } = training.options;
  const welfareOf = (network: IntegerNetwork | null) =>
    evaluate(scenario, network, validationSeeds).welfareMicro;

  const base = welfareOf(null);
  let best = { network: training.actor.network(), welfare: base, update: 0 };
  const history: UpdateMetrics[] = [];
  for (let update = 1; update <= updates; update++) {
    signal?.throwIfAborted();
    const metrics = training.update(update);
    let validationGain: number | null = null;
    if (update % checkpointEvery === 0 || update === updates) {
      const network = training.actor.network();
      const welfare = welfareOf(network);
      if (welfare > best.welfare) best = { network, welfare, update };
      validationGain = relativeGain(welfare - base, base);
    }
    history.push({ ...metrics, validationGain });
    await onProgress(update, history.at(-1)!);
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
  }
  return {
    network: best.network,
    history,
    bestUpdate: best.update,
    validationGain: relativeGain(best.welfare - base, base),
  };
}

/** Mean and maximum of each feature and of the weight, how many candidates there are; the market's state comes after. */
const POOLED = 2 * (FEATURES + 1) + 1;

class Training {
  readonly options: PpoOptions;
  readonly actor: Actor;
  readonly critic: Critic;

  readonly #envs: VectorEnv;
  readonly #current: Observation[];
  readonly #scale: FeatureScale;
  /** Inputs of the critic. */
  readonly #context: number;
  readonly #random: Random;
  readonly #actorAdam: Adam;
  readonly #criticAdam: Adam;
  readonly #batch: Batch;
  readonly #order: Int32Array;
  /** Of one decision; the last of `count + 1` actions is defer. */
  readonly #probability = new Float64Array(MAX_CANDIDATES + 1);
  readonly #logProbability = new Float64Array(MAX_CANDIDATES + 1);

  constructor(scenario: Scenario, options: PpoOptions) {
    this.options = options;
    const root = new Random(options.seed);
    this.#random = root.split(1);
    this.#scale = featureScale(scenario, options.seed);
    this.actor = new Actor(options.hidden, outputShift(scenario), this.#scale, MAX_CANDIDATES, root.split(2));
    const { environments, steps, discountPerRound } = options;
    this.#envs = new VectorEnv(scenario, environments, root.split(4).uint32(), discountPerRound);
    this.#current = this.#envs.reset().map(([observation]) => observation);
    this.#context = POOLED + this.#current[0]!.state.length;
    this.critic = new Critic(this.#context, options.criticHidden, root.split(3));
    this.#actorAdam = new Adam(this.actor.parameters.length, options.adamEpsilon);
    this.#criticAdam = new Adam(this.critic.parameters.length, options.adamEpsilon);
    this.#batch = newBatch(environments * steps, MAX_CANDIDATES, this.#context);
    this.#order = Int32Array.from({ length: environments * steps }, (_, i) => i);
  }

  /** Acts, learns, and says how it went; `update` counts from 1. */
  update(update: number): Omit<UpdateMetrics, 'validationGain'> {
    const { options } = this;
    const left = 1 - (update - 1) / options.updates;
    const done = options.updates === 1 ? 1 : (update - 1) / (options.updates - 1);
    const temperature =
      options.temperatureStart * power(options.temperatureEnd / options.temperatureStart, done);
    const entropyWeight = options.entropyStart + (options.entropyEnd - options.entropyStart) * done;
    const rollout = this.#rollout(temperature);
    const explainedVariance = this.#advantages();
    const learned = this.#learn(temperature, entropyWeight, left);
    const learningRate = options.learningRate * left;
    return {
      update,
      updates: options.updates,
      ...rollout,
      explainedVariance,
      ...learned,
      learningRate,
      temperature,
    };
  }

  #rollout(temperature: number) {
    const { environments, steps, discountPerRound } = this.options;
    const b = this.#batch;
    let [rewards, deferrals, penalties, candidates] = [0, 0, 0, 0];
    for (let t = 0; t < steps; t++) {
      for (let e = 0; e < environments; e++) {
        const at = t * environments + e;
        const observation = this.#current[e]!;
        const { candidates: count } = observation;
        b.count[at] = count;
        copy(observation.features, b.features, at * b.candidates * FEATURES, count * FEATURES);
        copy(observation.weight, b.weight, at * b.candidates, count);
        copy(observation.penaltyScale, b.penaltyScale, at * b.candidates, count);
        this.#pool(observation, b.context, at * this.#context);

        penalties += this.#distribution(at, temperature);
        candidates += count;
        const choice = this.#draw(count);
        b.action[at] = choice;
        b.logProbability[at] = this.#logProbability[choice]!;
        b.value[at] = this.critic.forward(b.context, at * this.#context);

        const deferred = choice === count;
        const env = this.#envs.environments[e]!;
        const step = this.#envs.step(e, deferred ? env.deferAction : choice);
        this.#current[e] = step.observation;
        b.reward[at] = step.reward;
        b.done[at] = step.terminated || step.truncated ? 1 : 0;
        b.discount[at] = power(discountPerRound, step.info.elapsedRounds);
        b.finalValue[at] =
          step.truncated && step.finalObservation !== null ? this.#valueOf(step.finalObservation) : 0;
        rewards += step.reward;
        if (deferred) deferrals++;
      }
    }
    for (let e = 0; e < environments; e++) b.lastValue[e] = this.#valueOf(this.#current[e]!);
    const decisions = environments * steps;
    return {
      reward: rewards / decisions,
      deferred: deferrals / decisions,
      penalty: penalties / candidates,
    };
  }

  /** Generalised advantage estimation; a truncated episode is bootstrapped from its own last observation. */
  #advantages(): number {
    const { environments, steps, lambda } = this.options;
    const b = this.#batch;
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

  #learn(temperature: number, entropyWeight: number, left: number) {
    const { options, actor, critic } = this;
    const { epochs, minibatch, targetKl, maxGradientNorm } = options;
    const size = this.#order.length;
    let sums = emptySums();
    for (let epoch = 0; epoch < epochs; epoch++) {
      sums = emptySums();
      this.#random.shuffle(this.#order);
      for (let from = 0; from < size; from += minibatch) {
        const to = Math.min(size, from + minibatch);
        actor.gradient.fill(0);
        critic.gradient.fill(0);
        this.#accumulate(from, to, temperature, entropyWeight, sums);
        clipNorm(actor.gradient, maxGradientNorm);
        clipNorm(critic.gradient, maxGradientNorm);
        this.#actorAdam.step(actor.parameters, actor.gradient, options.learningRate * left);
        this.#criticAdam.step(critic.parameters, critic.gradient, options.criticLearningRate * left);
        actor.project();
        actor.quantise();
      }
      if (sums.kl / size > targetKl) break;
    }
    return {
      entropy: sums.entropy / size,
      approxKl: sums.kl / size,
      clipFraction: sums.clipped / size,
      valueLoss: sums.valueLoss / size,
    };
  }

  /** Gradients of one minibatch: the clipped surrogate, the entropy, the value. */
  #accumulate(from: number, to: number, temperature: number, entropyWeight: number, sums: Sums): void {
    const b = this.#batch;
    const { clip } = this.options;
    const { mean, deviation } = moments(b.advantage, this.#order, from, to);
    for (let k = from; k < to; k++) {
      const at = this.#order[k]!;
      const count = b.count[at]!;
      const choice = b.action[at]!;
      const advantage = (b.advantage[at]! - mean) / (deviation + 1e-8);
      this.#distribution(at, temperature);
      const logRatio = this.#logProbability[choice]! - b.logProbability[at]!;
      const ratio = exp(logRatio);
      const isClipped = advantage > 0 ? ratio > 1 + clip : ratio < 1 - clip;
      const dLog = isClipped ? 0 : -(advantage * ratio) / (to - from);

      let entropy = 0;
      for (let a = 0; a <= count; a++) entropy -= this.#probability[a]! * this.#logProbability[a]!;
      const dEntropy = -entropyWeight / log(count + 1) / (to - from);
      for (let a = 0; a < count; a++) {
        const p = this.#probability[a]!;
        const dSurrogate = dLog * ((a === choice ? 1 : 0) - p);
        const dLogit = dSurrogate - dEntropy * p * (this.#logProbability[a]! + entropy);
        if (Math.abs(dLogit) * (to - from) < NEGLIGIBLE) continue;
        const dPenalty = (-dLogit * b.penaltyScale[at * b.candidates + a]!) / temperature;
        this.actor.backward(b.features, (at * b.candidates + a) * FEATURES, a, dPenalty);
      }

      const error = this.critic.forward(b.context, at * this.#context) - b.return[at]!;
      this.critic.backward(b.context, at * this.#context, error / (to - from));
      sums.entropy += entropy / log(count + 1);
      sums.kl += ratio - 1 - logRatio;
      sums.clipped += isClipped ? 1 : 0;
      sums.valueLoss += 0.5 * error * error;
    }
  }

  /**
   * Softmax over the valid actions of a decision in the batch; those that are not valid are not there at all, so no
   * 0 · −∞ can arise. Returns the sum of the penalties.
   */
  #distribution(at: number, temperature: number): number {
    const b = this.#batch;
    const count = b.count[at]!;
    const [p, logP] = [this.#probability, this.#logProbability];
    let penalties = 0;
    let most = 0; // the logit of defer
    for (let a = 0; a < count; a++) {
      const pair = at * b.candidates + a;
      const penalty = this.actor.forward(b.features, pair * FEATURES, a);
      penalties += penalty;
      logP[a] = (b.weight[pair]! - penalty * b.penaltyScale[pair]!) / temperature;
      if (logP[a]! > most) most = logP[a]!;
    }
    logP[count] = 0;
    let sum = 0;
    for (let a = 0; a <= count; a++) sum += exp(logP[a]! - most);
    const whole = most + log(sum);
    for (let a = 0; a <= count; a++) {
      logP[a] = logP[a]! - whole;
      p[a] = exp(logP[a]!);
    }
    return penalties;
  }

  #draw(count: number): number {
    let left = this.#random.float();
    for (let a = 0; a < count; a++) {
      left -= this.#probability[a]!;
      if (left < 0) return a;
    }
    return count;
  }

  #valueOf(observation: Observation): number {
    this.#pool(observation, this.#batch.finalContext, 0);
    return this.critic.forward(this.#batch.finalContext, 0);
  }

  /** What the critic sees. */
  #pool({ candidates, features, weight, state }: Observation, into: Float64Array, offset: number): void {
    const { mean, deviation } = this.#scale;
    for (let i = 0; i < FEATURES; i++) {
      let [sum, most] = [0, Number.NEGATIVE_INFINITY];
      for (let a = 0; a < candidates; a++) {
        const x = features[a * FEATURES + i]! - mean[i]!;
        sum += x;
        if (x > most) most = x;
      }
      const scale = deviation[i] === 0 || candidates === 0 ? 0 : 1 / deviation[i]!;
      into[offset + i] = (sum / Math.max(1, candidates)) * scale;
      into[offset + FEATURES + i] = scale === 0 ? 0 : most * scale;
    }
    let [sum, most] = [0, 0];
    for (let a = 0; a < candidates; a++) {
      sum += weight[a]!;
      most = Math.max(most, weight[a]!);
    }
    into[offset + 2 * FEATURES] = sum / Math.max(1, candidates);
    into[offset + 2 * FEATURES + 1] = most;
    into[offset + 2 * FEATURES + 2] = candidates / this.#batch.candidates;
    for (let i = 0; i < state.length; i++) into[offset + POOLED + i] = state[i]!;
  }
}

/** Gradients of a logit below this, of a decision, are not worth a backward pass. */
const NEGLIGIBLE = 1e-4;

interface Sums {
  entropy: number;
  kl: number;
  clipped: number;
  valueLoss: number;
}

function emptySums(): Sums {
  return { entropy: 0, kl: 0, clipped: 0, valueLoss: 0 };
}

type Batch = ReturnType<typeof newBatch>;

/** Flat buffers for `size` decisions of up to `candidates` candidates: nothing is allocated while learning. */
function newBatch(size: number, candidates: number, context: number) {
  return {
    candidates,
    count: new Int32Array(size),
    features: new Int16Array(size * candidates * FEATURES),
    weight: new Float64Array(size * candidates),
    penaltyScale: new Float64Array(size * candidates),
    context: new Float64Array(size * context),
    finalContext: new Float64Array(context),
    action: new Int32Array(size),
    logProbability: new Float64Array(size),
    value: new Float64Array(size),
    reward: new Float64Array(size),
    discount: new Float64Array(size),
    done: new Uint8Array(size),
    finalValue: new Float64Array(size),
    lastValue: new Float64Array(size),
    advantage: new Float64Array(size),
    return: new Float64Array(size),
  };
}

const SCALE_EPISODES = 4;
const SMALLEST_DEVIATION = 0.5;

/** Where the features lie when the choice is by price alone with now and then another. */
function featureScale(scenario: Scenario, seed: number): FeatureScale {
  const envs = new VectorEnv(scenario, SCALE_EPISODES, seed);
  const random = new Random(seed).split(5);
  const sum = new Float64Array(FEATURES);
  const squares = new Float64Array(FEATURES);
  const current = envs.reset().map(([observation]) => observation);
  let seen = 0;
  for (let t = 0; t < 128; t++) {
    for (let e = 0; e < envs.count; e++) {
      const { candidates, features, weight } = current[e]!;
      let best = random.integer(candidates);
      for (let a = 0; a < candidates; a++) {
        if (random.float() < 0.8 && weight[a]! > weight[best]!) best = a;
        for (let i = 0; i < FEATURES; i++) {
          const x = features[a * FEATURES + i]!;
          sum[i]! += x;
          squares[i]! += x * x;
        }
      }
      seen += candidates;
      current[e] = envs.step(e, best).observation;
    }
  }
  const mean = Int32Array.from(sum, (s) => Math.round(s / seen));
  const deviation = Float64Array.from(sum, (s, i) => {
    const sigma = Math.sqrt(Math.max(0, squares[i]! / seen - (s / seen) * (s / seen)));
    return sigma < SMALLEST_DEVIATION ? 0 : sigma;
  });
  return { mean, deviation };
}

/** The shift under which one strong unit of the last layer is worth about half of the mean ask. */
function outputShift({ nodes, parameters }: Scenario): number {
  const ask = nodes.reduce((sum, node) => sum + node.askMicroPerGpuHour, 0) / nodes.length;
  const useful = Math.min(65_535, (0.5 * ask * 65_535) / Math.max(1, parameters.maxPenaltyMicroPerGpuHour));
  return Math.min(24, Math.max(0, Math.round(log(4_096 / Math.max(1, useful)) / Math.LN2)));
}

function copy(from: Int16Array | Float64Array, to: Int16Array | Float64Array, at: number, count: number) {
  for (let i = 0; i < count; i++) to[at + i] = from[i]!;
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
