import type { PrivateKeyAccount } from 'viem/accounts';
import type { Deployment } from '../chain/deployment.ts';
import { NetworkClient } from '../chain/NetworkClient.ts';
import { Daemon, NetworkView, Posting, type Say, Settling } from '../matcher/index.ts';
import { Watching } from '../watcher/index.ts';
import { Auditing } from './Auditing.ts';

export interface KeepingOptions {
  readonly rpcUrl: string;
  readonly deployment: Deployment;
  readonly matcher: PrivateKeyAccount;
  readonly watcher: PrivateKeyAccount;
  readonly auditors: readonly PrivateKeyAccount[];
  /** Where auditors keep what they committed to. */
  readonly dataDir: string;
  readonly say: Say;
}

/**
 * What a network needs somebody to do: settle what is due, post due rounds, refute wrong ones, audit. Anyone may; here one
 * process does, with the daemons that everybody runs.
 */
export class Keeping {
  readonly #options: KeepingOptions;
  readonly #auditing: Auditing;
  #daemons: readonly Daemon[] = [];

  constructor(options: KeepingOptions) {
    const { auditors, dataDir, say } = options;
    this.#options = options;
    this.#auditing = new Auditing(
      auditors.map((account) => this.#networkOf(account)),
      dataDir,
      say,
    );
  }

  /** Bonds the matcher and registers the auditors where that was not done before, then keeps going until `stop`. */
  async start(): Promise<void> {
    const { matcher, watcher, say } = this.#options;
    const [matchers, watchers] = await Promise.all(
      [matcher, watcher].map((account) => NetworkView.open(this.#networkOf(account))),
    );
    const posting = new Posting(matchers!, { say });
    const watching = new Watching(watchers!, say);
    await Promise.all([posting.prepare(), watching.prepare(), this.#auditing.prepare()]);
    this.#daemons = [
      new Daemon(matchers!, [posting, new Settling(matchers!, say), this.#auditing], say),
      new Daemon(watchers!, [watching], say),
    ];
    for (const daemon of this.#daemons) daemon.run().catch((error: Error) => say(error.message));
  }

  /** Resolves when everything that was under way is done. */
  async stop(): Promise<void> {
    await Promise.all(this.#daemons.map((daemon) => daemon.stop()));
    await this.#auditing.idle();
  }

  #networkOf(account: PrivateKeyAccount): NetworkClient {
    const { rpcUrl, deployment } = this.#options;
    return new NetworkClient({ rpcUrl, deployment, account });
  }
}
