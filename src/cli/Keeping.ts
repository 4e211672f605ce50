import type { PrivateKeyAccount } from 'viem/accounts';
import { AICChain } from '../AICChain.ts';
import type { Deployment } from '../chain/deployment.ts';
import { NetworkClient } from '../chain/NetworkClient.ts';
import { type Synced, syncState } from '../chain/sync.ts';
import type { AICChainError } from '../domain/errors.ts';
import { Auditing } from './Auditing.ts';

export interface KeepingOptions {
  readonly rpcUrl: string;
  readonly deployment: Deployment;
  readonly matcher: PrivateKeyAccount;
  readonly auditors: readonly PrivateKeyAccount[];
  /** Where auditors keep what they committed to. */
  readonly dataDir: string;
  readonly say: (line: string) => void;
}

const TICK_MS = 300;
/** Bond of the matcher, as a multiple of the least one: rounds with high prices need more than that. */
const BOND_FACTOR = 10;
/** What others may have done first. */
const DONE_ALREADY = new Set(['WrongStatus', 'AlreadyPosted']);

/** What a network needs somebody to do: post due rounds, settle what is due, audit. Anyone may; here one process does. */
export class Keeping {
  readonly #matcher: NetworkClient;
  readonly #auditing: Auditing;
  readonly #say: (line: string) => void;
  #lastRound = -1;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(options: KeepingOptions) {
    const { rpcUrl, deployment, matcher, auditors, dataDir, say } = options;
    this.#say = say;
    this.#matcher = new NetworkClient({ rpcUrl, deployment, account: matcher });
    this.#auditing = new Auditing(
      auditors.map((account) => this.#matcher.as(account)),
      dataDir,
      say,
    );
  }

  /** Bonds the matcher and registers the auditors where that was not done before, then keeps going until `stop`. */
  async start(): Promise<void> {
    const matcher = this.#matcher;
    const wanted = (await matcher.parameters.current('minMatcherBondMicro')) * BOND_FACTOR;
    const missing = wanted - (await matcher.rounds.bondMicro());
    if (missing > 0) await matcher.rounds.bond(missing);
    await this.#auditing.prepare();
    this.#running = this.#keep(await syncState(matcher.caller));
  }

  /** Resolves when everything that was under way is done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    await this.#auditing.idle();
  }

  async #keep(synced: Synced): Promise<void> {
    while (!this.#stopped) {
      await this.#look(synced).catch((error: Error) => this.#say(error.message));
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
  }

  async #look({ state, feed }: Synced): Promise<void> {
    const round = await this.#matcher.rounds.current();
    if (round === this.#lastRound) return;
    this.#lastRound = round;
    await feed.poll();
    // First, so that no round has to make up for nodes that did not show up.
    for (const { id, status } of state.workloads.values()) {
      if (status === 'Settled' || status === 'Refunded') continue;
      await unlessTooEarlyOrDone(() => this.#matcher.workloads.settle(id)).catch((error: Error) =>
        this.#say(`workload ${id}: ${error.message}`),
      );
    }
    await feed.poll();
    const { entries, cutoff } = new AICChain(state).propose(round);
    if (entries.length > 0) {
      await unlessTooEarlyOrDone(() => this.#matcher.rounds.post(round, cutoff, entries));
      this.#say(
        `round ${round}: ${entries.map((e) => `workload ${e.workload} on node ${e.node}`).join(', ')}`,
      );
    }
    this.#auditing.look(state, round);
  }
}

async function unlessTooEarlyOrDone(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    const { code, retryable } = error as AICChainError;
    if (!retryable && !DONE_ALREADY.has(code)) throw error;
  }
}
