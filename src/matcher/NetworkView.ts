import { AICChain } from '../AICChain.ts';
import { chainNow, roundAt, roundStart } from '../chain/clock.ts';
import { ChainFeed } from '../chain/feed.ts';
import type { NetworkClient } from '../chain/NetworkClient.ts';
import type { AICChainError } from '../domain/errors.ts';
import { NetworkState } from '../state/index.ts';
import { SecondEndpoint } from './SecondEndpoint.ts';

/** When a daemon looks, and whether it sees enough to act. */
export interface Moment {
  readonly round: number;
  /** The timestamp that a transaction sent now would carry, seconds. */
  readonly timeSec: number;
  /**
   * Everything that binds in `round` is in the state. A view that lacks the last blocks of the round before does not know
   * all of its inputs: the round computed from it leaves out a workload, or a node, or takes an ask that has changed,
   * and whoever does know them refutes it. Posting from such a view is how an honest matcher loses its bond.
   */
  readonly isComplete: boolean;
  /** Of the last block that was read: how far behind the clock it is, seconds. */
  readonly behindSec: number;
  /** How often the chain has taken back blocks that were read: what was concluded from them may hold no more. */
  readonly reorganisations: number;
}

/** Development chains, by how they introduce themselves. */
const SOLE_PRODUCERS = /^(anvil|HardhatNetwork)\//i;

export interface ViewOptions {
  /** A second endpoint of the same network: nothing is acted upon that the two do not tell alike. */
  readonly checkRpcUrl?: string;
}

/**
 * A network as its log tells it, kept up to date for daemons. All that they know is here, and all of it comes from the
 * chain: one that is restarted knows what it knew.
 *
 * @example
 * const view = await NetworkView.open(network);
 * const { round, isComplete } = await view.look();
 * if (isComplete) view.aicchain.propose(round);
 */
export class NetworkView {
  readonly network: NetworkClient;
  readonly state: NetworkState;
  readonly aicchain: AICChain;
  readonly #feed: ChainFeed;
  readonly #second: SecondEndpoint | undefined;
  readonly #isSoleProducer: boolean;
  #reorganisations = 0;
  #confirmedRound = -1;

  private constructor(network: NetworkClient, isSoleProducer: boolean, { checkRpcUrl }: ViewOptions) {
    const state = new NetworkState(network.deployment);
    this.network = network;
    this.state = state;
    this.aicchain = new AICChain(state);
    this.#isSoleProducer = isSoleProducer;
    this.#feed = new ChainFeed(network.caller, {
      apply: (events) => state.apply(events),
      revertTo: (block) => {
        this.#reorganisations++;
        state.revertTo(block);
      },
    });
    this.#second =
      checkRpcUrl === undefined ? undefined : new SecondEndpoint(checkRpcUrl, network.deployment);
  }

  /** Reads the whole log. */
  static async open(network: NetworkClient, options: ViewOptions = {}): Promise<NetworkView> {
    const version = await network.caller.request<string>('web3_clientVersion', []);
    const view = new NetworkView(network, SOLE_PRODUCERS.test(version), options);
    await view.#read();
    await view.confirm();
    return view;
  }

  /** Reads what is new. With a second endpoint, also asks it, once a round. */
  async look(): Promise<Moment> {
    // The clock before the log: a block of a round before this one that is mined meanwhile is still read.
    const timeSec = await this.#nowSec();
    await this.#read();
    const { deployment } = this.network;
    const round = roundAt(deployment, timeSec);
    const headSec = this.#feed.last?.timestamp ?? 0;
    if (round !== this.#confirmedRound) await this.confirm();
    this.#confirmedRound = round;
    return {
      round,
      timeSec,
      isComplete: this.#isSoleProducer || headSec >= roundStart(deployment, round),
      behindSec: Math.max(0, timeSec - headSec),
      reorganisations: this.#reorganisations,
    };
  }

  /** Whether this account may post now: in the first half of a round only if it is drawn, or nobody is. */
  async isOurTurn({ round, timeSec }: Moment): Promise<boolean> {
    const { deployment, rounds, address } = this.network;
    if (((timeSec - deployment.genesis) % deployment.roundSec) * 2 >= deployment.roundSec) return true;
    const drawn = await rounds.drawnMatcher(round);
    return drawn === undefined || drawn.toLowerCase() === address.toLowerCase();
  }

  /** Resolves where the second endpoint tells the same log up to here, or where there is none; throws `LOGS_DIFFER`. */
  async confirm(): Promise<void> {
    const last = this.#feed.last;
    if (last !== undefined) await this.#second?.confirm(this.network.caller, this.state, last);
  }

  /** A log that cannot even be folded: with a second endpoint it can be told whether the first one made it up. */
  async #read(): Promise<void> {
    try {
      await this.#feed.poll();
    } catch (error) {
      if (!(error as AICChainError).retryable) await this.#second?.compare(this.network.caller);
      throw error;
    }
  }

  /**
   * A development chain makes a block for a transaction and none without: its head may be old and nothing is missing, as
   * nobody else makes its blocks, and its clock may be moved by hand. Everywhere else blocks come by themselves, and an
   * endpoint that has stopped to follow them still answers, with a time that stands still: the clock of this machine tells.
   */
  async #nowSec(): Promise<number> {
    const pendingSec = await chainNow(this.network.caller.rpcUrl);
    return this.#isSoleProducer ? pendingSec : Math.max(pendingSec, Math.floor(Date.now() / 1_000));
  }
}

/** What a daemon does at each look; true where nothing is left to do in the round of `moment`. */
export interface Duty {
  look(moment: Moment): Promise<boolean>;
}
