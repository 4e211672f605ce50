import { describe, expect, test } from 'vitest';
import { AICChain } from './AICChain.ts';
import { priceGreedyMatcher } from './match/index.ts';
import { integers } from './match/testing/rounds.ts';
import { LogWriter } from './testing/LogWriter.ts';

const ASK = 3_600_000_000; // a second of a GPU costs 1 AICC
const LEASE = { leaseSec: 10, computeGflop: 0 };

/** Three nodes that differ in their ask, and two workloads that all three could take; ten seconds of one GPU each. */
function market(): LogWriter {
  const log = new LogWriter();
  for (const ask of [ASK, 2 * ASK, 3 * ASK]) log.register(ask);
  for (const budget of [100_000_000, 90_000_000]) log.submit(budget, LEASE);
  return log.advance();
}

describe('an explanation', () => {
  test('gives the duals, the price as an ask, and how much each pair falls short', () => {
    const log = market();
    log.register(4 * ASK);
    const { state, round } = log.advance();
    const { entry, criticalAskMicroPerGpuHour, candidates } = new AICChain(state).explain(1, round);
    expect(entry).toMatchObject({ node: 1, uMicro: 70_000_000, vMicro: 20_000_000, priceMicro: 30_000_000 });
    expect(criticalAskMicroPerGpuHour).toBe(3 * ASK);
    // Each of the first three would cost the client 30, the last one 40.
    expect(candidates.map(({ slackMicro }) => slackMicro)).toEqual([0n, 0n, 0n, 10_000_000n]);
  });

  test('has no slack of a pair that is not eligible, and says where the round was voided', () => {
    const log = market();
    log.setRecord(3, { flagged: true });
    log.advance();
    const { entries } = new AICChain(log.state).propose(log.round, priceGreedyMatcher);
    log.post(entries);
    log.void(log.round, { kind: 'E4', workload: entries[0]!.workload, node: 0 });
    const told = new AICChain(log.state).explain(1, log.round);
    expect(told).toMatchObject({ isPosted: true, isVoided: true });
    expect(told.candidates[2]).toMatchObject({ verdict: 'Flagged', slackMicro: undefined });
  });
});

describe('a workload that a full round leaves to the next one', () => {
  test('is told so, by every node that is free', () => {
    const log = market();
    log.setParameter('fullRound', 1);
    log.advance();
    const { entry, candidates } = new AICChain(log.state).explain(2, log.round);
    expect(entry).toBeUndefined();
    expect(candidates.map(({ verdict }) => verdict)).toEqual([
      'MatchedElsewhere',
      'LeftToNextRound',
      'LeftToNextRound',
    ]);
  });
});

describe('the ask to win', () => {
  const asks = (log: LogWriter, workload: number, node: number) => {
    const told = new AICChain(log.state).askToWin(workload, node, log.round);
    return [told.toWinMicroPerGpuHour, told.toBeMatchedMicroPerGpuHour];
  };

  test('is refused for what is not there', () => {
    const log = market();
    expect(() => asks(log, 9, 1)).toThrow('workload 9 is not in the log');
    expect(() => asks(log, 1, 9)).toThrow('there is no node 9 in round 1');
  });

  test('of the chosen node is its price', () => {
    const log = market();
    // At the price itself it is worth as much as node 3, and ties go to the lower id.
    expect(asks(log, 1, 1)[1]).toBe(3 * ASK);
  });

  test('of another node is below the price of the one that it would replace', () => {
    const log = market();
    const highest = 360 * (20_000_000 - 1); // at 20 AICC the tie goes to node 2
    expect(asks(log, 1, 3)[1]).toBe(highest);
    expect(new AICChain(log.state).askToWin(1, 3, log.round)).toMatchObject({
      askMicroPerGpuHour: 3 * ASK,
      candidate: { verdict: 'Outbid' },
      features: expect.objectContaining({ length: 24 }),
    });
  });

  test('is none where the pair is not eligible, or worth nothing even for nothing', () => {
    const log = market();
    log.setRecord(3, { active: false });
    log.setParameter('greenMicroPerKWh', 200_000_000);
    const wasteful = log.submit(1, LEASE);
    log.advance();
    expect(asks(log, 1, 3)).toEqual([undefined, undefined]);
    expect(new AICChain(log.state).askToWin(1, 3, log.round).features).toBeUndefined();
    expect(asks(log, wasteful, 1)[0]).toBeUndefined();
  });

  test('is what trying every ask gives', () => {
    let won = 0;
    for (let seed = 0; seed < 12; seed++) {
      const drawn = draw(seed);
      const tried = Array.from({ length: 45 }, (_, ask) => {
        const log = roundWith({ ...drawn, asks: drawn.asks.with(0, ask) });
        const { entries } = new AICChain(log.state).propose(log.round);
        return entries.find(({ node }) => node === 1)?.workload;
      });
      const log = roundWith(drawn);
      for (let workload = 1; workload <= drawn.workloads.length; workload++) {
        const toWin = tried.lastIndexOf(workload as never);
        const toBeMatched = tried.findLastIndex((one) => one !== undefined);
        const none = (ask: number) => (ask === -1 ? undefined : ask);
        expect(asks(log, workload, 1), `seed ${seed}, workload ${workload}`).toEqual([
          none(toWin),
          none(toBeMatched),
        ]);
        if (toWin >= 0) won++;
      }
    }
    expect(won).toBeGreaterThan(10);
  });
});

interface Drawn {
  /** micro-AICC per GPU-hour. */
  readonly asks: readonly number[];
  /** For one hour, so that a cost is the ask times the GPUs. */
  readonly workloads: readonly { readonly gpus: number; readonly budgetMicro: number }[];
}

function draw(seed: number): Drawn {
  const next = integers(seed);
  const workloads = Array.from({ length: 2 + next(3) }, () => {
    const gpus = 1 + next(4);
    return { gpus, budgetMicro: gpus * (1 + next(40)) };
  });
  return { asks: Array.from({ length: 2 + next(3) }, () => next(40)), workloads };
}

function roundWith({ asks, workloads }: Drawn): LogWriter {
  const log = new LogWriter();
  log.setParameter('greenMicroPerKWh', 0);
  for (const ask of asks) log.register(ask);
  for (const { gpus, budgetMicro } of workloads)
    log.submit(budgetMicro, { gpus, leaseSec: 3_600, computeGflop: 0 });
  return log.advance();
}
