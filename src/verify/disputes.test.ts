import { describe, expect, test } from 'vitest';
import { AICChain } from '../AICChain.ts';
import {
  type ChainEvent,
  type ChallengeKind,
  type Entry,
  type EventOf,
  NodeId,
  WorkloadId,
} from '../domain/index.ts';
import type { Challenge } from '../match/index.ts';
import { costMicro, post } from '../testing/eventfulLog.ts';
import { CLOCK, LogWriter } from '../testing/LogWriter.ts';

const ASK = 3_600_000_000; // a second of a GPU costs 1 AICC
const LEASE = { leaseSec: 10, computeGflop: 0 };
const ROUND = 1;

const about = (kind: ChallengeKind, workload: number, node = 0): Challenge => ({
  kind,
  workload: WorkloadId(workload),
  node: NodeId(node),
});
/** The one challenge that is right of a `wrongRound`. */
const RIGHT = about('E2', 1);

/** Three nodes and two workloads that wait. */
function market(openRounds = 100): LogWriter {
  const log = new LogWriter();
  for (const ask of [ASK, 2 * ASK, 3 * ASK]) log.register(ask);
  for (const budget of [100_000_000, 90_000_000]) log.submit(budget, LEASE, openRounds);
  return log.advance();
}

/** The market, its round posted with one price too low: workload 1 on node 1, workload 2 on node 2. */
function wrongRound(openRounds?: number): LogWriter {
  const log = market(openRounds);
  postWrong(log);
  return log;
}

function postWrong(log: LogWriter) {
  const { entries } = new AICChain(log.state).propose(log.round);
  log.post(
    entries.map((entry, i): Entry => (i > 0 ? entry : { ...entry, priceMicro: entry.priceMicro - 1 })),
  );
}

function voided(openRounds?: number): LogWriter {
  const log = wrongRound(openRounds);
  log.void(ROUND, RIGHT);
  return log;
}

const verify = (events: readonly ChainEvent[]) => AICChain.verify(events, CLOCK);
const kindsOf = (events: readonly ChainEvent[]) => verify(events).violations.map(({ kind }) => kind);

/** The kinds of violation once the last event of a name was changed. */
function kindsAfter<N extends ChainEvent['name']>(
  { events }: LogWriter,
  name: N,
  change: (event: EventOf<N>) => Partial<EventOf<N>>,
) {
  const at = events.findLastIndex((event) => event.name === name);
  const event = events[at] as EventOf<N>;
  return kindsOf(events.with(at, { ...event, ...change(event) } as ChainEvent));
}

describe('a wrong round', () => {
  test('is a violation while nobody has refuted it', () => {
    const { ok, voided, violations } = verify(wrongRound().events);
    expect([ok, voided]).toEqual([false, []]);
    expect(violations).toMatchObject([{ kind: 'certificate.price', round: ROUND, workload: 1, node: 1 }]);
  });

  test('is named apart once it was voided', () => {
    expect(verify(voided().events)).toMatchObject({ ok: true, voided: [ROUND], rounds: 1, matches: 2 });
  });
});

describe('a challenge that voids is refused', () => {
  test('where the pair that it names breaks nothing', () => {
    const right = market();
    post(right);
    right.void(ROUND, about('E1', 2, 3));
    expect(kindsOf(right.events)).toEqual(['challenge.outcome']);

    for (const other of [about('E2', 2), about('E4', 1), about('E1', 1, 1)]) {
      const log = wrongRound();
      log.void(ROUND, other);
      expect(kindsOf(log.events)).toEqual(['challenge.outcome']);
    }
  });

  test('after its window, and of a round that is voided already', () => {
    const late = (rounds: number) => {
      const log = wrongRound().advance(rounds);
      log.void(ROUND, RIGHT);
      return kindsOf(log.events);
    };
    expect(late(4)).toEqual([]);
    expect(late(5)).toEqual(['challenge.inTime']);
    const twice = voided();
    twice.void(ROUND, RIGHT);
    expect(kindsOf(twice.events)).toEqual(['challenge.roundStands']);
  });

  test('where it takes another bond than the round has locked', () => {
    expect(kindsAfter(voided(), 'RoundVoided', ({ bondMicro }) => ({ bondMicro: bondMicro + 1 }))).toEqual([
      'challenge.bondMicro',
    ]);
  });

  test('of a round that was never posted: there the log cannot be read on', () => {
    expect(kindsAfter(voided(), 'RoundVoided', () => ({ round: 2 }))).toContain('challenge.isOfARound');
  });
});

describe('a challenge that fails is refused', () => {
  const failed = (log: LogWriter, challenge: Challenge) => {
    log.failChallenge(ROUND, challenge);
    return kindsOf(log.events).filter((kind) => !kind.startsWith('certificate.'));
  };
  test('where it was right', () => {
    expect(failed(wrongRound(), about('E1', 1, 1))).toEqual([]);
    expect(failed(wrongRound(), RIGHT)).toEqual(['challenge.outcome']);
  });

  test('where it says nothing about the round: the chain reverts that', () => {
    expect(failed(wrongRound(), about('E4', 3))).toContain('challenge.isAbout');
    expect(failed(wrongRound(), about('E2', 2, 1))).toContain('challenge.isAbout');
    expect(failed(wrongRound(), about('E1', 99, 1))).toContain('challenge.isAbout');
    expect(failed(wrongRound(), about('E1', 1, 99))).toEqual([]);
  });

  test('of a round that was never posted, and for another bond', () => {
    const log = wrongRound();
    log.failChallenge(ROUND, about('E1', 1, 1));
    expect(kindsAfter(log, 'ChallengeFailed', () => ({ round: 2 }))).toContain('challenge.isOfARound');
    expect(kindsAfter(log, 'ChallengeFailed', () => ({ bondMicro: 1 }))).toContain('challenge.bondMicro');
  });
});

test('bonds are doubled after a voided round, of whomever', () => {
  const log = voided();
  log.undo(1);
  log.undo(2);
  log.advance();
  postWrong(log);
  log.failChallenge(2, about('E1', 1, 1));
  log.void(2, RIGHT);
  expect(kindsOf(log.events)).toEqual([]);
  const bonds = log.events.flatMap((event) => ('bondMicro' in event ? [event.bondMicro] : []));
  const { minMatcherBondMicro, challengeBondMicro } = log.state.parametersAt(1);
  expect(bonds).toEqual([minMatcherBondMicro, 2 * challengeBondMicro, 2 * minMatcherBondMicro]);
});

describe('what a voided round had matched, not started,', () => {
  test('is not started', () => {
    const log = voided();
    log.start(1);
    expect(kindsOf(log.events)).toEqual(['start.roundStands']);
  });

  test('is open again from the next round, and can be matched there', () => {
    const log = voided();
    expect(log.state.statusIn(1, log.round)).toBe('RoundVoided');
    log.undo(1);
    log.undo(2);
    log.advance();
    post(log);
    expect(kindsOf(log.events)).toEqual([]);
    expect(verify(log.events)).toMatchObject({ rounds: 2, matches: 4 });
    expect(kindsAfter(log, 'WorkloadReopened', () => ({ fromRound: 3 }))).toContain('reopen.fromRound');
    expect(kindsAfter(log, 'WorkloadReopened', () => ({ reason: 'NoShow' }))).toContain('reopen.reason');
  });

  test('is open by itself in the round that its match had booked', () => {
    const log = voided().advance(5);
    expect(log.state.isOpenAt(1, log.round)).toBe(true);
    const { openRounds } = log.workload(1);
    log.undo(1);
    expect(log.workload(1).openRounds).toBe(openRounds);
    expect(log.events.at(-1)).toMatchObject({ name: 'WorkloadCountersWritten', openWorkloads: 1 });
    expect(kindsOf(log.events)).toEqual([]);
  });

  test('is refunded where no opening is left, and only there', () => {
    const log = voided(1);
    log.undo(1);
    expect(log.workload(1)).toMatchObject({ status: 'Refunded', reason: 'RoundVoided' });
    expect(kindsOf(log.events)).toEqual([]);
    const early = voided();
    const { escrowMicro, openRounds } = early.workload(1);
    expect(openRounds).not.toBe(0n);
    const nothing = {
      nodeMicro: 0,
      communityFundMicro: 0,
      auditorsMicro: 0,
      matcherMicro: 0,
      treasuryMicro: 0,
    };
    const split = { ...nothing, refundMicro: escrowMicro };
    early.block({ name: 'WorkloadClosed', workload: 1, status: 'Refunded', reason: 'RoundVoided', split });
    expect(kindsOf(early.events)).toContain('close.reason');
  });
});

describe('what a voided round had started', () => {
  /** It runs to its end, and is paid `rounds` later. */
  function paid(paidMicro: (log: LogWriter) => number, rounds = 5): LogWriter {
    const log = wrongRound();
    log.start(1);
    log.void(ROUND, RIGHT);
    log.advanceSec(10);
    log.end(1, 'Completed', 'Completed');
    log.advance(rounds);
    log.settle(1, paidMicro(log));
    return log;
  }
  const atCost = (log: LogWriter) => costMicro(log, 1);

  test('is paid its cost, and the matcher gets no fee', () => {
    const log = paid(atCost);
    expect(kindsOf(log.events)).toEqual([]);
    expect(log.workload(1)).toMatchObject({
      priceMicro: 29_999_999,
      split: { nodeMicro: 10_000_000, matcherMicro: 0 },
    });
    const atPrice = paid((unpaid) => unpaid.workload(1).priceMicro);
    expect(kindsOf(atPrice.events)).toContain('split.nodeMicro');
    const fee = ({ split }: EventOf<'WorkloadClosed'>) => ({
      split: { ...split, matcherMicro: 1, refundMicro: split.refundMicro - 1 },
    });
    expect(kindsAfter(log, 'WorkloadClosed', fee)).toEqual(['split.matcherMicro', 'split.refundMicro']);
  });

  test('is paid its price where the chain no longer knows the record that it was matched with', () => {
    const long = (rounds: number, paidMicro: (log: LogWriter) => number) => {
      const log = wrongRound();
      log.start(1);
      log.void(ROUND, RIGHT);
      log.advanceSec(10);
      log.end(1, 'Completed', 'Completed');
      for (let i = 0; i < rounds; i++) log.advance().setRecord(1, {});
      log.settle(1, paidMicro(log));
      return kindsOf(log.events);
    };
    // The record of the registration, which binds in round 1, those of match and end, and 359 more: 362 words.
    expect(long(359, atCost)).toEqual([]);
    expect(long(360, atCost)).toContain('split.nodeMicro');
    expect(long(360, (log) => log.workload(1).priceMicro)).toEqual([]);
  });
});

describe('money of a match', () => {
  test('does not move before its round is final', () => {
    const settled = (rounds: number) => {
      const log = market();
      post(log);
      log.start(1);
      log.advanceSec(10);
      log.end(1, 'Completed', 'Completed');
      log.advance(rounds);
      log.settle(1, log.workload(1).priceMicro);
      return kindsOf(log.events);
    };
    expect(settled(4)).toEqual([]);
    expect(settled(3)).toEqual(['close.isFinal']);
  });

  test('moves as the ending was declared, after a contest that failed', () => {
    const log = market();
    post(log);
    log.start(1);
    log.advanceSec(10);
    log.end(1, 'Completed', 'Completed');
    log.contest(1, false);
    expect(log.workload(1)).toMatchObject({ status: 'Completed', contest: { upheld: false } });
    log.advance(4);
    log.settle(1, log.workload(1).priceMicro);
    expect(kindsOf(log.events)).toEqual([]);
  });
});
