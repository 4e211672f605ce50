import type { Command } from 'commander';
import type { PrivateKeyAccount } from 'viem/accounts';
import { AICChain } from '../AICChain.ts';
import { NetworkClient } from '../chain/NetworkClient.ts';
import { type Synced, syncState } from '../chain/sync.ts';
import { type Context, Contexts } from './contexts.ts';
import { Home } from './home.ts';
import type { Output } from './Output.ts';
import { checkedUrl, UsageError } from './usage.ts';
import { Wallets } from './wallets.ts';

/** What every command accepts. */
export interface GlobalOptions {
  readonly json?: boolean;
  readonly data?: string;
  readonly context?: string;
  readonly rpc?: string;
  readonly wallet?: string;
}

/** The network as its log tells it, ready to be asked. */
export interface View extends Synced {
  readonly aicchain: AICChain;
  /** The round that it is now. */
  readonly round: number;
}

/** What a command works with: the data folder, the output, the chosen network and who signs. */
export class Session {
  readonly out: Output;
  readonly home: Home;
  readonly options: GlobalOptions;
  readonly contexts: Contexts;
  readonly wallets: Wallets;

  constructor(out: Output, options: GlobalOptions) {
    this.out = out;
    this.options = options;
    this.home = new Home(options.data);
    this.contexts = new Contexts(this.home);
    this.wallets = new Wallets(this.home);
  }

  /** The chosen network, with --rpc in place of its address. */
  context(): { name: string; context: Context } {
    const { name, context } = this.contexts.get(this.options.context);
    const { rpc } = this.options;
    return { name, context: rpc ? { ...context, rpcUrl: checkedUrl('--rpc', rpc) } : context };
  }

  walletName(): string {
    const { wallet } = this.context().context;
    const name = this.options.wallet ?? wallet ?? this.#soleWallet();
    if (name) return name;
    throw new UsageError(
      'no wallet is chosen',
      'Make one with `aicchain wallet create NAME`, or name one with --wallet NAME.',
    );
  }

  account(): PrivateKeyAccount {
    return this.wallets.get(this.walletName());
  }

  /** For reading only. */
  reader(): NetworkClient {
    const { rpcUrl, deployment } = this.context().context;
    return new NetworkClient({ rpcUrl, deployment });
  }

  /** Signs as the chosen wallet. */
  network(): NetworkClient {
    const { rpcUrl, deployment } = this.context().context;
    return new NetworkClient({ rpcUrl, deployment, account: this.account() });
  }

  /** Reads the whole log. */
  async view(network: NetworkClient = this.reader()): Promise<View> {
    const synced = await this.out.task('Reading the log', () => syncState(network.caller));
    return { ...synced, aicchain: new AICChain(synced.state), round: await network.rounds.current() };
  }

  #soleWallet(): string | undefined {
    const [first, second] = this.wallets.list();
    return second === undefined ? first?.name : undefined;
  }
}

/** What each command file exports. */
export interface CommandModule {
  /** Describes arguments, options, help and action on a command that has its name already. */
  configure(command: Command, session: (command: Command) => Session): void;
}
