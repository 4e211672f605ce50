import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { formatTransactionReceipt, type Hex, keccak256, type RpcTransactionReceipt } from 'viem';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NetworkClient } from './NetworkClient.ts';
import { rpc } from './rpc.ts';
import { startRpcProxy } from './testing/rpcProxy.ts';
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
  return through(rpcUrl);
}

const through = (rpcUrl: string) =>
  new NetworkClient({ rpcUrl, deployment: network.deployment, account: actor('payer') });

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

  it('that the endpoint takes and forgets is sent again', async () => {
    const forgetful = await startRpcProxy(network.chain.rpcUrl);
    let forgotten = 0;
    forgetful.meddle = (method, params, ask) =>
      method === 'eth_sendRawTransaction' && forgotten++ === 0
        ? Promise.resolve(keccak256(params[0] as Hex))
        : ask(method, params);
    const payer = through(forgetful.rpcUrl);
    const before = await payer.money.aiccMicro();
    await payer.money.transferAicc(network.deployment.addresses.timelock, ONE_AICC);
    expect(forgotten).toBeGreaterThan(1);
    expect(await payer.money.aiccMicro()).toBe(before - ONE_AICC);
    await forgetful.stop();
  });

  it('whose nonce another process has used says so, and may be tried again', async () => {
    const forgetful = await startRpcProxy(network.chain.rpcUrl);
    const to = network.deployment.addresses.timelock;
    forgetful.meddle = async (method, params, ask) => {
      if (method !== 'eth_sendRawTransaction') return ask(method, params);
      forgetful.meddle = undefined;
      await network.client('payer').money.transferAicc(to, ONE_AICC);
      return keccak256(params[0] as Hex);
    };
    const payer = through(forgetful.rpcUrl);
    await expect(payer.money.transferAicc(to, 2 * ONE_AICC)).rejects.toMatchObject({
      code: 'REPLACED',
      retryable: true,
    });
    await payer.money.transferAicc(to, 2 * ONE_AICC);
    await forgetful.stop();
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
