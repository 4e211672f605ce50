import {
  type Address,
  AICChainError,
  type GpuClass,
  type NetworkCounters,
  PARAMETERS,
  type ParameterName,
  type PostedRound,
  type RoundClock,
} from '../domain/index.ts';
import type { Journal } from './journal.ts';
import { RoundSeries } from './RoundSeries.ts';
import type { AuditorState, EpochState, NodeState, PolicyState, WorkloadState } from './rows.ts';
import { Table } from './Table.ts';

const PARAMETER_INDEX = new Map(PARAMETERS.map(({ name }, index) => [name, index]));

/** What the state needs of the clock: a vote on a policy may name any later round. */
export type StateClock = Pick<RoundClock, 'genesis' | 'roundSec'>;

/** The state, as tables of immutable rows and series by round: all there is to fold, undo and encode. */
export class NetworkTables {
  readonly clock: StateClock;
  readonly nodes: Table<number, NodeState>;
  readonly workloads: Table<number, WorkloadState>;
  readonly policies: Table<number, PolicyState>;
  /** By round. */
  readonly rounds: Table<number, PostedRound>;
  readonly classes: Table<number, GpuClass>;
  readonly auditors: Table<Address, AuditorState>;
  /** By `epochKey`. */
  readonly epochs: Table<string, EpochState>;
  /** By index in PARAMETERS. */
  readonly parameters: readonly RoundSeries<number>[];
  /** The id of the policy that binds; 0, and before the first write, is price alone. */
  readonly activePolicy: RoundSeries<number>;
  readonly networkGpus: RoundSeries<Pick<NetworkCounters, 'gpus' | 'freeGpus'>>;
  readonly workloadCounters: RoundSeries<Pick<NetworkCounters, 'openWorkloads' | 'newestWorkload'>>;

  constructor(clock: StateClock, journal: Journal) {
    this.clock = clock;
    this.nodes = new Table(journal);
    this.workloads = new Table(journal);
    this.policies = new Table(journal);
    this.rounds = new Table(journal);
    this.classes = new Table(journal);
    this.auditors = new Table(journal);
    this.epochs = new Table(journal);
    this.parameters = PARAMETERS.map(() => new RoundSeries<number>(journal));
    this.activePolicy = new RoundSeries(journal);
    this.networkGpus = new RoundSeries(journal);
    this.workloadCounters = new RoundSeries(journal);
  }
}

/** The value that binds in `round`. */
export function parameterAt(tables: NetworkTables, name: ParameterName, round: number): number {
  const value = tables.parameters[PARAMETER_INDEX.get(name)!]!.at(round);
  if (value === undefined)
    throw new AICChainError('ParameterNotWritten', `no ${name} binds in round ${round}`, {
      hint: 'Fold the log from the block in which the network was deployed.',
    });
  return value;
}

export function epochKey(node: number, epoch: number): string {
  return `${node}/${epoch}`;
}

/** The row of an id that the log must have introduced before. */
export function known<K, V>(table: Table<K, V>, key: K, what: string): V {
  const row = table.get(key);
  if (row === undefined)
    throw new AICChainError('NotInLog', `${what} ${key} is not in the log`, {
      hint: 'Read the log from the first block of the network on.',
    });
  return row;
}
