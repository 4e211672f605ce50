import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRpcProxy } from '../chain/testing/rpcProxy.ts';
import { MICRO_PER_AICC } from '../domain/units.ts';
import { certifiedMatcher, type Matcher } from '../match/index.ts';
import { NetworkView, Posting } from './index.ts';
import { type Market, startMarket } from './testing/market.ts';

/** Gives away what the runner-up would have cost: E4 does not hold. */
const overpricing: Matcher = {
  name: 'overpricing',
  match: (instance) =>
    certifiedMatcher
      .match(instance)
      .map((e) => ({ ...e, uMicro: e.uMicro - 1, vMicro: e.vMicro + 1, priceMicro: e.priceMicro + 1 })),
};

let market: Market;
const rounds = () => market.client('client').rounds;
const posted = async (round: number) => (await rounds().get(round)).entryCount;

beforeEach(async () => {
  market = await startMarket(['matcher1', 'matcher2', 'poor']);
});
afterEach(() => market.stop());

describe('a matcher refuses', () => {
  it('to begin with less bond than a round needs, and locks nothing', async () => {
    const begun = market.matcher('poor', { mostBondMicro: 99 * MICRO_PER_AICC });
    await expect(begun).rejects.toMatchObject({
      code: 'BOND_TOO_SMALL',
      hint: expect.stringContaining('--bond'),
    });
    expect(await market.client('poor').rounds.bondMicro()).toBe(0);
  });

  it('to begin without the money for its bond', async () => {
    const poor = market.client('poor');
    await poor.money.transferAicc(
      market.client('client').address,
      (await poor.money.aiccMicro()) - 5 * MICRO_PER_AICC,
    );
    await expect(market.matcher('poor')).rejects.toMatchObject({
      code: 'ERC20InsufficientBalance',
      message: expect.stringContaining('100 AICC are needed'),
    });
  });

  it('to post a round that a challenge would void', async () => {
    const cheat = await market.matcher('matcher2', { matcher: overpricing });
    await market.submit();
    const round = await market.advance();
    await market.secondHalf();
    await expect(cheat.look()).rejects.toMatchObject({
      code: 'UNCERTIFIED_ROUND',
      message: expect.stringMatching(/E1: workload 1, node \d+/),
    });
    expect(await posted(round)).toBe(0);
    const honest = await market.matcher('matcher1');
    await honest.look();
    expect(await posted(round)).toBe(1);
  });
});

describe('a matcher', () => {
  it('posts nothing where nothing can be matched', async () => {
    const one = await market.matcher('matcher1');
    const round = await market.advance();
    await market.secondHalf();
    expect(await one.look()).toBe(true);
    expect(one.posting.decided).toMatchObject({ round, outcome: 'NothingToMatch' });
    expect(await posted(round)).toBe(0);
  });

  it('waits for the second half where another one is drawn', async () => {
    const matchers = await Promise.all(['matcher1', 'matcher2'].map((name) => market.matcher(name)));
    await market.submit();
    const round = await market.advance();
    const drawn = await rounds().drawnMatcher(round);
    const undrawn = matchers.find(({ view }) => view.network.address !== drawn)!;
    expect(drawn).toBeDefined();
    expect(await undrawn.look()).toBe(false);
    expect(await posted(round)).toBe(0);
    await market.secondHalf();
    expect(await undrawn.look()).toBe(true);
    expect(await rounds().matcherOf(round)).toBe(undrawn.view.network.address);
  });

  it('posts each round once beside another one, and no workload is lost', async () => {
    const matchers = await Promise.all(['matcher1', 'matcher2'].map((name) => market.matcher(name)));
    const workloads: number[] = [];
    for (let i = 0; i < 4; i++) {
      workloads.push(await market.submit());
      const round = await market.advance();
      await Promise.all(matchers.map(({ look }) => look()));
      await market.secondHalf();
      await Promise.all(matchers.map(({ look }) => look()));
      expect(await posted(round)).toBe(1);
      expect(matchers.map(({ posting }) => posting.decided?.round)).toEqual([round, round]);
      const workload = workloads.at(-1)!;
      await (await market.operatorOf(workload)).workloads.start(workload);
    }
    const ends = await Promise.all(workloads.map((id) => market.client('client').workloads.get(id)));
    expect(ends.map(({ status }) => status)).toEqual(workloads.map(() => 'Running'));
  });

  it('beside another one with the same wallet posts each round once', async () => {
    const matchers = [await market.matcher('matcher1')];
    matchers.push(
      await market.matcher('matcher1', { network: market.through(market.chain.rpcUrl, 'matcher1') }),
    );
    for (let i = 0; i < 3; i++) {
      await market.submit();
      const round = await market.advance();
      for (let look = 0; look < 2; look++) await Promise.allSettled(matchers.map((one) => one.look()));
      expect(await posted(round)).toBeGreaterThan(0);
      expect(matchers.map(({ posting }) => posting.decided)).toEqual(
        matchers.map(() => expect.objectContaining({ round, outcome: expect.stringMatching(/^Posted/) })),
      );
    }
    const { state } = await NetworkView.open(market.client('client'));
    expect(state.rounds.size).toBe(3);
  });

  it('adds to its bond what the next round needs, and never more than it was told', async () => {
    const most = 200 * MICRO_PER_AICC;
    const one = await market.matcher('matcher2', { mostBondMicro: most });
    const { rounds: own } = market.client('matcher2');
    const outcomes: (string | undefined)[] = [];
    for (let i = 0; i < 3; i++) {
      await market.submit();
      await market.advance();
      await market.secondHalf();
      await one.look();
      outcomes.push(one.posting.decided?.outcome);
      expect(await own.bondMicro()).toBe(most);
    }
    expect(outcomes).toEqual(['Posted', 'Posted', 'BondTooSmall']);
    expect(await own.freeBondMicro()).toBe(0);
    expect(market.said.at(-1)).toMatch(
      /needs a bond of 100 AICC; 0 AICC are free, 200 AICC are locked, 200 AICC may be/,
    );
  });

  it('that owns one bond and no more posts, starts again, and waits until that bond is free', async () => {
    const poor = market.client('poor');
    const one = 100 * MICRO_PER_AICC;
    await poor.money.transferAicc(market.client('client').address, (await poor.money.aiccMicro()) - one);
    const first = await market.matcher('poor');
    await market.submit();
    const round = await market.advance();
    expect(await first.look()).toBe(true);
    expect(first.posting.decided).toMatchObject({ round, outcome: 'Posted' });

    const again = await market.matcher('poor');
    const window = await poor.parameters.current('challengeWindowRounds');
    const outcomes: (string | undefined)[] = [];
    for (let i = 0; i <= window; i++) {
      await market.submit();
      await market.advance();
      await again.look();
      outcomes.push(again.posting.decided?.outcome);
    }
    expect(outcomes).toEqual([...Array.from({ length: window }, () => 'BondTooSmall'), 'Posted']);
    expect(market.said.filter((line) => line.includes('no more can be locked'))).toHaveLength(2);
  });

  it('uses what it has locked before, also where that is more than it may lock now', async () => {
    await market.client('matcher2').rounds.bond(300 * MICRO_PER_AICC);
    const one = await market.matcher('matcher2', { mostBondMicro: 100 * MICRO_PER_AICC });
    await market.submit();
    await market.advance();
    await market.secondHalf();
    await one.look();
    expect(one.posting.decided?.outcome).toBe('Posted');
    expect(await market.client('matcher2').rounds.bondMicro()).toBe(300 * MICRO_PER_AICC);
  });

  it('that is stopped between computing and sending posts once, when it is started again', async () => {
    const proxy = await startRpcProxy(market.chain.rpcUrl);
    const view = await NetworkView.open(market.through(proxy.rpcUrl, 'matcher1'));
    const posting = new Posting(view, { say: market.say });
    await posting.prepare();
    await market.submit();
    const round = await market.advance();
    await market.secondHalf();
    const sent = new Promise<void>((resolve) => {
      proxy.meddle = (method, params, ask) => {
        if (method !== 'eth_sendRawTransaction') return ask(method, params);
        resolve();
        return new Promise(() => {});
      };
    });
    const killed = view.look().then((moment) => posting.look(moment));
    killed.catch(() => {}); // it never comes back from there, until its endpoint goes
    await sent;
    expect(await posted(round)).toBe(0);
    for (const _ of ['started again', 'and again']) {
      const again = await market.matcher('matcher1');
      expect(await again.look()).toBe(true);
    }
    expect(await posted(round)).toBe(1);
    expect(market.said.filter((line) => line.startsWith(`round ${round}: workload`))).toHaveLength(1);
    await proxy.stop();
  });
});
