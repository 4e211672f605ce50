import { keccak256, stringToHex, toHex } from 'viem';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AICChain } from './AICChain.ts';
import { type Synced, syncState } from './chain/sync.ts';
import {
  CLAIMS,
  monotoneNetwork,
  SUBMISSION,
  startTestNetwork,
  type TestNetwork,
} from './chain/testing/testNetwork.ts';
import { compile } from './policy/compile.ts';
import { encodeWeights } from './policy/weightsBytes.ts';
import { NetworkState, stateHash } from './state/index.ts';
import type { Verification } from './verify/index.ts';

const HASH = keccak256(stringToHex('anything'));
const AUDITORS = ['auditor1', 'auditor2', 'auditor3'];
const ASKS = [3_000_000, 3_600_000, 9_000_000];
const LEASE = { ...SUBMISSION, computeGflop: 0, leaseSec: 40 };

let network: TestNetwork;
let synced: Synced;
let verification: Verification;
const nodes: number[] = [];

const as = (name: string) => network.client(name);
const heartbeat = async () => {
  for (const [i, node] of nodes.entries()) await as(`operator${i}`).nodes.heartbeat(node);
};
const advance = (rounds: number) => network.clock.advanceRounds(rounds, { onStep: heartbeat });
const operatorOf = async (workload: number) => {
  const { node } = await as('client').workloads.get(workload);
  return as(`operator${nodes.indexOf(node)}`);
};

/** Proposes and posts the current round, and compares every weight of it with the chain's. */
async function post(beforePosting?: () => Promise<unknown>): Promise<number> {
  await synced.feed.poll();
  const aicchain = new AICChain(synced.state);
  const round = await as('matcher').rounds.current();
  const { cutoff, entries, entriesHash, candidates } = aicchain.propose(round);
  await beforePosting?.();
  await as('matcher').rounds.post(round, cutoff, entries);
  expect((await as('matcher').rounds.get(round)).entriesHash).toBe(entriesHash);
  for (const [w, { id }] of candidates.workloads.entries()) {
    for (const [c, node] of candidates.nodes.entries()) {
      expect(await as('matcher').rounds.weightOf(id, node.id, round)).toMatchObject(
        candidates.weights[w]![c]!,
      );
    }
  }
  return entries.length;
}

/** A life on the real contracts: every way in which a workload goes on, an audit, and votes. */
beforeAll(async () => {
  const operators = ASKS.map((_, i) => `operator${i}`);
  network = await startTestNetwork([...operators, 'client', 'matcher', 'voter', ...AUDITORS]);
  const { clock, deployment } = network;
  for (const [i, ask] of ASKS.entries())
    nodes.push(await as(`operator${i}`).nodes.register(CLAIMS, ask, `http://n${i}`));
  for (const auditor of AUDITORS) await as(auditor).reporting.registerAuditor();
  await as('matcher').rounds.bond(1_000_000_000);
  synced = await syncState(as('voter').caller);
  const { workloads } = as('client');

  // One completes, one is cancelled while it runs, one is failed by its node and matched again.
  const completed = await workloads.submit(SUBMISSION);
  const cancelled = await workloads.submit(LEASE);
  const failed = await workloads.submit(SUBMISSION);
  await advance(1);
  expect(await post()).toBe(3);
  for (const id of [completed, cancelled, failed]) await (await operatorOf(id)).workloads.start(id);
  await clock.advanceTo((await as('client').now()) + 3);
  await (await operatorOf(completed)).workloads.complete(completed, HASH);
  await workloads.accept(completed);
  await workloads.cancel(cancelled);
  await (await operatorOf(failed)).workloads.fail(failed, false, 0, HASH);

  // Nobody starts what is matched now, and one is taken back between proposing and posting.
  const takenBack = await workloads.submit(SUBMISSION);
  await advance(1);
  expect(await post(() => workloads.cancel(takenBack))).toBe(2);
  await advance(5);
  await workloads.settleMany([completed, cancelled]);
  expect(await post()).toBe(1);
  await (await operatorOf(failed)).workloads.start(failed);
  await (await operatorOf(failed)).workloads.fail(failed, true, 0, HASH);

  // An audit of all: the second claims far more than it has, the third does not answer.
  const epoch = (await as('voter').reporting.currentEpoch()) + 1;
  const epochStart = (e: number) => deployment.genesis + e * deployment.epochRounds * deployment.roundSec;
  await clock.advanceTo(epochStart(epoch), { onStep: heartbeat });
  const seen = { answered: true, latencyUs: 9_000, bandwidthMbps: 101, computeMflops: 2_010 };
  const measurements = [
    { node: nodes[0]!, ...seen },
    { node: nodes[1]!, ...seen, computeMflops: 700 },
    { node: nodes[2]!, ...seen, answered: false },
  ];
  for (const auditor of AUDITORS) await as(auditor).reporting.commitMeasurements(epoch, measurements, HASH);
  await advance(Math.ceil((deployment.epochRounds * 2) / 3));
  for (const auditor of AUDITORS) await as(auditor).reporting.revealMeasurements(epoch, measurements, HASH);
  await clock.advanceTo(epochStart(epoch + 1), { onStep: heartbeat });
  await as('voter').reporting.closeAudits(epoch - 1, nodes);
  await as('voter').reporting.closeAudits(epoch, nodes);

  // A policy and a price for energy by vote; the next round is weighed with both.
  const voter = as('voter');
  const policy = await voter.policies.register(
    toHex(compile(monotoneNetwork())),
    toHex(encodeWeights(monotoneNetwork())),
  );
  await voter.governance.delegate();
  await advance(1);
  await voter.governance.passes(
    [voter.policies.activateCall(policy), voter.parameters.setCall('greenMicroPerKWh', 400_000)],
    'A policy and a price for energy',
    {
      voters: [voter.governance],
      waitUntil: async (t) => void (await clock.advanceTo(t, { onStep: heartbeat })),
    },
  );
  await workloads.submit({ ...SUBMISSION, budgetMicro: 20_000_000 });
  await workloads.submit({ ...LEASE, budgetMicro: 20_000_000 });
  await advance(1);
  expect(await post()).toBeGreaterThan(0);
  await synced.feed.poll();
  verification = AICChain.verify(await voter.events(), deployment);
});
afterAll(() => network?.stop());

describe('on the contracts', () => {
  test('every round that is proposed is accepted, and every weight is the same on chain', () => {
    expect(synced.state.rounds.size).toBe(4);
    const last = [...synced.state.rounds.values()].at(-1)!;
    const weights = new AICChain(synced.state).candidates(last.round).weights.flat();
    expect(weights.some(({ penalty, greenMicro }) => penalty > 0 && greenMicro > 0n)).toBe(true);
    expect(weights.some(({ ineligible }) => ineligible === 'Flagged')).toBe(true);
  });

  test('the log verifies', () => {
    expect(verification.violations).toEqual([]);
    expect(verification).toMatchObject({ ok: true, rounds: 4, nonCanonical: [] });
  });

  test('invariant 12: the log replayed is the state that was followed', async () => {
    const replayed = NetworkState.replay(await as('voter').events(), network.deployment);
    expect(stateHash(replayed)).toBe(stateHash(synced.state));
  });

  test('the state knows of workloads and nodes what the chain knows', async () => {
    const { round } = { round: await as('voter').rounds.current() };
    for (const row of synced.state.workloads.values()) {
      const onChain = await as('client').workloads.get(row.id);
      const { status, reason, matchedRound, matches, budgetMicro, escrowMicro, openUntilRound, spec } =
        onChain;
      expect(row).toMatchObject({ status, matches, budgetMicro, escrowMicro, openUntilRound, spec });
      if (status !== 'Open')
        expect(row).toMatchObject({ reason, matchedRound: row.node === 0 ? 0 : matchedRound });
      for (let r = 0; r <= round + 9; r++) {
        expect(synced.state.isOpenAt(row.id, r)).toBe(await as('client').workloads.isOpenAt(row.id, r));
      }
    }
    for (const node of nodes) {
      expect(synced.state.recordAt(node, round)).toEqual(await as('voter').nodes.recordAt(node, round));
    }
  });
});
