import { readdirSync, readFileSync } from 'node:fs';
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import type { Hex } from '../domain/ids.ts';
import { checkedName } from './contexts.ts';
import type { Home } from './home.ts';
import { UsageError } from './usage.ts';

const SUFFIX = '.key';

/** Keys as files that only their owner may read. A key is never printed. */
export class Wallets {
  readonly #home: Home;
  readonly #folder: readonly string[];

  constructor(home: Home, ...folder: readonly string[]) {
    this.#home = home;
    this.#folder = folder.length > 0 ? folder : ['wallets'];
  }

  list(): { name: string; account: PrivateKeyAccount }[] {
    if (!this.#home.has(...this.#folder)) return [];
    return readdirSync(this.#home.file(...this.#folder))
      .filter((file) => file.endsWith(SUFFIX))
      .map((file) => file.slice(0, -SUFFIX.length))
      .sort()
      .map((name) => ({ name, account: this.get(name) }));
  }

  has(name: string): boolean {
    return this.#home.has(...this.#folder, name + SUFFIX);
  }

  keyFile(name: string): string {
    return this.#home.file(...this.#folder, name + SUFFIX);
  }

  get(name: string): PrivateKeyAccount {
    if (!this.has(checkedName('wallet', name))) {
      throw new UsageError(
        `there is no wallet "${name}"`,
        `Make it with \`aicchain wallet create ${name}\`.`,
      );
    }
    const text = readFileSync(this.keyFile(name), 'utf8').trim();
    if (!/^0x[0-9a-fA-F]{64}$/.test(text)) {
      throw new UsageError(`${this.keyFile(name)} holds no private key`, 'It must be 0x and 64 hex digits.');
    }
    return privateKeyToAccount(text as Hex);
  }

  /** A new key, or the one given; an existing wallet is never overwritten. */
  create(name: string, key: Hex = generatePrivateKey()): PrivateKeyAccount {
    if (this.has(checkedName('wallet', name))) throw new UsageError(`there is a wallet "${name}" already`);
    this.#home.write(`${key}\n`, ...this.#folder, name + SUFFIX);
    return privateKeyToAccount(key);
  }

  getOrCreate(name: string): PrivateKeyAccount {
    return this.has(name) ? this.get(name) : this.create(name);
  }
}
