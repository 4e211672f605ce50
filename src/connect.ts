import { AICChain } from './AICChain.ts';
import type { CallerOptions } from './chain/Caller.ts';
import { NetworkClient } from './chain/NetworkClient.ts';
import { syncState } from './chain/sync.ts';
import type { NetworkState } from './state/index.ts';

/** A network to work with: calls to its contracts, and its log folded into a state. */
export interface Connection {
  readonly network: NetworkClient;
  readonly state: NetworkState;
  readonly aicchain: AICChain;
  /** Folds what happened since, and un-folds what the chain took back. */
  refresh(): Promise<void>;
}

/**
 * Connects to a network and reads its log.
 *
 * @example
 * const { network, aicchain } = await connect({ rpcUrl: 'http://127.0.0.1:8545', deployment, account: privateKey });
 * const round = await network.rounds.current();
 * const { entries, cutoff } = aicchain.propose(round);
 * await network.rounds.post(round, cutoff, entries);
 */
export async function connect(options: CallerOptions): Promise<Connection> {
  const network = new NetworkClient(options);
  const { state, feed } = await syncState(network.caller);
  return {
    network,
    state,
    aicchain: new AICChain(state),
    async refresh() {
      await feed.poll();
    },
  };
}
