import { FEATURES } from '../../domain/index.ts';
import { type Actor, LARGEST_PENALTY } from '../actor.ts';
import type { Critic } from '../critic.ts';
import { PolicyPass } from '../PolicyPass.ts';
import { trainingKernelOver } from '../TrainingKernel.ts';
import { type TrainingMemory, trainingMemory } from '../TrainingMemory.ts';
import { ValuePass } from '../ValuePass.ts';

function memoryFor(hidden: number, criticHidden: number, context: number): TrainingMemory {
  const one = { environments: 1, steps: 1, minibatch: 1, workers: 1 };
  return trainingMemory({ hidden, criticHidden, context, ...one });
}

/** The passes of a policy over rows of features, up to 64 at a time, as the workers do them. */
export class PolicyProbe {
  readonly #actor: Actor;
  readonly #fakeQuantise: boolean;
  readonly #memory: TrainingMemory;
  readonly #pass: PolicyPass;

  constructor(actor: Actor, fakeQuantise = true) {
    this.#actor = actor;
    this.#fakeQuantise = fakeQuantise;
    this.#memory = memoryFor(actor.hidden, 8, 4);
    this.#pass = new PolicyPass(trainingKernelOver(this.#memory.memory), this.#memory, 0, fakeQuantise);
  }

  /** Call after every change of the actor's parameters. */
  publish(): this {
    this.#actor.publish(this.#memory.policy, trainingKernelOver(this.#memory.memory), this.#fakeQuantise);
    return this;
  }

  penalties(rows: readonly Int16Array[]): number[] {
    for (const [k, row] of rows.entries()) this.#memory.batch.features.set(row, k * FEATURES);
    this.#pass.forward(0, rows.length, 1);
    return rows.map((_, k) => Math.min(LARGEST_PENALTY, Math.max(0, this.#pass.output[k]!)));
  }

  /** Logits and probabilities of the candidates, then of defer. */
  distribution(
    pairs: readonly { readonly row: Int16Array; readonly weight: number; readonly scale: number }[],
    temperature: number,
  ): { logits: number[]; probabilities: number[] } {
    const { features, weight, penaltyScale } = this.#memory.batch;
    for (const [k, pair] of pairs.entries()) {
      features.set(pair.row, k * FEATURES);
      weight[k] = pair.weight;
      penaltyScale[k] = pair.scale;
    }
    this.#pass.forward(0, pairs.length, temperature);
    const exps = [...this.#pass.exps.subarray(0, pairs.length + 1)];
    const sum = exps.reduce((all, one) => all + one, 0);
    const logits = [...this.#pass.logits.subarray(0, pairs.length + 1)];
    return { logits, probabilities: exps.map((one) => one / sum) };
  }

  /** Gradient of Σ slopes · penalties, of the masters. */
  gradient(rows: readonly Int16Array[], slopes: readonly number[]): Float64Array {
    const part = this.#memory.partials[0]!;
    for (const piece of Object.values(part.policy)) piece.fill(0);
    this.penalties(rows);
    slopes.forEach((slope, k) => {
      this.#pass.carry(k, slope);
    });
    this.#pass.backward(0, part);
    this.#actor.gather([part]);
    return this.#actor.gradient.slice();
  }
}

/** The passes of a critic over contexts, up to 256 at a time. */
export class ValueProbe {
  readonly #critic: Critic;
  readonly #memory: TrainingMemory;
  readonly #pass: ValuePass;

  constructor(critic: Critic) {
    this.#critic = critic;
    this.#memory = memoryFor(8, critic.hidden, critic.inputs);
    this.#pass = new ValuePass(trainingKernelOver(this.#memory.memory), this.#memory, 0);
  }

  publish(): this {
    this.#critic.publish(this.#memory.critic, trainingKernelOver(this.#memory.memory));
    return this;
  }

  values(contexts: readonly (readonly number[])[]): number[] {
    for (const [k, context] of contexts.entries())
      this.#pass.context.set(context, k * this.#pass.contextWidth);
    this.#pass.forward(contexts.length);
    return [...this.#pass.value.subarray(0, contexts.length)];
  }

  /** Gradient of Σ slopes · values. */
  gradient(contexts: readonly (readonly number[])[], slopes: readonly number[]): Float64Array {
    const part = this.#memory.partials[0]!;
    for (const piece of Object.values(part.critic)) piece.fill(0);
    this.values(contexts);
    this.#pass.dValue.set(slopes);
    this.#pass.backward(contexts.length, part);
    this.#critic.gather([part]);
    return this.#critic.gradient.slice();
  }
}
