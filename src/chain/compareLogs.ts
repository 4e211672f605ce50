import type { ChainEvent } from '../domain/events.ts';
import type { Hex } from '../domain/ids.ts';
import { stateHash } from '../state/encode.ts';
import { blocksOf, NetworkState } from '../state/NetworkState.ts';
import type { Caller } from './Caller.ts';
import { BLOCKS_PER_REQUEST, getEvents } from './events.ts';

/** The first event that two endpoints tell otherwise; undefined where one of them does not tell it at all. */
export interface LogDifference {
  readonly blockNumber: number;
  readonly logIndex: number;
  readonly timestamp: number;
  readonly first: ChainEvent | undefined;
  readonly second: ChainEvent | undefined;
}

export interface LogComparison {
  /** The last block that both have. */
  readonly toBlock: number;
  /** How many blocks more the second has; negative: fewer. */
  readonly aheadBlocks: number;
  readonly difference: LogDifference | undefined;
  /** Of the state at the end of the last range of blocks that was compared; undefined where its log does not fold. */
  readonly stateHashes: readonly [first: Hex | undefined, second: Hex | undefined];
}

/**
 * Reads the log of a network from two endpoints and compares, range of blocks by range of blocks, what they say and the
 * hash of the state that follows from it. Stops at the first difference: an event that one of them has left out,
 * changed or made up.
 *
 * @example
 * const { difference } = await compareLogs(network.caller, new Caller({ rpcUrl: other, deployment }));
 * if (difference) console.log('they differ in block', difference.blockNumber);
 */
export async function compareLogs(
  first: Caller,
  second: Caller,
  onRange: (toBlock: number, lastBlock: number) => void = () => {},
): Promise<LogComparison> {
  const [height, otherHeight] = await Promise.all([first, second].map(newestBlock));
  const lastBlock = Math.min(height!, otherHeight!);
  const folds = [new Fold(first), new Fold(second)] as const;
  let difference: LogDifference | undefined;
  let toBlock = first.deployment.startBlock - 1;
  while (toBlock < lastBlock && difference === undefined) {
    const from = toBlock + 1;
    toBlock = Math.min(lastBlock, from + BLOCKS_PER_REQUEST - 1);
    const [one, other] = await Promise.all([
      getEvents(first, from, toBlock),
      getEvents(second, from, toBlock),
    ]);
    difference = firstDifference(one, other);
    folds[0].apply(one);
    folds[1].apply(other);
    onRange(toBlock, lastBlock);
  }
  return {
    toBlock: lastBlock,
    aheadBlocks: otherHeight! - height!,
    difference,
    stateHashes: [folds[0].hash(), folds[1].hash()],
  };
}

class Fold {
  readonly #state: NetworkState;
  #isReadable = true;

  constructor({ deployment }: Caller) {
    this.#state = new NetworkState(deployment, { keepBlocks: 1 });
  }

  apply(events: readonly ChainEvent[]): void {
    try {
      if (this.#isReadable) for (const block of blocksOf(events)) this.#state.apply(block);
    } catch {
      this.#isReadable = false; // that the log contradicts itself is for `verifyLog` to say
    }
  }

  hash(): Hex | undefined {
    return this.#isReadable ? stateHash(this.#state) : undefined;
  }
}

function firstDifference(
  one: readonly ChainEvent[],
  other: readonly ChainEvent[],
): LogDifference | undefined {
  const length = Math.max(one.length, other.length);
  for (let i = 0; i < length; i++) {
    const [a, b] = [one[i], other[i]];
    if (a !== undefined && b !== undefined && textOf(a) === textOf(b)) continue;
    const order = a === undefined ? 1 : b === undefined ? -1 : placeOrder(a, b);
    const { blockNumber, logIndex, timestamp } = order <= 0 ? a! : b!;
    return {
      blockNumber,
      logIndex,
      timestamp,
      first: order <= 0 ? a : undefined,
      second: order >= 0 ? b : undefined,
    };
  }
  return undefined;
}

function placeOrder(a: ChainEvent, b: ChainEvent): number {
  return a.blockNumber - b.blockNumber || a.logIndex - b.logIndex;
}

function textOf(event: ChainEvent): string {
  return JSON.stringify(event, (_, one) => (typeof one === 'bigint' ? `0x${one.toString(16)}` : one));
}

async function newestBlock(caller: Caller): Promise<number> {
  return Number(await caller.request('eth_blockNumber', []));
}
