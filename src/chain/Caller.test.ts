import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { formatTransactionReceipt, type RpcTransactionReceipt } from 'viem';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NetworkClient } from './NetworkClient.ts';
import { rpc } from './rpc.ts';
import { actor, startTestNetwork, type TestNetwork } from './testing/testNetwork.ts';

let network: TestNetwork;
let proxy: Server | undefined;
beforeAll(async () => {
  network = await startTestNetwork(['payer']);
});
afterEach(() => {
  proxy?.closeAllConnections();
  proxy?.close();
});
afterAll(() => network.stop());

const ONE_AICC = 1_000_000;
const read = async (request: IncomingMessage) => Buffer.concat(await request.toArray()).toString();

/** The payer, behind a line that loses what `loses` says, after the chain has heard it. */
async function behind(loses: (method: string) => boolean): Promise<NetworkClient> {
  const server = createServer(async (request, response) => {
    const body = await read(request);
    const headers = { 'content-type': 'application/json' };
    const answer = await (await fetch(network.chain.rpcUrl, { method: 'POST', headers, body })).text();
    if (loses(JSON.parse(body).method)) request.socket.destroy();
    else response.end(answer);
  });
  proxy = server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const rpcUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return new NetworkClient({ rpcUrl, deployment: network.deployment, account: actor('payer') });
}

describe('a write', () => {
  it('whose answer is lost is made once, and not again under the next nonce', async () => {
    let lost = 0;
    const payer = await behind((method) => method === 'eth_sendRawTransaction' && lost++ === 0);
    const before = await payer.money.aiccMicro();
    await payer.money.transferAicc(network.deployment.addresses.timelock, ONE_AICC);
    expect(lost).toBeGreaterThan(1);
    expect(await payer.money.aiccMicro()).toBe(before - ONE_AICC);
  });

  it('goes on after one that failed, and after one that somebody else sent', async () => {
    const payer = network.client('payer');
    const to = network.deployment.addresses.timelock;
    const before = await payer.money.aiccMicro();
    const results = await Promise.allSettled([
      payer.money.transferAicc(to, ONE_AICC),
      payer.money.transferAicc(to, 10 * before),
      payer.money.transferAicc(to, ONE_AICC),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await payer.as(actor('payer')).money.transferAicc(to, ONE_AICC);
    await payer.money.transferAicc(to, ONE_AICC);
    expect(await payer.money.aiccMicro()).toBe(before - 4 * ONE_AICC);
  });

  it('that the chain never hears of is told as such', async () => {
    const payer = await behind(() => false);
    const nonce = () =>
      rpc(network.chain.rpcUrl, 'eth_getTransactionCount', [actor('payer').address, 'pending']);
    const before = await nonce();
    proxy?.closeAllConnections();
    proxy?.close();
    await expect(payer.money.transferAicc(payer.address, 1)).rejects.toMatchObject({
      code: 'RPC_UNREACHABLE',
    });
    expect(await nonce()).toBe(before);
  });

  it('answers with a receipt as viem would make it', async () => {
    const receipt = await network.client('payer').money.deposit(ONE_AICC);
    expect(receipt.logs.length).toBeGreaterThan(0);
    const method = 'eth_getTransactionReceipt';
    const raw = await rpc<RpcTransactionReceipt>(network.chain.rpcUrl, method, [receipt.transactionHash]);
    const { blobGasPrice, blobGasUsed, ...expected } = formatTransactionReceipt(raw);
    expect(receipt).toEqual(expected);
  });
});
