import { AICChainError, type IntegerNetwork } from '../domain/index.ts';
import type { Info } from './AICChainEnv.ts';
import { validationSeeds } from './seeds.ts';

/** Every hyper-parameter of a training. */
export interface PpoOptions {
  /** All randomness of a training: the same seed gives the same network, byte for byte. */
  readonly seed: number;
  /** The policy that it begins with, in place of an untrained one, which is price alone; `hidden` is then its own. */
  readonly from: IntegerNetwork | null;
  /** Width of both hidden layers of the policy; a multiple of 8, at most 64. */
  readonly hidden: number;
  /** Width of both hidden layers of the critic; a multiple of 8. */
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
  /** Gradients of a logit below this, of a decision, are not worth a backward pass. */
  readonly negligibleSlope: number;
  /** Whether the forward pass is that of the rounded network; without, only what is deployed is rounded. */
  readonly fakeQuantise: boolean;
  /** Features that are not read, e.g. [4, 19, 20, 21, 22]: a policy without the context of the network. */
  readonly maskedFeatures: readonly number[];
  /** Updates between two checkpoints, each judged by the deployed rule on the validation seeds, and saved. */
  readonly checkpointEvery: number;
  /** Arrival seeds for choosing the checkpoint. Never report welfare on these. */
  readonly validationSeeds: readonly number[];
  /** Stops the training between two updates. */
  readonly signal?: AbortSignal;
}

/** Fits 6 s on one slow core for five nodes. */
export const DEFAULT_PPO: PpoOptions = {
  seed: 1,
  from: null,
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
  negligibleSlope: 1e-4,
  fakeQuantise: true,
  maskedFeatures: [],
  checkpointEvery: 6,
  validationSeeds: validationSeeds(32),
};

type Numbers = { [K in keyof PpoOptions]: PpoOptions[K] extends number ? K : never };
type NumberName = NonNullable<Numbers[keyof PpoOptions]>;
type Rule = readonly [must: string, holds: (value: number) => boolean];

const COUNT: Rule = ['a whole number from 1 on', (value) => Number.isSafeInteger(value) && value >= 1];
const WIDTH: Rule = ['a multiple of 8', (value) => value >= 8 && value % 8 === 0];
const POLICY_WIDTH: Rule = ['a multiple of 8, at most 64', (value) => WIDTH[1](value) && value <= 64];
const ABOVE_0: Rule = ['above 0', (value) => value > 0 && value < Number.POSITIVE_INFINITY];
const FROM_0: Rule = ['a number from 0 on', (value) => value >= 0 && value < Number.POSITIVE_INFINITY];
const DISCOUNT: Rule = ['above 0 and at most 1', (value) => value > 0 && value <= 1];
const PART: Rule = ['in 0..1', (value) => value >= 0 && value <= 1];

const RULES: Partial<Readonly<Record<NumberName, Rule>>> = {
  hidden: POLICY_WIDTH,
  criticHidden: WIDTH,
  environments: COUNT,
  steps: COUNT,
  updates: COUNT,
  epochs: COUNT,
  minibatch: COUNT,
  checkpointEvery: COUNT,
  learningRate: FROM_0,
  criticLearningRate: FROM_0,
  adamEpsilon: ABOVE_0,
  temperatureStart: ABOVE_0,
  temperatureEnd: ABOVE_0,
  maxGradientNorm: ABOVE_0,
  discountPerRound: DISCOUNT,
  lambda: PART,
};

/** The options, if a training can follow them; else names the first that it cannot. */
export function checkedOptions(options: PpoOptions): PpoOptions {
  for (const [name, [must, holds]] of Object.entries(RULES)) {
    const value = options[name as NumberName];
    if (!holds(value)) throw badOption(name, value, must);
  }
  if (options.validationSeeds.length === 0) throw badOption('validationSeeds', '[]', 'at least one seed');
  return options;
}

function badOption(name: string, value: number | string, must: string): AICChainError {
  return new AICChainError('BAD_OPTION', `the option "${name}" of the training is ${value}`, {
    hint: `It must be ${must}.`,
  });
}

/** What one update was like. */
export interface UpdateMetrics {
  readonly update: number;
  readonly updates: number;
  /** So far, this update included. */
  readonly decisions: number;
  /** Mean reward of a decision, money units. */
  readonly reward: number;
  /** The same by its terms. */
  readonly terms: Info['terms'];
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
  /** Wall time of acting, and of learning from it; 0 where the training was given no clock. */
  readonly environmentSec: number;
  readonly learnerSec: number;
  /** Where a checkpoint was made: its welfare over that of price alone, on the validation seeds, minus 1. */
  readonly validationGain: number | null;
}

export interface TrainingResult {
  /** The best checkpoint on the validation seeds; what it began with, price alone unless another was given, counts as one. */
  readonly network: IntegerNetwork;
  readonly history: readonly UpdateMetrics[];
  /** The update that the network comes from; 0 is what it began with. */
  readonly bestUpdate: number;
  readonly validationGain: number;
}

/** Called after each update; training waits for what it returns. */
export type OnProgress = (update: number, metrics: UpdateMetrics) => void | Promise<void>;
