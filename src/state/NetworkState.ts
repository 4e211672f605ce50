import {
  AICChainError,
  type ChainEvent,
  type Hex,
  type NetworkCounters,
  type NodeRecord,
  openAt,
  PARAMETERS,
  type ParameterValues,
  type Status,
} from '../domain/index.ts';
import { fold } from './fold.ts';
import { Journal } from './journal.ts';
import type { NodeState, PolicyState, WorkloadState } from './rows.ts';
import { known, NetworkTables, parameterAt, type StateClock } from './tables.ts';

/** The last block that was folded; blocks without events need not be. */
export interface Head {
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly timestamp: number;
}

/** More than any reorganisation that a chain with finality allows. */
const KEEP_BLOCKS = 1_024;

/**
 * The network as its log tells it. Events fold in, block by block, and un-fold when the chain reorganises;
 * whatever binds by round can be asked for any round, past or next.
 *
 * @example
 * const state = NetworkState.replay(events, { genesis, roundSec });
 * state.recordAt(1, round)?.freeGpus;
 */
export class NetworkState extends NetworkTables {
  readonly #journal: Journal;
  #head: Head | undefined;

  /** `keepBlocks`: how many blocks back `revertTo` can go. */
  constructor(clock: StateClock, { keepBlocks = KEEP_BLOCKS }: { readonly keepBlocks?: number } = {}) {
    const journal = new Journal(keepBlocks);
    super(clock, journal);
    this.#journal = journal;
  }

  static replay(events: Iterable<ChainEvent>, clock: StateClock): NetworkState {
    const state = new NetworkState(clock);
    for (const block of blocksOf(events)) state.apply(block);
    return state;
  }

  get head(): Head | undefined {
    return this.#head;
  }

  /**
   * Folds all events of one block, in log order; if one is refused, none is folded.
   * `meets` is called with each event before it is folded: it sees the state that the event meets.
   */
  apply(events: readonly ChainEvent[], meets?: (event: ChainEvent) => void): void {
    const first = events[0];
    if (first === undefined) return;
    this.#refuseOutOfOrder(events, first);
    const { blockNumber, blockHash, timestamp } = first;
    const before = this.#head;
    this.#journal.begin(blockNumber);
    this.#journal.changed(() => {
      this.#head = before;
    });
    try {
      for (const event of events) {
        meets?.(event);
        fold(this, this.#journal, event);
      }
    } catch (error) {
      this.#journal.undoNewest();
      throw error;
    }
    this.#head = { blockNumber, blockHash, timestamp };
    this.#journal.end();
  }

  /** Un-folds every block above `blockNumber`. */
  revertTo(blockNumber: number): void {
    if (blockNumber < this.#journal.forgottenUpTo) {
      throw new AICChainError(
        'ReorganisationTooDeep',
        `block ${blockNumber} is no longer kept, blocks above ${this.#journal.forgottenUpTo} are`,
        { hint: 'Replay the log from block 0.' },
      );
    }
    while (this.#head !== undefined && this.#head.blockNumber > blockNumber) this.#journal.undoNewest();
  }

  #refuseOutOfOrder(events: readonly ChainEvent[], { blockNumber, blockHash }: ChainEvent) {
    const refuse = (message: string) => {
      throw new AICChainError('EventsOutOfOrder', message);
    };
    if (this.#head !== undefined && blockNumber <= this.#head.blockNumber) {
      refuse(`block ${blockNumber} after block ${this.#head.blockNumber}`);
    }
    events.forEach((event, i) => {
      if (event.blockNumber !== blockNumber || event.blockHash !== blockHash) {
        refuse(
          `an event of block ${event.blockNumber} ${event.blockHash} among those of ${blockNumber} ${blockHash}`,
        );
      }
      const previous = events[i - 1]?.logIndex ?? -1;
      if (event.logIndex <= previous)
        refuse(`log ${event.logIndex} after ${previous} in block ${blockNumber}`);
    });
  }

  // What binds in a round ----------------------------------------------------------------------------------------

  /** undefined where the node was not registered yet. */
  recordAt(node: number, round: number): NodeRecord | undefined {
    return this.nodes.get(node)?.records.at(round)?.record;
  }

  isOpenAt(workload: number, round: number): boolean {
    const row = this.workloads.get(workload);
    return row !== undefined && openAt(row.openRounds, row.openUntilRound, round);
  }

  parametersAt(round: number): ParameterValues {
    const values: Record<string, number> = {};
    for (const { name } of PARAMETERS) values[name] = parameterAt(this, name, round);
    return values as ParameterValues;
  }

  countersAt(round: number): NetworkCounters {
    const { gpus = 0, freeGpus = 0 } = this.networkGpus.at(round) ?? {};
    const { openWorkloads = 0, newestWorkload = 0 } = this.workloadCounters.at(round) ?? {};
    return { gpus, freeGpus, openWorkloads, newestWorkload };
  }

  /** undefined is policy 0, price alone. */
  policyAt(round: number): PolicyState | undefined {
    const id = this.activePolicy.at(round) ?? 0;
    return id === 0 ? undefined : known(this.policies, id, 'policy');
  }

  /** The nodes that exist in `round`, ascending by id. */
  nodesAt(round: number): NodeState[] {
    return ascending(this.nodes.values()).filter(({ id }) => this.recordAt(id, round) !== undefined);
  }

  /** The workloads that can be matched in `round`, ascending by id. */
  openWorkloadsAt(round: number): WorkloadState[] {
    return ascending(this.workloads.values()).filter(({ id }) => this.isOpenAt(id, round));
  }

  isVoided(round: number): boolean {
    return this.rounds.get(round)?.voided === true;
  }

  /** The last round in which what was posted in `round` can be challenged. After it, it is final. */
  lastChallengeRound(round: number): number {
    return round + this.parametersAt(round).challengeWindowRounds;
  }

  /**
   * The status of a workload as `round` has made it: a missed start, an expiry, and that the round of a match was
   * voided before the start need no transaction.
   */
  statusIn(workload: number, round: number): Status | 'NoShow' | 'RoundVoided' | 'Expired' {
    const { status, matchedRound, openUntilRound, spec } = known(this.workloads, workload, 'workload');
    if (status === 'Open' && round >= openUntilRound) return 'Expired';
    if (status !== 'Matched') return status;
    if (this.isVoided(matchedRound)) return 'RoundVoided';
    const { startWindowRounds } = this.parametersAt(spec.submittedRound);
    return round > matchedRound + startWindowRounds ? 'NoShow' : status;
  }
}

/** Events of consecutive blocks, one array a block. */
export function* blocksOf(events: Iterable<ChainEvent>): Iterable<ChainEvent[]> {
  let block: ChainEvent[] = [];
  for (const event of events) {
    if (block.length > 0 && block[0]!.blockNumber !== event.blockNumber) {
      yield block;
      block = [];
    }
    block.push(event);
  }
  if (block.length > 0) yield block;
}

function ascending<T extends { readonly id: number }>(rows: Iterable<T>): T[] {
  return [...rows].sort((a, b) => a.id - b.id);
}
