import { keccak256, stringToHex, toHex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AICChain } from '../AICChain.ts';
import type { ChainEvent, ChainEventBody } from '../domain/events.ts';
import { NodeId, WorkloadId } from '../domain/ids.ts';
import { unpackNodeRecord } from '../domain/nodeRecord.ts';
import type { Entry } from '../domain/types.ts';
import { unpackWorkloadSpec } from '../domain/workloadSpec.ts';
import { compile } from '../policy/compile.ts';
import { policyHash } from '../policy/RLPolicyManager.ts';
import { encodeWeights } from '../policy/weightsBytes.ts';
import { greenCertificateTypedData } from '../reports/report.ts';
import { EVENT_NAMES } from './events.ts';
import { NetworkClient } from './NetworkClient.ts';
import { syncState } from './sync.ts';
import { startRpcProxy } from './testing/rpcProxy.ts';
import {
  actor,
  CLAIMS,
  monotoneNetwork,
  SUBMISSION,
  startTestNetwork,
  type TestNetwork,
} from './testing/testNetwork.ts';

const RESULT = keccak256(stringToHex('result'));
const SALT = keccak256(stringToHex('salt'));
const AUDITORS = ['auditor1', 'auditor2', 'auditor3'];
const ASK = 3_600_000;

let network: TestNetwork;
let events: ChainEvent[];
const all = <N extends ChainEventBody['name']>(name: N) =>
  events.filter((event): event is Extract<ChainEvent, { name: N }> => event.name === name);

/** The round in which `node` takes `workload` at cost, posted by the matcher. */
async function match(matcher: NetworkClient, workload: number, node: number): Promise<number> {
  const round = await matcher.rounds.current();
  const weight = await matcher.rounds.weightOf(workload, node, round);
  const entry: Entry = {
    workload: WorkloadId(workload),
    node: NodeId(node),
    uMicro: Number(weight.weightMicro),
    vMicro: 0,
    priceMicro: Number(weight.costMicro),
    next: NodeId(0),
    rank: 0,
  };
  const { newestWorkload } = await matcher.workloads.countersAt(round);
  await matcher.rounds.post(round, newestWorkload, [entry]);
  return round;
}

beforeAll(async () => {
  network = await startTestNetwork(['operator', 'client', 'matcher', 'voter', ...AUDITORS], {
    greenIssuer: actor('issuer').address,
  });
  const { client: as, clock, deployment } = network;
  const operator = as('operator');
  const client = as('client');
  const matcher = as('matcher');
  const voter = as('voter');
  const auditors = AUDITORS.map(as);

  // Nodes, and what their owners change.
  const node = await operator.nodes.register(CLAIMS, ASK, 'http://127.0.0.1:8600');
  const leaver = await operator.nodes.register({ ...CLAIMS, gpus: 1 }, ASK, 'http://127.0.0.1:8601');
  await operator.nodes.setEndpoint(node, 'http://127.0.0.1:8602');
  await operator.nodes.setClaims(node, { ...CLAIMS, wattsCode: CLAIMS.wattsCode + 1 });
  const certificate = { node, untilRound: 1_000, nullifier: keccak256(stringToHex('green')) };
  const signature = await actor('issuer').signTypedData(
    greenCertificateTypedData(certificate, deployment.chainId, deployment.addresses.nodes),
  );
  await operator.nodes.presentGreenCertificate({ ...certificate, signature });
  await operator.nodes.requestExit(leaver);
  await matcher.rounds.bond(1_000_000_000);
  for (const auditor of auditors) await auditor.reporting.registerAuditor();

  // One workload to its end; one that its node fails; one whose result is contested.
  const workload = await client.workloads.submit(SUBMISSION);
  await clock.advanceRounds(1);
  await match(matcher, workload, node);
  await operator.workloads.start(workload);
  await operator.workloads.complete(workload, RESULT);
  await client.workloads.accept(workload);
  const failing = await client.workloads.submit(SUBMISSION);
  await clock.advanceRounds(1);
  await match(matcher, failing, node);
  await operator.workloads.start(failing);
  await operator.workloads.fail(failing, false, 0, RESULT);
  const contested = await client.workloads.submit(SUBMISSION);
  await clock.advanceRounds(1);
  await match(matcher, contested, node);
  await operator.workloads.start(contested);
  await operator.workloads.complete(contested, RESULT);
  await client.workloads.contest(contested, 'WrongResult');
  await auditors[0]!.reporting.voteContest(contested, true);
  await auditors[1]!.reporting.voteContest(contested, true);

  // Its round was posted at cost: the entry adds up, but nothing says why the client keeps all of its weight.
  const posted = (await voter.events()).findLast((event) => event.name === 'RoundPosted')!;
  const disputed = { round: posted.round, workload: contested, node: 0 };
  await voter.rounds.challenge({ ...disputed, kind: 'E2' }, posted.entries);
  await voter.rounds.challenge({ ...disputed, kind: 'E4' }, posted.entries);

  // An audit, in the epoch that is now: commit, reveal, close.
  const epoch = await operator.reporting.currentEpoch();
  const report = { gpus: 4, latencyUs: 10_000, bandwidthMbps: 100, computeMflops: 2_000n, watts: 120 };
  await operator.reporting.commitReport({ node, epoch, ...report });
  const measured = [{ node, answered: true, latencyUs: 9_000, bandwidthMbps: 99, computeMflops: 1_000 }];
  for (const auditor of auditors) await auditor.reporting.commitMeasurements(epoch, measured, SALT);
  const { epochRounds, roundSec, genesis } = deployment;
  const beat = { onStep: async () => void (await operator.nodes.heartbeat(node)) };
  await clock.advanceTo(genesis + (epoch * epochRounds + Math.ceil((epochRounds * 2) / 3)) * roundSec, beat);
  for (const auditor of auditors) await auditor.reporting.revealMeasurements(epoch, measured, SALT);
  await auditors[0]!.reporting.requestExit();
  await clock.advanceTo(genesis + (epoch + 1) * epochRounds * roundSec, beat);
  await voter.reporting.closeAudits(epoch, [node]);
  await operator.workloads.settle(workload); // its round is final by now

  // A policy and a parameter, by vote.
  const policyNetwork = monotoneNetwork();
  const policy = await voter.policies.register(
    toHex(compile(policyNetwork)),
    toHex(encodeWeights(policyNetwork)),
  );
  await voter.governance.delegate();
  await clock.advanceRounds(1, beat);
  const calls = [voter.policies.activateCall(policy), voter.parameters.setCall('greenMicroPerKWh', 400_000)];
  await voter.governance.passes(calls, 'A policy and a price for energy', {
    voters: [voter.governance],
    waitUntil: async (timestamp) => void (await clock.advanceTo(timestamp, beat)),
  });

  // Stakes leave.
  await clock.advanceRounds(20, beat);
  await auditors[0]!.reporting.withdrawStake();
  await operator.nodes.withdrawStake(leaver);

  // Its match is final; the contested one is refunded already, and is passed over.
  await operator.workloads.settleMany([workload, contested]);
  events = await voter.events();
});
afterAll(() => network?.stop());

describe('the log of a network', () => {
  it('has an event of every kind, each decoded', () => {
    expect(new Set(events.map(({ name }) => name))).toEqual(new Set(EVENT_NAMES));
  });

  it('is in order and knows its places', () => {
    for (const [i, event] of events.entries()) {
      const before = events[i - 1];
      if (before)
        expect(event.blockNumber * 1e6 + event.logIndex).toBeGreaterThan(
          before.blockNumber * 1e6 + before.logIndex,
        );
      expect(event.timestamp).toBeGreaterThanOrEqual(network.deployment.genesis);
      expect(event.blockHash).toMatch(/^0x[0-9a-f]{64}$/);
      expect(event.transactionHash).toMatch(/^0x[0-9a-f]{64}$/);
    }
  });

  it('holds numbers as numbers, words as bigint, enums by name', () => {
    expect(all('NodeRegistered')[0]).toMatchObject({
      node: 1,
      owner: actor('operator').address,
      claims: CLAIMS,
      stakeMicro: 200_000_000,
      endpoint: 'http://127.0.0.1:8600',
    });
    const record = all('NodeRecordWritten')[0]!;
    expect(typeof record.record).toBe('bigint');
    expect(unpackNodeRecord(record.record)).toMatchObject({ gpus: 4, freeGpus: 4, askMicroPerGpuHour: ASK });
    const submitted = all('WorkloadSubmitted')[0]!;
    expect(unpackWorkloadSpec(submitted.spec)).toMatchObject({ gpus: 2, computeGflop: 4, priority: 2_500 });
    expect(submitted.budgetMicro).toBe(SUBMISSION.budgetMicro);
    expect(all('WorkloadEnded').map(({ status, reason }) => [status, reason])).toEqual([
      ['Completed', 'Completed'],
      ['Failed', 'NodeFault'],
      ['Completed', 'Completed'],
    ]);
    expect(all('WorkloadContested')[0]).toMatchObject({ ground: 'WrongResult' });
    expect(all('WorkloadClosed').map(({ status, reason }) => [status, reason])).toEqual([
      ['Refunded', 'ContestUpheld'],
      ['Settled', 'Completed'],
    ]);
    expect(typeof all('OpenRoundsWritten')[0]!.openRounds).toBe('bigint');
    expect(all('ParameterWritten').at(-1)).toMatchObject({ parameter: 0, value: 400_000 });
    expect(all('AuditClosed')[0]).toMatchObject({ node: 1, epoch: 0, reveals: 3, trustBefore: 5_000 });
    expect(all('AuditApplied')[0]!.measured).toEqual({
      answered: true,
      latencyUs: 9_000,
      bandwidthMbps: 99,
      computeMflops: 1_000,
    });
    expect(all('RoundPosted')[0]!.entries).toHaveLength(1);
    const challenge = { challenger: actor('voter').address, workload: 3, node: 0 };
    expect(all('ChallengeFailed')).toEqual([
      expect.objectContaining({ ...challenge, kind: 'E2', bondMicro: 10_000_000 }),
    ]);
    expect(all('RoundVoided')).toEqual([
      expect.objectContaining({ ...challenge, kind: 'E4', bondMicro: 100_000_000 }),
    ]);
    expect(all('GpuClassAdded')[0]!.gpuClass.name).toBe('cpu');
    expect(all('PolicyRegistered')[0]!.codeHash).toBe(policyHash(compile(monotoneNetwork())));
  });

  it('is read in parts from an endpoint that refuses long answers', async () => {
    const brief = await startRpcProxy(network.chain.rpcUrl);
    let refused = 0;
    brief.meddle = async (method, params, ask) => {
      const answer = await ask(method, params);
      if (method !== 'eth_getLogs' || (answer as unknown[]).length <= 60) return answer;
      refused++;
      throw new Error('query returned more than 60 results');
    };
    const { deployment } = network;
    expect(await new NetworkClient({ rpcUrl: brief.rpcUrl, deployment }).events()).toEqual(
      await network.client('operator').events(),
    );
    expect(refused).toBeGreaterThan(0);
    await brief.stop();
  });

  it('verifies, but for its rounds, which are posted at cost', () => {
    const { violations } = AICChain.verify(events, network.deployment);
    expect(violations.filter(({ kind }) => !kind.startsWith('certificate.'))).toEqual([]);
  });

  it('gives the split of a settled workload, to the unit', () => {
    const { split } = all('WorkloadClosed').find(({ status }) => status === 'Settled')!;
    const escrow = all('WorkloadSubmitted')[0]!.escrowMicro;
    expect(Object.values(split).reduce((sum, part) => sum + part, 0)).toBe(escrow);
    expect(split.nodeMicro).toBe(all('WorkloadMatched')[0]!.priceMicro);
  });

  it('folds into the state that the chain has', async () => {
    const operator = network.client('operator');
    const { state } = await syncState(operator.caller);
    const round = await operator.rounds.current();
    expect(state.recordAt(1, round)).toEqual(await operator.nodes.recordAt(1, round));
    expect(state.countersAt(round)).toEqual({
      ...(await operator.nodes.networkGpusAt(round)),
      ...(await operator.workloads.countersAt(round)),
    });
    for (const { round: posted } of all('RoundPosted'))
      expect(await operator.rounds.get(posted)).toMatchObject({ voided: state.rounds.get(posted)?.voided });
    expect(state.parametersAt(round)).toEqual(await operator.parameters.all());
    expect((await operator.policies.policyAt(round)).policy).toBe(state.policyAt(round)?.id);
  });
});
