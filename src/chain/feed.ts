import { AICChainError } from '../domain/errors.ts';
import type { ChainEvent } from '../domain/events.ts';
import type { Hex } from '../domain/ids.ts';
import type { Caller } from './Caller.ts';
import { BLOCKS_PER_REQUEST, getEvents } from './events.ts';
import { shownUrl } from './shownUrl.ts';

/** Whoever follows the log: `NetworkState`, or anything else that can undo. */
export interface Follower {
  /** All events of one block, in order. */
  apply(events: readonly ChainEvent[]): void;
  /** Everything above `blockNumber` is no longer true. */
  revertTo(blockNumber: number): void;
}

/** A block, as far as it matters for following a log. */
export interface Block {
  readonly number: number;
  readonly hash: Hex;
  /** Seconds. */
  readonly timestamp: number;
}

/** How many places are remembered to come back to; below the oldest, a reorganisation starts the log anew. */
const PLACES_KEPT = 1_024;
/** How often one reading begins again: more often no honest chain changes under it. */
const SETBACKS = 16;

/**
 * The log of a network, read in order, block by block. When the chain takes blocks back, the follower is told to
 * undo them before it gets those that replace them.
 *
 * @example
 * const feed = new ChainFeed(network.caller, state);
 * await feed.poll(); // everything up to now is in `state`
 */
export class ChainFeed {
  readonly #caller: Caller;
  readonly #follower: Follower;
  /** Blocks that were read, ascending: the last one, and those that had events. */
  #read: Block[] = [];
  #polling: Promise<number> | undefined;

  constructor(caller: Caller, follower: Follower) {
    this.#caller = caller;
    this.#follower = follower;
  }

  /** Number of the last block that was read; one below the network's first before any was. */
  get blockNumber(): number {
    return this.#read.at(-1)?.number ?? this.#caller.deployment.startBlock - 1;
  }

  /** The last block that was read; undefined before any was. */
  get last(): Block | undefined {
    return this.#read.at(-1);
  }

  /**
   * Reads up to the newest block, or up to block `upTo` where that is older, and returns how many events came. Calls that
   * overlap share one reading.
   */
  poll(upTo = Number.POSITIVE_INFINITY): Promise<number> {
    this.#polling ??= this.#poll(upTo).finally(() => {
      this.#polling = undefined;
    });
    return this.#polling;
  }

  async #poll(upTo: number): Promise<number> {
    let count = 0;
    for (let setbacks = 0; setbacks < SETBACKS; ) {
      if (await this.#undoWhatIsGone()) setbacks++;
      const head = await this.#block('latest');
      if (head === undefined || Math.min(head.number, upTo) <= this.blockNumber) return count;
      const to = Math.min(head.number, upTo, this.blockNumber + BLOCKS_PER_REQUEST);
      const last = to === head.number ? head : await this.#block(to);
      const events = await getEvents(this.#caller, this.blockNumber + 1, to);
      // If the chain was reorganised between the two questions, the answers do not fit together: ask again.
      if (last === undefined || (await this.#block(to))?.hash !== last.hash) {
        setbacks++;
        continue;
      }
      for (const block of blocksOf(events)) this.#deliver(block);
      if (this.#read.at(-1)?.number !== to) this.#read.push(last);
      this.#read = this.#read.slice(-PLACES_KEPT);
      count += events.length;
    }
    throw new AICChainError(
      'UNSTEADY_LOG',
      `${shownUrl(this.#caller.rpcUrl)} tells of its blocks one way, then another`,
      {
        hint: 'It may catch up by itself; if this lasts, use another endpoint.',
        retryable: true,
      },
    );
  }

  #deliver(events: readonly ChainEvent[]): void {
    this.#follower.apply(events);
    const { blockNumber, blockHash, timestamp } = events[0]!;
    this.#read.push({ number: blockNumber, hash: blockHash, timestamp });
  }

  /** Goes back to the last block read that the chain still has, and has the follower undo the rest; true if there was any. */
  async #undoWhatIsGone(): Promise<boolean> {
    const before = this.#read.length;
    for (let last = this.#read.at(-1); last; last = this.#read.at(-1)) {
      if ((await this.#block(last.number))?.hash === last.hash) break;
      this.#read.pop();
    }
    const isAnyGone = this.#read.length < before;
    if (isAnyGone) this.#follower.revertTo(this.blockNumber);
    return isAnyGone;
  }

  async #block(at: number | 'latest'): Promise<Block | undefined> {
    const tag = at === 'latest' ? at : `0x${at.toString(16)}`;
    const block = await this.#caller.request<{ number: Hex; hash: Hex; timestamp: Hex } | null>(
      'eth_getBlockByNumber',
      [tag, false],
    );
    if (!block) return undefined;
    return { number: Number(block.number), hash: block.hash, timestamp: Number(block.timestamp) };
  }
}

function* blocksOf(events: readonly ChainEvent[]): Iterable<readonly ChainEvent[]> {
  for (let from = 0; from < events.length; ) {
    const { blockNumber } = events[from]!;
    let to = from;
    while (events[to]?.blockNumber === blockNumber) to++;
    yield events.slice(from, to);
    from = to;
  }
}
