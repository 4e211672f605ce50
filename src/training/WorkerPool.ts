import type { FeatureScale } from './actor.ts';
import type { EnvironmentState } from './Checkpoint.ts';
import type { PpoOptions } from './PpoOptions.ts';
import type { Scenario } from './scenario.ts';
import type { SharedMemory } from './TrainingKernel.ts';
import type { TrainingShape } from './TrainingMemory.ts';

/** All that a worker needs to begin; it can be sent to a thread. */
export interface WorkerSetup {
  /** Null where no environments are played: the learner alone is timed. */
  readonly scenario: Scenario | null;
  readonly options: Omit<PpoOptions, 'signal' | 'from'>;
  readonly scale: FeatureScale;
  readonly shape: TrainingShape;
  readonly memory: SharedMemory;
  readonly environmentSeed: number;
}

/** What all workers do their parts of. */
export type Task =
  | { readonly kind: 'rollout'; readonly temperature: number }
  | MinibatchTask
  | { readonly kind: 'save' }
  | { readonly kind: 'restore'; readonly environments: readonly EnvironmentState[] };

export interface MinibatchTask {
  readonly kind: 'gradients';
  /** Places in the order of the epoch. */
  readonly from: number;
  readonly to: number;
  readonly temperature: number;
  readonly entropyWeight: number;
  /** Of the advantages of the minibatch. */
  readonly mean: number;
  readonly deviation: number;
}

/** The workers of one training. */
export interface WorkerPool {
  /** Resolves when every worker did its part, to what each gave, by worker. */
  run(task: Task): Promise<readonly unknown[]>;
  close(): Promise<void>;
}

export interface OpenPool {
  readonly workers: number;
  open(setup: WorkerSetup): Promise<WorkerPool>;
}
