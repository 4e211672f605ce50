import { encodeEventTopics, toFunctionSelector } from 'viem';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { roundStart } from '../chain/clock.ts';
import { ABIS } from '../chain/contracts.ts';
import { rpc } from '../chain/rpc.ts';
import { type RpcProxy, startRpcProxy } from '../chain/testing/rpcProxy.ts';
import { stateHash } from '../state/index.ts';
import { NetworkView } from './index.ts';
import { type Market, startMarket } from './testing/market.ts';

let market: Market;
let proxy: RpcProxy;
beforeEach(async () => {
  // Rollbacks need the old states. A daemon compares the time of the day with that of a chain that is not its own.
  market = await startMarket(['matcher1'], {
    keepHistory: true,
    startsAt: Math.floor(Date.now() / 1_000) - 60,
  });
  proxy = await startRpcProxy(market.chain.rpcUrl);
});
afterEach(async () => {
  await proxy.stop();
  await market.stop();
});

const [SUBMITTED] = encodeEventTopics({ abi: ABIS.workloads, eventName: 'WorkloadSubmitted' });
const FREE_BOND = toFunctionSelector('freeBondMicroOf(address)');
const posted = async (round: number) => (await market.client('client').rounds.get(round)).entryCount;
const throughProxy = () => ({ network: market.through(proxy.rpcUrl, 'matcher1') });
/** Answers as a node of a public chain does: its blocks come by themselves. */
const asPublic = (meddle: RpcProxy['meddle'] = undefined) => {
  proxy.meddle = (method, params, ask) => {
    if (method === 'web3_clientVersion') return Promise.resolve('Geth/v1.16.0');
    return meddle ? meddle(method, params, ask) : ask(method, params);
  };
};

describe('a stale view', () => {
  /** The endpoint has stopped at `block`, but its clock has not. */
  const stopAt = (block: number) =>
    asPublic((method, params, ask) => {
      if (method === 'eth_getBlockByNumber' && params[0] === 'latest')
        return ask(method, [`0x${block.toString(16)}`, false]);
      return ask(method, params);
    });

  it('is not posted from: what it lacks would refute the round', async () => {
    asPublic();
    const one = await market.matcher('matcher1', throughProxy());
    await market.submit();
    stopAt(await market.client('client').blockNumber());
    await market.submit(); // in a block that the endpoint does not have
    const nowSec = Math.floor(Date.now() / 1_000);
    await market.clock.advanceTo(nowSec + market.deployment.roundSec, { stepRounds: 100 });
    const round = await market.clock.round();
    const { isComplete } = await one.view.look();
    expect([isComplete, await one.look(), await posted(round)]).toEqual([false, false, 0]);
    expect(market.said.at(-1)).toMatch(
      /^round \d+: waits for blocks, the newest that the endpoint has is \d+ s old by the clock of this machine$/,
    );
  });

  it('is whole again with the first block of the round', async () => {
    asPublic();
    const one = await market.matcher('matcher1', throughProxy());
    await market.submit();
    const ahead = roundStart(market.deployment, (await market.clock.round()) + 100);
    await market.clock.advanceTo(ahead, { stepRounds: 200 });
    expect(await one.view.look()).toMatchObject({ isComplete: true });
  });
});

describe('a reorganisation', () => {
  it('that takes a post back has the round posted again, from what is true now', async () => {
    const one = await market.matcher('matcher1');
    await market.submit();
    const round = await market.advance();
    const snapshot = await rpc(market.chain.rpcUrl, 'evm_snapshot', []);
    await one.look();
    expect(await posted(round)).toBe(1);
    await one.look();

    await rpc(market.chain.rpcUrl, 'evm_revert', [snapshot]);
    await market.submit();
    expect(await posted(round)).toBe(0);
    expect(await one.look()).toBe(true);
    expect(await posted(round)).toBe(1);
    await one.view.look();
    const fresh = await NetworkView.open(market.client('client'));
    expect(stateHash(one.view.state)).toBe(stateHash(fresh.state));
  });

  it('between computing and sending has the round computed again', async () => {
    const one = await market.matcher('matcher1', throughProxy());
    const snapshot = await rpc(market.chain.rpcUrl, 'evm_snapshot', []);
    await market.submit();
    await market.advance();
    const asked: string[] = [];
    proxy.meddle = async (method, params, ask) => {
      const [{ data } = { data: '' }] = params as { data?: string }[];
      if (asked.length === 0 && data?.startsWith(FREE_BOND)) {
        asked.push(method); // the round is computed, its bond is looked for
        await rpc(market.chain.rpcUrl, 'evm_revert', [snapshot]);
        await market.client('operator0').nodes.setAsk(market.nodes[0]!, 9_000_000);
        await market.submit();
        await market.advance();
      }
      return ask(method, params);
    };
    expect(await one.look()).toBe(false);
    expect(asked).toHaveLength(1);
    expect(await one.look()).toBe(true);
    const round = one.posting.decided!.round;
    const entries = one.view.aicchain.propose(round).entries;
    expect(entries.map(({ node }) => node)).not.toEqual([market.nodes[0]]);
    await one.view.look();
    expect(one.view.state.rounds.get(round)?.entries).toEqual(entries);
  });

  it('that takes a workload back leaves nothing to post', async () => {
    const one = await market.matcher('matcher1');
    const snapshot = await rpc(market.chain.rpcUrl, 'evm_snapshot', []);
    await market.submit();
    await market.advance();
    await one.view.look();
    await rpc(market.chain.rpcUrl, 'evm_revert', [snapshot]);
    const round = await market.advance();
    expect(await one.look()).toBe(true);
    expect(one.posting.decided).toMatchObject({ round, outcome: 'NothingToMatch' });
  });
});

describe('a second endpoint', () => {
  const both = () => ({ ...throughProxy(), checkRpcUrl: market.chain.rpcUrl });
  const LOGS = 'eth_getLogs';
  type Log = { topics: string[]; data: string; address: string; blockNumber: string };
  const logsOf = async (name: 'workloads' | 'nodes', ask: () => Promise<unknown>) => {
    const address = market.deployment.addresses[name].toLowerCase();
    const logs = (await ask()) as Log[];
    return { logs, isOf: (log: Log) => log.address.toLowerCase() === address };
  };

  it('that tells the same changes nothing', async () => {
    const one = await market.matcher('matcher1', both());
    await market.submit();
    const round = await market.advance();
    expect(await one.look()).toBe(true);
    expect(await posted(round)).toBe(1);
  });

  it('catches one that withholds a workload, and names the block', async () => {
    const one = await market.matcher('matcher1', both());
    await market.submit();
    const block = await market.client('client').blockNumber();
    proxy.meddle = async (method, params, ask) => {
      if (method !== LOGS) return ask(method, params);
      const { logs, isOf } = await logsOf('workloads', () => ask(method, params));
      return logs.filter((log) => !isOf(log));
    };
    await market.advance();
    await expect(one.look()).rejects.toMatchObject({
      code: 'LOGS_DIFFER',
      message: expect.stringContaining(`at block ${block}`),
      hint: expect.stringContaining('third'),
    });
  });

  it('catches one that alters an ask, which alone would have been posted with a wrong price', async () => {
    const one = await market.matcher('matcher1', both());
    await market.client('operator0').nodes.setAsk(market.nodes[0]!, 2_500_000);
    const block = await market.client('client').blockNumber();
    proxy.meddle = async (method, params, ask) => {
      if (method !== LOGS) return ask(method, params);
      const { logs, isOf } = await logsOf('nodes', () => ask(method, params));
      const ask_ = (2_500_000).toString(16);
      return logs.map((log) =>
        isOf(log)
          ? { ...log, data: log.data.replace(ask_, (1).toString(16).padStart(ask_.length, '0')) }
          : log,
      );
    };
    await market.advance();
    await expect(one.look()).rejects.toMatchObject({
      code: 'LOGS_DIFFER',
      message: expect.stringContaining(`at block ${block}`),
    });
  });

  it('catches one whose log cannot be folded at all', async () => {
    const one = await market.matcher('matcher1', both());
    await market.submit();
    proxy.meddle = async (method, params, ask) => {
      if (method !== LOGS) return ask(method, params);
      const { logs } = await logsOf('workloads', () => ask(method, params));
      return logs.filter(({ topics }) => topics[0] !== SUBMITTED); // but with what is said of it
    };
    await market.advance();
    await expect(one.look()).rejects.toMatchObject({ code: 'LOGS_DIFFER' });
  });

  it('that is on another chain is told from one that is on another fork for a moment', async () => {
    const one = await market.matcher('matcher1', { checkRpcUrl: proxy.rpcUrl });
    const parted = (await market.client('client').blockNumber()) + 1;
    const other = (hash: string) => hash.replace(/.{4}$/, 'ffff');
    proxy.meddle = async (method, params, ask) => {
      const answer = await ask(method, params);
      if (method === LOGS)
        return (answer as (Log & { blockHash: string })[]).map((log) =>
          Number(log.blockNumber) < parted ? log : { ...log, blockHash: other(log.blockHash) },
        );
      if (method !== 'eth_getBlockByNumber' || answer === null) return answer;
      const block = answer as { number: string; hash: string };
      return Number(block.number) < parted ? block : { ...block, hash: other(block.hash) };
    };
    await market.submit();
    await market.advance();
    await expect(one.look()).rejects.toMatchObject({ code: 'NOT_CONFIRMED', retryable: true });
    await rpc(market.chain.rpcUrl, 'anvil_mine', ['0x20']);
    await expect(one.look()).rejects.toMatchObject({
      code: 'LOGS_DIFFER',
      message: expect.stringMatching(new RegExp(`are on different chains, at block ${parted}$`)),
    });
  });

  it('that has not come so far is waited for', async () => {
    const second = proxy;
    const one = await market.matcher('matcher1', { checkRpcUrl: second.rpcUrl });
    const block = await market.client('client').blockNumber();
    await market.submit();
    second.meddle = (method, params, ask) =>
      ask(
        method,
        method === 'eth_getBlockByNumber' && params[0] === 'latest'
          ? [`0x${block.toString(16)}`, false]
          : params,
      );
    await market.advance();
    await expect(one.look()).rejects.toMatchObject({ code: 'NOT_CONFIRMED', retryable: true });
    second.meddle = undefined;
    expect(await one.look()).toBe(true);
    expect(one.posting.decided?.outcome).toBe('Posted');
  });
});
