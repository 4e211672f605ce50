import {
  formatTransactionReceipt,
  type Hex,
  type RpcTransactionReceipt,
  type TransactionReceipt,
} from 'viem';
import { AICChainError } from '../domain/errors.ts';
import { rpc } from './rpc.ts';

const IN_A_BLOCK_WITHIN_MS = 180_000;

/** The receipt of a transaction that was sent: asked for at once, then ever less often. */
export async function waitForReceipt(rpcUrl: string, hash: Hex): Promise<TransactionReceipt> {
  const deadline = Date.now() + IN_A_BLOCK_WITHIN_MS;
  for (let pauseMs = 2; Date.now() < deadline; pauseMs = Math.min(pauseMs * 2, 1_000)) {
    const receipt = await rpc<RpcTransactionReceipt | null>(rpcUrl, 'eth_getTransactionReceipt', [hash]);
    if (receipt) return formatTransactionReceipt(receipt);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  throw new AICChainError(
    'NOT_MINED',
    `transaction ${hash} is in no block after ${IN_A_BLOCK_WITHIN_MS / 1_000} s`,
    {
      hint: 'Look it up before sending it again.',
    },
  );
}
