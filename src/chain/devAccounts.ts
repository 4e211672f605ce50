import type { Address, Hex } from '../domain/ids.ts';
import { rpc } from './rpc.ts';

/** The first of the accounts that every development chain starts with. Its key is known to everyone: never use it elsewhere. */
export const DEV_DEPLOYER_KEY: Hex = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';

/** Gives accounts of a development chain a thousand of its own currency, for gas. */
export async function giveGas(rpcUrl: string, accounts: readonly Address[]): Promise<void> {
  const amount = `0x${(10n ** 21n).toString(16)}`;
  await Promise.all(accounts.map((account) => rpc(rpcUrl, 'anvil_setBalance', [account, amount])));
}
