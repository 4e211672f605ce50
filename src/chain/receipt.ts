import type { Hex, RpcTransactionReceipt, TransactionReceipt } from 'viem';
import { formatLog } from 'viem/utils';
import { AICChainError } from '../domain/errors.ts';
import { rpc } from './rpc.ts';

const IN_A_BLOCK_WITHIN_MS = 180_000;

/** The receipt of a transaction that was sent: asked for at once, then ever less often. */
export async function waitForReceipt(rpcUrl: string, hash: Hex): Promise<TransactionReceipt> {
  const deadline = Date.now() + IN_A_BLOCK_WITHIN_MS;
  for (let pauseMs = 2; Date.now() < deadline; pauseMs = Math.min(pauseMs * 2, 1_000)) {
    const receipt = await rpc<RpcTransactionReceipt | null>(rpcUrl, 'eth_getTransactionReceipt', [hash]);
    if (receipt) return formatted(receipt);
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

const TYPES: Readonly<Record<string, string>> = { '0x0': 'legacy', '0x1': 'eip2930', '0x2': 'eip1559' };

/** As viem's own formatter does; that one would bring all of viem with it, and every process pays for that as it starts. */
function formatted({ blobGasPrice, blobGasUsed, ...receipt }: RpcTransactionReceipt): TransactionReceipt {
  return {
    ...receipt,
    type: TYPES[receipt.type] ?? receipt.type,
    status: receipt.status === '0x1' ? 'success' : 'reverted',
    blockNumber: BigInt(receipt.blockNumber),
    transactionIndex: Number(receipt.transactionIndex),
    gasUsed: BigInt(receipt.gasUsed),
    cumulativeGasUsed: BigInt(receipt.cumulativeGasUsed),
    effectiveGasPrice: BigInt(receipt.effectiveGasPrice),
    logs: receipt.logs.map((log) => formatLog(log)),
  } as unknown as TransactionReceipt;
}
