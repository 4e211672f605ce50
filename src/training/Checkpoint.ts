import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';
import { AICChainError, type IntegerNetwork } from '../domain/index.ts';
import { encodeWeights } from '../policy/weightsBytes.ts';
import type { AdamState } from './adam.ts';
import type { PpoOptions, UpdateMetrics } from './PpoOptions.ts';
import type { RandomState } from './random.ts';
import type { Scenario } from './scenario.ts';
import type { VectorState } from './VectorEnv.ts';

/** All that a training between two updates consists of; data alone, so that it can be written down. */
export interface Checkpoint {
  /** Updates that are done. */
  readonly update: number;
  readonly identity: TrainingIdentity;
  readonly actor: Float64Array;
  readonly critic: Float64Array;
  readonly actorAdam: AdamState;
  readonly criticAdam: AdamState;
  /** Of the order of the minibatches. */
  readonly random: RandomState;
  readonly environments: readonly EnvironmentState[];
  readonly best: BestNetwork;
  /** Welfare of price alone on the validation seeds, micro-AICC. */
  readonly baseWelfareMicro: number;
  readonly history: readonly UpdateMetrics[];
}

export interface EnvironmentState {
  readonly state: VectorState;
  /** Of the choices in it. */
  readonly random: RandomState;
}

export interface BestNetwork {
  readonly network: IntegerNetwork;
  readonly welfareMicro: number;
  readonly update: number;
}

/** What must be the same for a training to go on: its options by name, its scenario, the shape of its networks. */
export type TrainingIdentity = Readonly<Record<string, unknown>>;

export function identityOf(scenario: Scenario, options: PpoOptions, criticInputs: number): TrainingIdentity {
  const { signal: _, from, ...named } = options;
  return {
    ...named,
    from: from === null ? null : bytesToHex(sha256(encodeWeights(from))),
    criticInputs,
    scenario: bytesToHex(sha256(utf8ToBytes(JSON.stringify(scenario)))),
  };
}

/** Refuses a checkpoint of another training, naming what differs. */
export function refuseOther({ identity: saved }: Checkpoint, own: TrainingIdentity): void {
  const names = [...new Set([...Object.keys(own), ...Object.keys(saved)])];
  const differences = names
    .map((name) => [name, shown(saved[name]), shown(own[name])] as const)
    .filter(([, theirs, ours]) => theirs !== ours)
    .map(([name, theirs, ours]) =>
      name === 'scenario'
        ? 'its scenario is another'
        : `${name} is ${theirs} in the checkpoint and ${ours} here`,
    );
  if (differences.length === 0) return;
  throw new AICChainError(
    'OTHER_CHECKPOINT',
    `the checkpoint is of another training: ${differences.join('; ')}`,
    {
      hint: 'Resume with the scenario and the options that it began with, or begin anew in another folder.',
    },
  );
}

const shown = (value: unknown): string => JSON.stringify(value) ?? 'absent';
