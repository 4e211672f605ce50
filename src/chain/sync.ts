import { NetworkState } from '../state/NetworkState.ts';
import type { Caller } from './Caller.ts';
import { ChainFeed } from './feed.ts';

/** A network's state and the feed that keeps it. */
export interface Synced {
  readonly state: NetworkState;
  readonly feed: ChainFeed;
}

/**
 * The state of a network as of now. Call `feed.poll()` to bring it up to date again.
 *
 * @example
 * const { state, feed } = await syncState(network.caller);
 * console.log(state.head?.blockNumber);
 */
export async function syncState(caller: Caller): Promise<Synced> {
  const state = new NetworkState(caller.deployment);
  const feed = new ChainFeed(caller, state);
  await feed.poll();
  return { state, feed };
}
