import type { Address, Hex, RpcTransactionReceipt, TransactionReceipt } from 'viem';
import { formatLog } from 'viem/utils';
import { AICChainError } from '../domain/errors.ts';
import { rpc } from './rpc.ts';

const IN_A_BLOCK_WITHIN_MS = 180_000;
/** Then ever less often. */
const FIRST_AGAIN_AFTER_MS = 1_000;

/** What it takes to send a transaction again. */
export interface Sent {
  readonly from: Address;
  readonly nonce: number;
  /** The transaction, signed. */
  readonly signed: Hex;
}

/**
 * The receipt of a transaction that was sent: asked for at once, then ever less often. What an endpoint has taken it may
 * still forget, so what was `sent` is sent again meanwhile; it can be mined only once.
 *
 * @throws AICChainError REPLACED (retryable): another transaction of the account is in a block under its nonce. NOT_MINED:
 * it is in no block yet.
 */
export async function waitForReceipt(rpcUrl: string, hash: Hex, sent?: Sent): Promise<TransactionReceipt> {
  const startMs = Date.now();
  let againAfterMs = FIRST_AGAIN_AFTER_MS;
  for (let pauseMs = 2; ; pauseMs = Math.min(pauseMs * 2, 1_000)) {
    const receipt = await receiptOf(rpcUrl, hash);
    if (receipt) return receipt;
    const waitedMs = Date.now() - startMs;
    if (waitedMs > IN_A_BLOCK_WITHIN_MS) break;
    if (sent && waitedMs > againAfterMs) {
      againAfterMs *= 2;
      const minedMeanwhile = await sendAgain(rpcUrl, hash, sent);
      if (minedMeanwhile) return minedMeanwhile;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  throw new AICChainError(
    'NOT_MINED',
    `transaction ${hash} is in no block after ${IN_A_BLOCK_WITHIN_MS / 1_000} s`,
    { hint: 'Look it up before sending it again.' },
  );
}

/**
 * Refused where it is known, which is the rule, or where its nonce is used up; by itself, if there is a receipt now.
 */
async function sendAgain(rpcUrl: string, hash: Hex, { from, nonce, signed }: Sent) {
  const send = () => rpc(rpcUrl, 'eth_sendRawTransaction', [signed]).catch(() => {});
  await send();
  await mineOnDemand(rpcUrl, hash, send);
  if (Number(await rpc<Hex>(rpcUrl, 'eth_getTransactionCount', [from, 'latest'])) <= nonce) return undefined;
  const receipt = await receiptOf(rpcUrl, hash);
  if (receipt) return receipt;
  throw new AICChainError('REPLACED', `another transaction of ${from} took the place of ${hash}`, {
    hint: 'Let each process have a wallet of its own.',
    retryable: true,
  });
}

/**
 * A development chain that mines on demand may overlook a transaction that comes while it mines: it is told to mine. Anvil
 * may also keep one waiting for ever for the one before it, where that is mined just as this one comes: it is told to
 * forget it, and given it anew. Other chains know neither call.
 */
async function mineOnDemand(rpcUrl: string, hash: Hex, send: () => Promise<unknown>): Promise<void> {
  const isMining = await rpc(rpcUrl, 'evm_mine', []).then(
    () => true,
    () => false,
  );
  if (!isMining || (await receiptOf(rpcUrl, hash)) !== undefined) return;
  await rpc(rpcUrl, 'anvil_dropTransaction', [hash]).catch(() => {});
  await send();
  await rpc(rpcUrl, 'evm_mine', []).catch(() => {});
}

async function receiptOf(rpcUrl: string, hash: Hex): Promise<TransactionReceipt | undefined> {
  const receipt = await rpc<RpcTransactionReceipt | null>(rpcUrl, 'eth_getTransactionReceipt', [hash]);
  return receipt ? formatted(receipt) : undefined;
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
