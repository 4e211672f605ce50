import { bytesToHex } from '@noble/hashes/utils';
import { describe, expect, test } from 'vitest';
import { AICChain, type Verdict } from './AICChain.ts';
import { checkCertificate, priceGreedyMatcher } from './match/index.ts';
import { compile } from './policy/compile.ts';
import { drawNetwork, seededWeights } from './policy/randomNetwork.ts';
import { encodeWeights } from './policy/weightsBytes.ts';
import { CLAIMS, JOB, LogWriter } from './testing/LogWriter.ts';

const ASK = 3_600_000_000; // a second of a GPU costs 1 AICC

/** Three nodes that differ in their ask, and two workloads that all three could take; one second per GPU each. */
function market(): LogWriter {
  const log = new LogWriter();
  for (const ask of [ASK, 2 * ASK, 3 * ASK]) log.register(ask);
  for (const budget of [100_000_000, 90_000_000]) log.submit(budget, { leaseSec: 10, computeGflop: 0 });
  return log.advance();
}

function registerPolicy(log: LogWriter, seed: number): number {
  const network = drawNetwork(8, seededWeights(seed));
  return log.registerPolicy(compile(network), `0x${bytesToHex(encodeWeights(network))}`, 8);
}

describe('propose', () => {
  test('matches nothing before anything binds', () => {
    const { state, round } = new LogWriter();
    expect(new AICChain(state).propose(round)).toMatchObject({ cutoff: 0, entries: [] });
  });

  test('gives the cheapest nodes at the price of the next one', () => {
    const { state, round } = market();
    const { cutoff, entries } = new AICChain(state).propose(round);
    expect(cutoff).toBe(2);
    expect(entries.map(({ workload, node, priceMicro }) => [workload, node, priceMicro])).toEqual([
      [1, 1, 30_000_000],
      [2, 2, 30_000_000],
    ]);
  });

  test('posts what the certificate check passes, and what is then no longer open', () => {
    const log = market();
    const aicchain = new AICChain(log.state);
    const { entries, candidates } = aicchain.propose(log.round);
    expect(checkCertificate(candidates.instance, entries)).toEqual([]);
    log.post(entries);
    expect(aicchain.propose(log.round).entries).toEqual(entries); // the past of a round does not change
    expect(aicchain.propose(log.round + 1).entries).toEqual([]);
  });

  test('takes another matcher', () => {
    const { state, round } = market();
    const { entries } = new AICChain(state).propose(round, priceGreedyMatcher);
    expect(entries.map(({ priceMicro }) => priceMicro)).toEqual([10_000_000, 20_000_000]);
  });

  test('leaves newer workloads out where a round is full, and no more than that', () => {
    const log = new LogWriter();
    for (let i = 0; i < 8; i++) log.register(ASK);
    // Every other workload has no budget for any node.
    for (let i = 0; i < 12; i++) log.submit(i % 2 === 0 ? 1 : 50_000_000, { leaseSec: 10, computeGflop: 0 });
    log.setParameter('fullRound', 3);
    log.advance();
    const { cutoff, entries } = new AICChain(log.state).propose(log.round);
    expect(cutoff).toBe(6);
    expect(entries.map(({ workload }) => workload)).toEqual([2, 4, 6]);
  });

  test('covers all workloads where there are fewer nodes than a round may list', () => {
    const log = new LogWriter();
    for (let i = 0; i < 3; i++) log.register(ASK);
    for (let i = 0; i < 40; i++) log.submit(50_000_000 + i, { leaseSec: 10, computeGflop: 0 });
    log.setParameter('fullRound', 4);
    log.advance();
    const { cutoff, entries } = new AICChain(log.state).propose(log.round);
    expect(cutoff).toBe(40);
    expect(entries.map(({ workload }) => workload)).toEqual([38, 39, 40]);
  });

  test('gives what a new one would, after whatever has happened since', () => {
    const log = market();
    const kept = new AICChain(log.state);
    const proposals = () => {
      const { candidates, ...proposal } = kept.propose(log.round);
      const { candidates: _, ...fresh } = new AICChain(log.state).propose(log.round);
      expect(proposal).toEqual(fresh);
      expect(checkCertificate(candidates.instance, proposal.entries)).toEqual([]);
      return proposal.entries;
    };
    expect(proposals()).toHaveLength(2);
    log.setRecord(1, { askMicroPerGpuHour: 4 * ASK });
    log.register(ASK / 2);
    log.advance();
    expect(proposals().map(({ node }) => node)).toEqual([2, 4]);
    log.setRecord(4, { active: false });
    log.advance();
    log.post(proposals());
    log.submit(100_000_000, { leaseSec: 10, computeGflop: 0 });
    log.advance();
    expect(proposals()).toHaveLength(1);
  });

  test('weighs with the policy that binds in the round', () => {
    const log = market();
    const policy = registerPolicy(log, 4);
    log.activate(policy);
    const aicchain = new AICChain(log.state);
    const penalties = (round: number) =>
      aicchain
        .candidates(round)
        .weights.flat()
        .map(({ penalty }) => penalty);
    expect(new Set(penalties(log.round))).toEqual(new Set([0]));
    expect(Math.max(...penalties(log.round + 1))).toBeGreaterThan(0);
  });

  test('refuses a policy whose weights are not its code', () => {
    const log = market();
    const weights = `0x${bytesToHex(encodeWeights(drawNetwork(8, seededWeights(1))))}` as const;
    log.activate(log.registerPolicy(compile(drawNetwork(8, seededWeights(2))), weights, 8));
    expect(() => new AICChain(log.state).propose(log.round + 1)).toThrow(/the weights compile to/);
  });
});

describe('explain', () => {
  const verdicts = (log: LogWriter, workload: number, round = log.round): Verdict[] =>
    new AICChain(log.state).explain(workload, round).candidates.map(({ verdict }) => verdict);

  test('refuses a workload that is not in the log', () => {
    const { state, round } = market();
    expect(() => new AICChain(state).explain(9, round)).toThrow('workload 9 is not in the log');
  });

  test('names the chosen node with its price, and why not the others', () => {
    const log = market();
    const explained = new AICChain(log.state).explain(2, log.round);
    expect(explained).toMatchObject({ isPosted: false, entry: { node: 2, priceMicro: 30_000_000 } });
    expect(explained.candidates).toMatchObject([
      {
        node: 1,
        verdict: 'MatchedElsewhere',
        matchedTo: 1,
        priceMicro: undefined,
        weight: { costMicro: 10_000_000n },
      },
      { node: 2, verdict: 'Chosen', priceMicro: 30_000_000, trustBps: 5_000, weight: { durationSec: 10n } },
      { node: 3, verdict: 'Outbid', weight: { weightMicro: 60_000_000n } },
    ]);
  });

  test('names the rule that a node breaks, and a budget that is too small', () => {
    const log = market();
    log.setRecord(1, { flagged: true });
    log.setRecord(2, { freeGpus: 0 });
    log.advance();
    expect(verdicts(log, 1)).toEqual(['Flagged', 'NoFreeGpus', 'Chosen']);
    const poor = log.submit(25_000_000, { leaseSec: 10, computeGflop: 0, maxDurationSec: 9 });
    const slow = log.submit(25_000_000, { leaseSec: 10, computeGflop: 0 });
    log.advance();
    expect(verdicts(log, poor)).toEqual(['Flagged', 'NoFreeGpus', 'TooSlow']);
    expect(verdicts(log, slow)).toEqual(['Flagged', 'NoFreeGpus', 'OverBudget']);
  });

  test('tells a posted round as it was posted', () => {
    const log = market();
    log.post(new AICChain(log.state).propose(log.round, priceGreedyMatcher).entries);
    const explained = new AICChain(log.state).explain(1, log.round);
    expect(explained).toMatchObject({ isPosted: true, entry: { priceMicro: 10_000_000 } });
    expect(verdicts(log, 1, log.round + 1)).toEqual(Array(3).fill('WorkloadNotOpen'));
  });

  test('plans a draft beside what is open already', () => {
    const log = market();
    const spec = { ...JOB, leaseSec: 10, computeGflop: 0, submittedRound: log.round };
    const plan = new AICChain(log.state).explain({ spec, budgetMicro: 200_000_000 }, log.round + 1);
    expect(plan).toMatchObject({ workload: { id: 3 }, isPosted: false, entry: { workload: 3, node: 3 } });
    // The same as after submitting it.
    log.submit(200_000_000, { leaseSec: 10, computeGflop: 0 });
    log.advance();
    const after = new AICChain(log.state).explain(3, log.round);
    expect(after.entry).toEqual(plan.entry);
    expect(after.candidates).toEqual(plan.candidates);
  });
});

describe('invariant 6', () => {
  test('no excluded, flagged, inactive or stale node is ever matched', () => {
    const log = new LogWriter();
    for (const change of [
      { excluded: true },
      { flagged: true },
      { active: false },
      { freshUntilRound: 0 },
      { trustBps: 3_999 },
    ]) {
      log.register(1, CLAIMS, change);
    }
    const free = log.register(ASK);
    for (let i = 0; i < 6; i++) log.submit(90_000_000, { leaseSec: 10, computeGflop: 0 });
    log.advance();
    expect(new AICChain(log.state).propose(log.round).entries.map(({ node }) => node)).toEqual([free]);
  });
});
