import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { waitForReceipt } from './receipt.ts';

const HASH = `0x${'ab'.repeat(32)}` as const;
const SENT = { from: `0x${'11'.repeat(20)}`, nonce: 8, signed: '0xf9' } as const;
const RECEIPT = {
  type: '0x0',
  status: '0x1',
  blockNumber: '0x1',
  transactionIndex: '0x0',
  gasUsed: '0x1',
  cumulativeGasUsed: '0x1',
  effectiveGasPrice: '0x1',
  logs: [],
};

/** An endpoint that has the transaction, in whatever state; refuses what `answers` does not know. */
type Answers = Readonly<Record<string, () => unknown>>;

let server: Server;
let calls: string[];
async function endpoint(answers: Answers): Promise<string> {
  calls = [];
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { id, method } = JSON.parse(body) as { id: number; method: string };
    calls.push(method);
    const answer = answers[method];
    const reply = answer ? { result: answer() } : { error: { code: -32_601, message: 'not known' } };
    response.setHeader('connection', 'close').end(JSON.stringify({ jsonrpc: '2.0', id, ...reply }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
afterEach(() => new Promise((resolve) => server.close(resolve)));

describe('the receipt of a transaction that was sent', () => {
  it('is refused where another one of the account took its nonce', async () => {
    const url = await endpoint({
      eth_getTransactionReceipt: () => null,
      eth_getTransactionCount: () => '0x9',
    });
    await expect(waitForReceipt(url, HASH, SENT)).rejects.toMatchObject({
      code: 'REPLACED',
      retryable: true,
    });
  });

  it('comes at once where it is there', async () => {
    const url = await endpoint({ eth_getTransactionReceipt: () => RECEIPT });
    expect(await waitForReceipt(url, HASH, SENT)).toMatchObject({ status: 'success', blockNumber: 1n });
    expect(calls).toEqual(['eth_getTransactionReceipt']);
  });

  it('comes where a development chain was told to mine what it had overlooked', async () => {
    let mined = false;
    const url = await endpoint({
      eth_getTransactionReceipt: () => (mined ? RECEIPT : null),
      eth_getTransactionCount: () => (mined ? '0x9' : '0x8'),
      evm_mine: () => {
        mined = true;
        return '0x0';
      },
    });
    expect(await waitForReceipt(url, HASH, SENT)).toMatchObject({ status: 'success' });
    expect(calls).not.toContain('anvil_dropTransaction');
  });

  it('comes where anvil keeps it waiting for one that is mined already, until it is given it anew', async () => {
    let [isWaiting, mined] = [true, false];
    const url = await endpoint({
      eth_getTransactionReceipt: () => (mined ? RECEIPT : null),
      eth_getTransactionCount: () => (mined ? '0x9' : '0x8'),
      evm_mine: () => {
        mined = !isWaiting;
        return '0x0';
      },
      anvil_dropTransaction: () => {
        isWaiting = false;
        return HASH;
      },
    });
    expect(await waitForReceipt(url, HASH, SENT)).toMatchObject({ status: 'success' });
  });
});
