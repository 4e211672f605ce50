import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NetworkState } from '../state/NetworkState.ts';
import { ChainFeed } from './feed.ts';
import { NetworkClient } from './NetworkClient.ts';
import { rpc } from './rpc.ts';
import { syncState } from './sync.ts';
import { startRpcProxy } from './testing/rpcProxy.ts';
import { CLAIMS, SUBMISSION, startTestNetwork, type TestNetwork } from './testing/testNetwork.ts';

let network: TestNetwork;
let client: NetworkClient;
let operator: NetworkClient;
beforeEach(async () => {
  // Rollbacks need the old states.
  network = await startTestNetwork(['client', 'operator'], { keepHistory: true });
  client = network.client('client');
  operator = network.client('operator');
});
afterEach(() => network.stop());

const asks = (state: NetworkState) => state.recordAt(1, 100)?.askMicroPerGpuHour;

describe('the feed of a chain', () => {
  it('gives up on an endpoint whose logs are of other blocks than it tells of', async () => {
    await operator.nodes.register(CLAIMS, 1_000, 'http://127.0.0.1:1');
    const confused = await startRpcProxy(network.chain.rpcUrl);
    confused.meddle = async (method, params, ask) => {
      const answer = await ask(method, params);
      if (method !== 'eth_getBlockByNumber' || answer === null) return answer;
      const { hash, ...block } = answer as { hash: string };
      return { ...block, hash: hash.replace(/.{4}$/, 'ffff') };
    };
    const { deployment } = network;
    const { caller } = new NetworkClient({ rpcUrl: confused.rpcUrl, deployment });
    await expect(syncState(caller)).rejects.toMatchObject({ code: 'UNSTEADY_LOG', retryable: true });
    await confused.stop();
  });

  it('delivers each event once, in order, however often it is asked', async () => {
    const { state, feed } = await syncState(client.caller);
    await operator.nodes.register(CLAIMS, 1_000, 'http://127.0.0.1:1');
    const counts = await Promise.all([feed.poll(), feed.poll()]);
    expect(counts).toEqual([3, 3]);
    expect(await feed.poll()).toBe(0);
    expect(asks(state)).toBe(1_000);
    expect(feed.blockNumber).toBe(await client.blockNumber());
  });

  it('undoes what a reorganisation takes back and reads what replaces it', async () => {
    const { state, feed } = await syncState(client.caller);
    await operator.nodes.register(CLAIMS, 1_000, 'http://127.0.0.1:1');
    await feed.poll();
    const reverts: number[] = [];
    const revertTo = state.revertTo.bind(state);
    state.revertTo = (block) => {
      reverts.push(block);
      revertTo(block);
    };
    const snapshot = await rpc(network.chain.rpcUrl, 'evm_snapshot', []);
    const before = await client.blockNumber();
    await operator.nodes.setAsk(1, 2_000);
    await client.workloads.submit(SUBMISSION);
    await feed.poll();
    expect(asks(state)).toBe(2_000);

    await rpc(network.chain.rpcUrl, 'evm_revert', [snapshot]);
    await operator.nodes.setAsk(1, 3_000);
    await operator.nodes.pause(1);
    await operator.nodes.resume(1);
    await feed.poll();
    expect(reverts).toEqual([before]);
    expect(asks(state)).toBe(3_000);
    expect(state.workloads.size).toBe(0);

    const fresh = await syncState(client.caller);
    expect(state.recordAt(1, 100)).toEqual(fresh.state.recordAt(1, 100));
    expect(state.head).toEqual(fresh.state.head);
  });

  it('notices a chain that became shorter', async () => {
    const { state, feed } = await syncState(client.caller);
    const snapshot = await rpc(network.chain.rpcUrl, 'evm_snapshot', []);
    await operator.nodes.register(CLAIMS, 1_000, 'http://127.0.0.1:1');
    await feed.poll();
    await rpc(network.chain.rpcUrl, 'evm_revert', [snapshot]);
    await feed.poll();
    expect(asks(state)).toBeUndefined();
    expect(feed.blockNumber).toBe(await client.blockNumber());
  });

  it('keeps its place when the network does not answer', async () => {
    const state = new NetworkState(network.deployment);
    const feed = new ChainFeed(client.caller, state);
    await feed.poll();
    const at = feed.blockNumber;
    await network.chain.stop();
    await expect(feed.poll()).rejects.toMatchObject({ code: 'RPC_UNREACHABLE', retryable: true });
    expect(feed.blockNumber).toBe(at);
  });
});
