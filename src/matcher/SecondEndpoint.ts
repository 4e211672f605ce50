import { Caller } from '../chain/Caller.ts';
import { compareLogs } from '../chain/compareLogs.ts';
import type { Deployment } from '../chain/deployment.ts';
import { type Block, ChainFeed } from '../chain/feed.ts';
import { shownUrl } from '../chain/shownUrl.ts';
import { AICChainError } from '../domain/errors.ts';
import type { Hex } from '../domain/ids.ts';
import { NetworkState, stateHash } from '../state/index.ts';
import { Halted } from './Halted.ts';

/** Two endpoints may be on two forks for a moment, but not for so many blocks. */
const DEEPEST_FORK = 32;

/**
 * The same log from elsewhere, folded beside the first one. An endpoint that invents, withholds or alters a log gives
 * another state, and the hashes tell.
 */
export class SecondEndpoint {
  readonly #caller: Caller;
  readonly #state: NetworkState;
  readonly #feed: ChainFeed;

  constructor(rpcUrl: string, deployment: Deployment) {
    this.#caller = new Caller({ rpcUrl, deployment });
    this.#state = new NetworkState(deployment);
    this.#feed = new ChainFeed(this.#caller, this.#state);
  }

  /**
   * That `state`, read by `first` up to block `last`, is what this endpoint tells too. `NOT_CONFIRMED` (retryable) while it
   * has not come so far; `LOGS_DIFFER`, with the block in which the two part, where it tells something else.
   */
  async confirm(first: Caller, state: NetworkState, last: Block): Promise<void> {
    await this.#feed.poll(last.number);
    const own = this.#feed.last;
    if (own === undefined || own.number < last.number) {
      throw notConfirmed(`${this.#name} is at block ${own?.number ?? 'none'} of ${last.number}`);
    }
    if (own.hash !== last.hash) {
      const parted = await this.#firstOtherBlock(first, last.number);
      if (last.number - parted < DEEPEST_FORK)
        throw notConfirmed(`${this.#name} has another block ${last.number}`);
      throw this.#parting(first, 'are on different chains', parted);
    }
    if (stateHash(this.#state) === stateHash(state)) return;
    await this.compare(first);
    // They tell the same now; what was folded of one of them before is not what it tells any more.
    throw this.#parting(first, 'told different logs before', last.number);
  }

  /** Throws `LOGS_DIFFER` with the first block of which the two tell different events, if there is one. */
  async compare(first: Caller): Promise<void> {
    const { difference } = await compareLogs(first, this.#caller);
    if (difference) throw this.#parting(first, 'tell different logs', difference.blockNumber);
  }

  get #name(): string {
    return shownUrl(this.#caller.rpcUrl);
  }

  #parting({ rpcUrl }: Caller, how: string, block: number): Halted {
    return new Halted('LOGS_DIFFER', `${shownUrl(rpcUrl)} and ${this.#name} ${how}, at block ${block}`, {
      hint: 'One of them does not tell the truth: ask a third before you go on.',
    });
  }

  /** Chains that part do not come together again. */
  async #firstOtherBlock(first: Caller, to: number): Promise<number> {
    let low = this.#caller.deployment.startBlock;
    let high = to;
    while (low < high) {
      const middle = (low + high) >> 1;
      const [one, other] = await Promise.all([hashOf(first, middle), hashOf(this.#caller, middle)]);
      if (one === other) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const notConfirmed = (why: string) =>
  new AICChainError('NOT_CONFIRMED', `waiting for the second endpoint: ${why}`, { retryable: true });

const hashOf = async (caller: Caller, block: number) =>
  (await caller.request<{ hash: Hex } | null>('eth_getBlockByNumber', [`0x${block.toString(16)}`, false]))
    ?.hash;
