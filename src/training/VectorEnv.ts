import { AICChainEnv, type EnvState, type Info, type Observation, type Step } from './AICChainEnv.ts';
import { Random, type RandomState } from './random.ts';
import type { Scenario } from './scenario.ts';
import { nextSeed } from './seeds.ts';

/** A step of one of several environments that start over by themselves. */
export interface VectorStep extends Step {
  /** Of the episode that ended: what a truncated return is bootstrapped from. Null while the episode goes on. */
  readonly finalObservation: Observation | null;
}

/** Environments at one moment, as plain data that can be cloned and stored. */
export interface VectorState {
  readonly environments: readonly EnvState[];
  readonly seeds: readonly RandomState[];
}

/**
 * N environments with seeds of their own. One that ends is reset at once: its step carries the first observation
 * of the next episode, and the last one of the old beside it.
 */
export class VectorEnv {
  readonly environments: readonly AICChainEnv[];
  #seeds: Random[];

  constructor(scenario: Scenario, count: number, seed: number, discountPerRound = 1) {
    const root = new Random(seed);
    this.environments = Array.from({ length: count }, () => new AICChainEnv(scenario, discountPerRound));
    this.#seeds = this.environments.map((_, i) => root.split(i));
  }

  get count(): number {
    return this.environments.length;
  }

  reset(): [Observation, Info][] {
    return this.environments.map((_, i) => this.#reset(i));
  }

  step(i: number, action: number): VectorStep {
    const step = this.environments[i]!.step(action);
    if (!step.terminated && !step.truncated) return { ...step, finalObservation: null };
    const finalObservation = copyOf(step.observation);
    const [observation] = this.#reset(i);
    return { ...step, observation, finalObservation };
  }

  save(): VectorState {
    return {
      environments: this.environments.map((env) => env.save()),
      seeds: this.#seeds.map((random) => random.save()),
    };
  }

  /** Goes on from what was saved of as many environments of the same scenario; returns what each has in view. */
  restore(saved: VectorState): Observation[] {
    if (saved.environments.length !== this.count) {
      throw new RangeError(
        `the state of ${saved.environments.length} environments does not fit ${this.count}`,
      );
    }
    this.#seeds = saved.seeds.map((state) => Random.restored(state));
    return this.environments.map((env, i) => env.restore(saved.environments[i]!));
  }

  #reset(i: number): [Observation, Info] {
    return this.environments[i]!.reset({ seed: nextSeed(this.#seeds[i]!) });
  }
}

function copyOf(observation: Observation): Observation {
  return {
    candidates: observation.candidates,
    features: observation.features.slice(),
    weight: observation.weight.slice(),
    penaltyScale: observation.penaltyScale.slice(),
    state: observation.state.slice(),
    mask: observation.mask.slice(),
  };
}
