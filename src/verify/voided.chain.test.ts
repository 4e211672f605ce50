import { keccak256, stringToHex } from 'viem';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AICChain } from '../AICChain.ts';
import { syncState } from '../chain/sync.ts';
import { CLAIMS, SUBMISSION, startTestNetwork, type TestNetwork } from '../chain/testing/testNetwork.ts';
import type { Entry } from '../domain/index.ts';
import type { Verification } from './index.ts';

const HASH = keccak256(stringToHex('anything'));
const MICRO = 1_000_000;

let network: TestNetwork;
let verification: Verification;
const as = (name: string) => network.client(name);

/** Posts the current round with the price of its first entry one too low, and returns its entries. */
async function postWrong(): Promise<{ round: number; entries: Entry[] }> {
  const { state } = await syncState(as('matcher').caller);
  const round = await as('matcher').rounds.current();
  const { cutoff, entries } = new AICChain(state).propose(round);
  const wrong = entries.map((one, i): Entry => (i > 0 ? one : { ...one, priceMicro: one.priceMicro - 1 }));
  await as('matcher').rounds.post(round, cutoff, wrong);
  return { round, entries: wrong };
}

async function heartbeat() {
  for (const node of [1, 2, 3]) await as(`operator${node}`).nodes.heartbeat(node);
}

async function operatorOf(workload: number) {
  const { node } = await as('client').workloads.get(workload);
  return as(`operator${node}`);
}

/** Two rounds that are wrong: of the first one run had started, one had not, one is taken back. Then one that is right. */
beforeAll(async () => {
  network = await startTestNetwork(['operator1', 'operator2', 'operator3', 'client', 'matcher', 'watcher']);
  const { clock } = network;
  for (const [i, ask] of [10, 20, 30].entries())
    await as(`operator${i + 1}`).nodes.register(CLAIMS, ask * MICRO, `http://n${i}`);
  await as('matcher').rounds.bond(2_000 * MICRO);
  await as('watcher').money.ensureAvailable(1_000 * MICRO);
  const { workloads } = as('client');
  const [started, undone, cancelled] = [
    await workloads.submit(SUBMISSION),
    await workloads.submit(SUBMISSION),
    await workloads.submit(SUBMISSION),
  ];
  await clock.advanceRounds(1);
  const { round, entries } = await postWrong();
  await (await operatorOf(started)).workloads.start(started);
  const { rounds } = as('watcher');
  await rounds.challenge({ round, kind: 'E1', workload: started, node: 3 }, entries);
  await rounds.challenge({ round, kind: 'E2', workload: entries[0]!.workload, node: 0 }, entries);
  await workloads.settle(undone);
  await workloads.cancel(cancelled);
  await clock.advanceTo((await as('client').now()) + 3);
  await (await operatorOf(started)).workloads.complete(started, HASH);
  await clock.advanceRounds(1);
  await as('matcher').rounds.bond(0);
  const again = await postWrong();
  const first = again.entries[0]!.workload;
  await rounds.challenge({ round: again.round, kind: 'E2', workload: first, node: 0 }, again.entries);
  await clock.advanceRounds(5);
  await workloads.settle(started);
  await workloads.settle(undone);

  // A right round between them, in batches, settled in one transaction.
  const { caller } = as('client');
  const [a, b] = [await workloads.submit(SUBMISSION), await workloads.submit(SUBMISSION)];
  await clock.advanceRounds(1);
  await heartbeat();
  await as('matcher').rounds.bond(0);
  await clock.advanceRounds(1);
  const { state } = await syncState(as('matcher').caller);
  const current = await as('matcher').rounds.current();
  const { cutoff, entries: right } = new AICChain(state).propose(current);
  await as('matcher').rounds.post(current, cutoff, right);
  for (const id of [a, b]) await (await operatorOf(id)).workloads.start(id);
  await clock.advanceTo((await as('client').now()) + 3);
  for (const id of [a, b]) await (await operatorOf(id)).workloads.complete(id, HASH);
  await clock.advanceRounds(5);
  await caller.write('workloads', 'settleMany', [[a, b]]);
  verification = AICChain.verify(await as('watcher').events(), network.deployment);
}, 120_000);
afterAll(() => network?.stop());

describe('voided rounds on the contracts', () => {
  test('verify, with what came of them', () => {
    expect(verification.violations).toEqual([]);
    expect(verification).toMatchObject({ ok: true, rounds: 3, voided: [1, 2] });
  });

  test('have paid what had started its cost', async () => {
    const { state } = await syncState(as('watcher').caller);
    const paid = [...state.workloads.values()].find(({ status }) => status === 'Settled')!;
    expect(paid.split?.matcherMicro).toBe(0);
    expect(paid.split?.nodeMicro).toBeLessThan(paid.priceMicro);
  });
});
