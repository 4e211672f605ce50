import { keccak256, stringToHex } from 'viem';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SUBMISSION } from '../chain/testing/testNetwork.ts';
import { dueWorkloads, NetworkView, Settling } from './index.ts';
import { looker, type Market, startMarket } from './testing/market.ts';

const RESULT = keccak256(stringToHex('result'));
const LEASE = { ...SUBMISSION, computeGflop: 0, leaseSec: 8 };

let market: Market;
beforeEach(async () => {
  market = await startMarket(['matcher1', 'matcher2']);
});
afterEach(() => market.stop());

const client = () => market.client('client').workloads;
const postRound = async (matcher: { look: () => Promise<boolean> }) => {
  await market.advance();
  await market.secondHalf();
  await matcher.look();
};
const statuses = async (ids: readonly number[]) =>
  Promise.all(ids.map(async (id) => (await client().get(id)).status));

/** One of each: completed, accepted, contested, cancelled as it ran, failed by its client, abandoned, never started, expired. */
async function lives(): Promise<number[]> {
  const matcher = await market.matcher('matcher1');
  const ids: number[] = [];
  for (let i = 0; i < 7; i++) ids.push(await client().submit(i === 5 ? LEASE : SUBMISSION));
  for (let i = 0; i < 3; i++) {
    await postRound(matcher);
    for (const id of ids)
      if (id !== 7 && (await client().get(id)).status === 'Matched')
        await (await market.operatorOf(id)).workloads.start(id);
  }
  const [completed, accepted, contested, cancelled, failed] = ids as [number, number, number, number, number];
  for (const id of [completed, accepted, contested])
    await (await market.operatorOf(id)).workloads.complete(id, RESULT);
  await client().accept(accepted);
  await client().contest(contested, 'WrongResult');
  await client().cancel(cancelled);
  await (await market.operatorOf(failed)).workloads.fail(failed, true, 0, RESULT);
  ids.push(await client().submit({ ...SUBMISSION, budgetMicro: 1, openRounds: 3 })); // nobody does it for that
  return ids;
}

describe('what is due', () => {
  it('is what the chain would settle, in every round until all is over', async () => {
    const ids = await lives();
    const view = await NetworkView.open(market.client('matcher2'));
    const seen = new Set<string>();
    for (let i = 0; i < 40; i++) {
      const { round, timeSec } = await view.look();
      const { certainly, ifAccepted } = dueWorkloads(view.state, round, timeSec);
      const settles = await Promise.all(
        ids.map((id) =>
          view.network.caller.simulate('workloads', 'settle', [id]).then(
            () => true,
            () => false,
          ),
        ),
      );
      const passing = ids.filter((_, at) => settles[at]);
      expect(passing).toEqual(expect.arrayContaining([...certainly]));
      const notTold = passing.filter((id) => !(certainly as readonly number[]).includes(id));
      expect([[], [ids[1]]]).toContainEqual(notTold); // the one that was accepted
      for (const id of certainly) seen.add(view.state.statusIn(id, round));
      for (const id of ifAccepted) seen.add(`${view.state.statusIn(id, round)} if accepted`);
      for (const id of certainly) if (i % 2) await market.client('matcher2').workloads.settle(id);
      await market.advance();
    }
    expect([...seen].sort()).toEqual([
      'Cancelled',
      'Cancelled if accepted',
      'Completed',
      'Completed if accepted',
      'Contested',
      'Expired',
      'Failed',
      'Failed if accepted',
      'NoShow',
      'Running',
    ]);
  });
});

describe('settling', () => {
  it('settles all that is due in one transaction, and what was accepted early', async () => {
    const ids = await lives();
    const view = await NetworkView.open(market.client('matcher1'));
    const look = looker(view, new Settling(view, market.say));
    for (let i = 0; i < 25; i++) {
      await look();
      await market.advance();
    }
    expect(await statuses(ids)).toEqual([
      ...['Settled', 'Settled', 'Settled', 'Settled', 'Settled', 'Open', 'Open', 'Refunded'],
    ]);
    expect(market.said.filter((line) => line.includes('not settled'))).toEqual([]);
  });

  it('is left to whoever may post: two do not pay for the same', async () => {
    const ids = [await market.submit(), await market.submit()];
    const matchers = await Promise.all(['matcher1', 'matcher2'].map((name) => market.matcher(name)));
    await postRound(matchers[0]!);
    await market.advance(4);
    const round = await market.advance(1);
    const both = matchers.map(({ view }) => ({ view, look: looker(view, new Settling(view, market.say)) }));
    const drawn = await market.client('client').rounds.drawnMatcher(round);
    const undrawn = both.find(({ view }) => view.network.address !== drawn)!;
    await undrawn.look();
    expect(await statuses(ids)).toEqual(['Matched', 'Matched']);
    await both.find((one) => one !== undrawn)!.look();
    expect(await statuses(ids)).toEqual(['Open', 'Open']);
  });
});
