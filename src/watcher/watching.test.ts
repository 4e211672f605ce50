import { type AbiFunction, toFunctionSelector } from 'viem';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../chain/clock.ts';
import { ABIS } from '../chain/contracts.ts';
import { rpc } from '../chain/rpc.ts';
import { type RpcProxy, startRpcProxy } from '../chain/testing/rpcProxy.ts';
import type { Entry } from '../domain/types.ts';
import { MICRO_PER_AICC } from '../domain/units.ts';
import { NetworkView } from '../matcher/index.ts';
import { looker, type Market, startMarket } from '../matcher/testing/market.ts';
import { Watching } from './index.ts';

let market: Market;
beforeEach(async () => {
  market = await startMarket(['cheat', 'matcher1', 'matcher2', 'watcher1', 'watcher2', 'poor']);
});
afterEach(() => market.stop());

const CHALLENGE = toFunctionSelector(
  ABIS.chain.find((item) => item.type === 'function' && item.name === 'challenge') as AbiFunction,
);
const BOND = 100 * MICRO_PER_AICC;
const roundOf = (round: number) => market.client('client').rounds.get(round);

const statusOf = async (workload: number) => (await market.client('client').workloads.get(workload)).status;

async function watcher(name: string, rpcUrl = market.chain.rpcUrl) {
  const view = await NetworkView.open(market.through(rpcUrl, name));
  const watching = new Watching(view, market.say);
  await watching.prepare();
  return { view, watching, look: looker(view, watching) };
}

/** What an account owns, wherever it is. */
async function worthMicro(name: string): Promise<number> {
  const { money, rounds } = market.client(name);
  const parts = await Promise.all([money.aiccMicro(), money.availableMicro(), rounds.bondMicro()]);
  return parts.reduce((sum, part) => sum + part, 0);
}

/** Posts the current round by hand, changed. */
async function cheat(change: (entries: readonly Entry[]) => readonly Entry[]): Promise<number> {
  const { rounds } = market.client('cheat');
  await rounds.bond((await rounds.bondNeededMicro(0)) - (await rounds.freeBondMicro()));
  const { aicchain } = await NetworkView.open(market.client('cheat'));
  await market.secondHalf();
  const round = await rounds.current();
  const { cutoff, entries } = aicchain.propose(round);
  await rounds.post(round, cutoff, change(entries));
  return round;
}
const overpriced = (entries: readonly Entry[]) =>
  entries.map((e) => ({ ...e, uMicro: e.uMicro - 1, vMicro: e.vMicro + 1, priceMicro: e.priceMicro + 1 }));

describe('a watcher refuses', () => {
  it('to begin with a wallet that could not challenge', async () => {
    const poor = market.client('poor');
    await poor.money.transferAicc(
      market.client('client').address,
      (await poor.money.aiccMicro()) - MICRO_PER_AICC,
    );
    await expect(watcher('poor')).rejects.toMatchObject({
      code: 'BOND_NOT_COVERED',
      message: expect.stringContaining('10 AICC at stake'),
    });
  });

  it('to begin with a wallet that cannot pay for the gas of a challenge', async () => {
    const { address } = market.client('watcher1');
    await rpc(market.chain.rpcUrl, 'anvil_setBalance', [address, '0x0']);
    await expect(watcher('watcher1')).rejects.toMatchObject({
      code: 'NO_GAS_MONEY',
      message: `${address} cannot pay for gas`,
    });
  });

  it('to send a challenge that the chain would find wrong, whatever its endpoint tells', async () => {
    const proxy: RpcProxy = await startRpcProxy(market.chain.rpcUrl);
    const honest = await market.matcher('matcher1');
    const [raised, lied] = [9_000_000, 1].map((ask) => ask.toString(16).padStart(6, '0'));
    await market.client('operator0').nodes.setAsk(market.nodes[0]!, 9_000_000);
    await market.submit();
    const round = await market.advance();
    await market.secondHalf();
    await honest.look();
    expect((await roundOf(round)).entryCount).toBe(1);
    // Told like that, the round has passed over a node that is almost free.
    proxy.meddle = async (method, params, ask) => {
      const answer = await ask(method, params);
      if (method !== 'eth_getLogs') return answer;
      return (answer as { data: string }[]).map((log) => ({
        ...log,
        data: log.data.replaceAll(raised!, lied!),
      }));
    };
    const before = await worthMicro('watcher1');
    const one = await watcher('watcher1', proxy.rpcUrl);
    await one.look();
    expect(market.said.at(-1)).toContain('but the chain would let it stand: not challenged');
    expect([one.watching.voided, await worthMicro('watcher1')]).toEqual([[], before]);
    expect((await roundOf(round)).voided).toBe(false);
    await proxy.stop();
  });
});

describe('a watcher', () => {
  it('lets right rounds stand', async () => {
    const honest = await market.matcher('matcher1');
    const one = await watcher('watcher1');
    const before = await worthMicro('watcher1');
    for (let i = 0; i < 3; i++) {
      await market.submit();
      await market.advance();
      await market.secondHalf();
      await honest.look();
      await one.look();
    }
    expect([one.watching.judged, one.watching.voided, await worthMicro('watcher1')]).toEqual([3, [], before]);
  });

  it.each([
    ['prices that are too high', overpriced],
    ['a workload left out', () => []],
    [
      'a next that does not price it',
      (entries: readonly Entry[]) => entries.map((e) => ({ ...e, next: e.node })),
    ],
  ])('refutes %s, with nothing but an endpoint; the matcher ends poorer', async (_, change) => {
    await market.submit();
    await market.advance();
    const rich = await worthMicro('cheat');
    const round = await cheat(change);
    const proxy = await startRpcProxy(market.chain.rpcUrl); // all that it has
    const before = await worthMicro('watcher1');
    const { rounds } = market.client('watcher1');
    const seats = await rounds.seatCount(round + 1);
    const one = await watcher('watcher1', proxy.rpcUrl);
    await one.look();
    expect(one.watching.voided).toEqual([round]);
    expect((await roundOf(round)).voided).toBe(true);
    expect(await rounds.seatCount(round + 1)).toBe(seats - 1);
    expect(await worthMicro('cheat')).toBe(rich - BOND);
    expect((await worthMicro('watcher1')) - before).toBe(BOND / 5);
    await proxy.stop();
  });

  it('asks again where its endpoint does not know yet of the round that it told of', async () => {
    await market.submit();
    await market.advance();
    const round = await cheat(overpriced);
    const proxy = await startRpcProxy(market.chain.rpcUrl);
    const one = await watcher('watcher1', proxy.rpcUrl);
    await market.client('watcher1').money.deposit(BOND);
    proxy.meddle = (method, params, ask) => {
      const [{ data } = { data: '' }] = params as { data?: string }[];
      if (!data?.startsWith(CHALLENGE)) return ask(method, params);
      const inARoundWithoutPost = `${CHALLENGE}${'ffff'.padStart(64, '0')}${data.slice(CHALLENGE.length + 64)}`;
      return ask(method, [{ ...(params[0] as object), data: inARoundWithoutPost }, ...params.slice(1)]);
    };
    await expect(one.look()).rejects.toMatchObject({ code: 'NotChallengeable' });
    proxy.meddle = undefined;
    await one.look();
    expect(one.watching.voided).toEqual([round]);
    await proxy.stop();
  });

  it('opens again what a voided round had matched, and it is matched in a later one', async () => {
    const workload = await market.submit();
    await market.advance();
    await cheat(overpriced);
    const one = await watcher('watcher1');
    expect(await one.look()).toBe(false); // voids
    await until('the reopening', one.look);
    expect(await market.client('client').workloads.get(workload)).toMatchObject({
      status: 'Open',
      reason: 'RoundVoided',
    });
    const honest = await market.matcher('matcher1');
    const round = await market.advance();
    await market.secondHalf();
    await honest.look();
    expect(await market.client('client').workloads.get(workload)).toMatchObject({
      status: 'Matched',
      matchedRound: round,
    });
    await (await market.operatorOf(workload)).workloads.start(workload);
  });

  it('beside another one loses nothing: one of them voids, the other finds it done', async () => {
    await market.submit();
    await market.advance();
    const round = await cheat(overpriced);
    const names = ['watcher1', 'watcher2'];
    const before = await Promise.all(names.map(worthMicro));
    const watchers = await Promise.all(names.map((name) => watcher(name)));
    await Promise.all(watchers.map(({ look }) => look()));
    await Promise.all(watchers.map(({ look }) => look()));
    expect(watchers.flatMap(({ watching }) => watching.voided)).toEqual([round]);
    const gains = (await Promise.all(names.map(worthMicro))).map((worth, i) => worth - before[i]!);
    expect(gains.toSorted((a, b) => a - b)).toEqual([0, BOND / 5]);
  });

  it('beside another one with the same wallet pays for one challenge', async () => {
    await market.submit();
    await market.advance();
    const round = await cheat(overpriced);
    const before = await worthMicro('watcher1');
    const watchers = [await watcher('watcher1'), await watcher('watcher1')];
    // With the same nonce they may even send the same transaction; if they are two, one is refused and looks again.
    for (let i = 0; i < 2; i++) await Promise.allSettled(watchers.map(({ look }) => look()));
    expect(new Set(watchers.flatMap(({ watching }) => watching.voided))).toEqual(new Set([round]));
    expect((await worthMicro('watcher1')) - before).toBe(BOND / 5);
  });

  it('that was not there makes up for it while the window lasts, and not after', async () => {
    await market.submit();
    await market.advance();
    const first = await cheat(overpriced);
    const window = await market.client('client').parameters.current('challengeWindowRounds');
    await market.submit();
    await market.advance();
    const second = await cheat(overpriced);
    await market.clock.advanceRounds(first + window + 1 - (await market.clock.round()));
    const late = await watcher('watcher1');
    await late.look();
    expect(late.watching.voided).toEqual([second]);
    expect((await roundOf(first)).voided).toBe(false);
  });
});

describe('a reorganisation', () => {
  beforeEach(async () => {
    await market.stop();
    market = await startMarket(['cheat', 'watcher1'], { keepHistory: true });
  });

  it('that takes a challenge back is answered with another one', async () => {
    await market.submit();
    await market.advance();
    const round = await cheat(overpriced);
    const one = await watcher('watcher1');
    await market.client('watcher1').money.deposit(BOND);
    const snapshot = await rpc(market.chain.rpcUrl, 'evm_snapshot', []);
    await one.look();
    expect((await roundOf(round)).voided).toBe(true);
    await one.look();
    await rpc(market.chain.rpcUrl, 'evm_revert', [snapshot]);
    expect((await roundOf(round)).voided).toBe(false);
    await market.submit(); // a block, in place of those that are gone
    await one.look();
    expect((await roundOf(round)).voided).toBe(true);
  });

  it('that takes a wrong round back leaves nothing to challenge', async () => {
    await market.submit();
    await market.advance();
    const one = await watcher('watcher1');
    const snapshot = await rpc(market.chain.rpcUrl, 'evm_snapshot', []);
    await cheat(overpriced);
    await one.view.look();
    await rpc(market.chain.rpcUrl, 'evm_revert', [snapshot]);
    expect(await one.look()).toBe(true);
    expect([one.watching.judged, one.watching.voided]).toEqual([0, []]);
  });
});

describe('two matchers and two watchers, and a cheat', () => {
  it('post each round once, void each wrong one once, and lose no workload', async () => {
    const matchers = await Promise.all(['matcher1', 'matcher2'].map((name) => market.matcher(name)));
    const watchers = await Promise.all(['watcher1', 'watcher2'].map((name) => watcher(name)));
    const all = [...matchers, ...watchers];
    const workloads: number[] = [];
    const wrong: number[] = [];
    for (let i = 0; i < 6; i++) {
      workloads.push(await market.submit());
      await market.advance();
      if (i % 3 === 1) wrong.push(await cheat(() => []));
      else await market.secondHalf();
      await Promise.all(all.map(({ look }) => look()));
      await Promise.all(all.map(({ look }) => look()));
      for (const id of workloads)
        if ((await statusOf(id)) === 'Matched') await (await market.operatorOf(id)).workloads.start(id);
    }
    expect(watchers.flatMap(({ watching }) => watching.voided).toSorted((a, b) => a - b)).toEqual(wrong);
    const { state } = await NetworkView.open(market.client('client'));
    expect([...state.rounds.values()].map(({ voided }) => voided)).toEqual([
      false,
      true,
      false,
      false,
      true,
      false,
    ]);
    expect(await Promise.all(workloads.map(statusOf))).toEqual(workloads.map(() => 'Running'));
  });
});
