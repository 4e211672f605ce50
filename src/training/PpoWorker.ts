import { FEATURES } from '../domain/index.ts';
import { MAX_CANDIDATES, type Observation } from './AICChainEnv.ts';
import { LARGEST_PENALTY } from './actor.ts';
import type { EnvironmentState } from './Checkpoint.ts';
import { exp, log, power } from './elementary.ts';
import { PolicyPass } from './PolicyPass.ts';
import { Random } from './random.ts';
import { writeContext } from './situation.ts';
import { trainingKernelOver } from './TrainingKernel.ts';
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
import { ValuePass } from './ValuePass.ts';
import { VectorEnv } from './VectorEnv.ts';
import type { MinibatchTask, Task, WorkerSetup } from './WorkerPool.ts';

/** An environment of this worker. */
interface Play {
  /** Among all of the training. */
  readonly index: number;
  readonly env: VectorEnv;
  /** Of the choices. */
  random: Random;
  current: Observation;
}

/**
 * The parts of PPO that workers do side by side: they act in the environments dealt to them (e mod workers), and take
 * chunks of a minibatch until none is left. What an environment or a chunk gives depends on nothing but itself, and goes
 * to a place of its own: so any number of workers gives the same bits.
 */
export class PpoWorker {
  readonly #setup: WorkerSetup;
  readonly #memory: TrainingMemory;
  readonly #policy: PolicyPass;
  readonly #value: ValuePass;
  readonly #plays: readonly Play[];

  constructor(setup: WorkerSetup, worker: number) {
    this.#setup = setup;
    this.#memory = trainingMemory(setup.shape, setup.memory);
    const kernel = trainingKernelOver(setup.memory);
    this.#policy = new PolicyPass(kernel, this.#memory, worker, setup.options.fakeQuantise);
    this.#value = new ValuePass(kernel, this.#memory, worker);
    this.#plays = playsOf(setup, worker);
  }

  do(task: Task): unknown {
    switch (task.kind) {
      case 'rollout':
        return this.#rollout(task.temperature);
      case 'gradients':
        return this.#gradients(task);
      case 'save':
        return this.#plays.map((play) => [play.index, stateOf(play)] as const);
      case 'restore':
        return this.#plays.forEach((play) => {
          restore(play, task.environments[play.index]!);
        });
    }
  }

  /** `steps` decisions in each environment, by the policy as it is. */
  #rollout(temperature: number): void {
    const { environments, steps } = this.#memory.shape;
    const { lastValue } = this.#memory.batch;
    for (const play of this.#plays) {
      const from = play.index * PLAY_SUMS;
      this.#memory.batch.playSums.fill(0, from, from + PLAY_SUMS);
      for (let t = 0; t < steps; t++) this.#decide(play, t * environments + play.index, temperature);
      lastValue[play.index] = this.#valueOf(play.current);
    }
  }

  #decide(play: Play, at: number, temperature: number): void {
    const { batch } = this.#memory;
    const { current } = play;
    const { candidates: count } = current;
    batch.count[at] = count;
    batch.features.set(current.features.subarray(0, count * FEATURES), at * MAX_CANDIDATES * FEATURES);
    batch.weight.set(current.weight.subarray(0, count), at * MAX_CANDIDATES);
    batch.penaltyScale.set(current.penaltyScale.subarray(0, count), at * MAX_CANDIDATES);
    batch.value[at] = this.#valueOf(current);
    batch.context.set(this.#value.context.subarray(0, batch.contextWidth), at * batch.contextWidth);

    const most = this.#policy.forward(at, count, temperature);
    const { logits, exps } = this.#policy;
    const sum = sumOf(exps, count + 1);
    const choice = draw(exps, count, play.random.float() * sum);
    batch.action[at] = choice;
    batch.logProbability[at] = logits[choice]! - (most + log(sum));

    const isDeferred = choice === count;
    const step = play.env.step(0, isDeferred ? MAX_CANDIDATES : choice);
    play.current = step.observation;
    batch.reward[at] = step.reward;
    batch.done[at] = step.terminated || step.truncated ? 1 : 0;
    batch.discount[at] = power(this.#setup.options.discountPerRound, step.info.elapsedRounds);
    // What was cut off goes on in expectation; what ended does not.
    batch.finalValue[at] =
      step.truncated && step.finalObservation !== null ? this.#valueOf(step.finalObservation) : 0;

    const sums = batch.playSums;
    const into = play.index * PLAY_SUMS;
    for (const [k, term] of REWARD_TERMS.entries()) sums[into + k]! += step.info.terms[term];
    sums[into + DEFERRED]! += isDeferred ? 1 : 0;
    sums[into + CANDIDATES]! += count;
    for (let a = 0; a < count; a++) sums[into + PENALTY]! += penaltyOf(this.#policy.output[a]!);
  }

  #valueOf(observation: Observation): number {
    writeContext(observation, this.#setup.scale, this.#value.context, 0);
    this.#value.forward(1);
    return this.#value.value[0]!;
  }

  /** Gradients of the chunks of a minibatch that nobody else took. */
  #gradients(task: MinibatchTask): void {
    const { nextChunk, partials } = this.#memory;
    for (;;) {
      const chunk = Atomics.add(nextChunk, 0, 1);
      const from = task.from + chunk * CHUNK;
      if (from >= task.to) return;
      const part = partials[chunk]!;
      for (const layers of [part.policy, part.critic]) for (const g of Object.values(layers)) g.fill(0);
      part.sums.fill(0);
      const to = Math.min(task.to, from + CHUNK);
      for (let k = from; k < to; k++) this.#policyLoss(task, k, chunk);
      this.#valueLoss(task, from, to, chunk);
    }
  }

  /** The clipped surrogate and the entropy of one decision, over its valid actions: no other is there at all. */
  #policyLoss(
    { from, to, temperature, entropyWeight, mean, deviation }: MinibatchTask,
    k: number,
    chunk: number,
  ) {
    const { batch, partials } = this.#memory;
    const { clip, negligibleSlope } = this.#setup.options;
    const { logits, exps } = this.#policy;
    const size = to - from;
    const at = batch.order[k]!;
    const count = batch.count[at]!;
    const choice = batch.action[at]!;
    const advantage = (batch.advantage[at]! - mean) / (deviation + 1e-8);

    const most = this.#policy.forward(at, count, temperature);
    const sum = sumOf(exps, count + 1);
    const whole = most + log(sum);
    const logRatio = logits[choice]! - whole - batch.logProbability[at]!;
    const ratio = exp(logRatio);
    const isClipped = advantage > 0 ? ratio > 1 + clip : ratio < 1 - clip;
    const dLog = isClipped ? 0 : -advantage * ratio;

    let entropy = whole;
    for (let a = 0; a <= count; a++) entropy -= (exps[a]! / sum) * logits[a]!;
    const largestEntropy = LOG_OF[count + 1]!;
    const dEntropy = -entropyWeight / largestEntropy;
    for (let a = 0; a < count; a++) {
      const p = exps[a]! / sum;
      const dSurrogate = dLog * ((a === choice ? 1 : 0) - p);
      const dLogit = dSurrogate - dEntropy * p * (logits[a]! - whole + entropy);
      if (Math.abs(dLogit) < negligibleSlope) continue;
      const dPenalty = -dLogit * batch.penaltyScale[at * MAX_CANDIDATES + a]!;
      this.#policy.carry(a, dPenalty / temperature / size);
    }
    const part = partials[chunk]!;
    this.#policy.backward(at, part);
    part.sums[ENTROPY]! += entropy / largestEntropy;
    part.sums[KL]! += ratio - 1 - logRatio;
    part.sums[CLIPPED]! += isClipped ? 1 : 0;
  }

  /** Half the mean squared error of the value. */
  #valueLoss(task: MinibatchTask, from: number, to: number, chunk: number): void {
    const { batch, partials } = this.#memory;
    const { value, dValue } = this.#value;
    const part = partials[chunk]!;
    this.#value.gather(from, to - from);
    this.#value.forward(to - from);
    for (let k = from; k < to; k++) {
      const error = value[k - from]! - batch.return[batch.order[k]!]!;
      dValue[k - from] = error / (task.to - task.from);
      part.sums[VALUE_LOSS]! += 0.5 * error * error;
    }
    this.#value.backward(to - from, part);
  }
}

/** The largest entropy of so many actions; of one alone there is none, and it is divided by 1. */
const LOG_OF = Float64Array.from({ length: MAX_CANDIDATES + 2 }, (_, n) => (n < 2 ? 1 : log(n)));

function playsOf({ scenario, options, shape, environmentSeed }: WorkerSetup, worker: number): Play[] {
  if (scenario === null) return [];
  const root = new Random(environmentSeed);
  const plays: Play[] = [];
  for (let index = worker; index < shape.environments; index += shape.workers) {
    const env = new VectorEnv(scenario, 1, root.split(2 * index).uint32(), options.discountPerRound);
    plays.push({ index, env, random: root.split(2 * index + 1), current: env.reset()[0]![0] });
  }
  return plays;
}

function sumOf(values: Float32Array, count: number): number {
  let sum = 0;
  for (let a = 0; a < count; a++) sum += values[a]!;
  return sum;
}

/** The action whose share of the weights `left` falls into; the last where rounding leaves something over. */
function draw(weights: Float32Array, count: number, left: number): number {
  let rest = left;
  for (let a = 0; a < count; a++) {
    rest -= weights[a]!;
    if (rest < 0) return a;
  }
  return count;
}

const penaltyOf = (output: number) => Math.min(LARGEST_PENALTY, Math.max(0, output));

const stateOf = ({ env, random }: Play): EnvironmentState => ({ state: env.save(), random: random.save() });

function restore(play: Play, { state, random }: EnvironmentState): void {
  play.current = play.env.restore(state)[0]!;
  play.random = Random.restored(random);
}
