import { bytesToHex } from '@noble/hashes/utils';
import { describe, expect, test } from 'vitest';
import { AICChain } from '../AICChain.ts';
import { type ChainEvent, type Claims, type Entry, type EventOf, WorkloadId } from '../domain/index.ts';
import { entriesHash, priceGreedyMatcher } from '../match/index.ts';
import { drawNetwork, seededWeights } from '../policy/randomNetwork.ts';
import { encodeWeights } from '../policy/weightsBytes.ts';
import { stateHash } from '../state/index.ts';
import { eventfulLog, MEASURED, post } from '../testing/eventfulLog.ts';
import { CLAIMS, CLOCK, LogWriter } from '../testing/LogWriter.ts';
import type { RoundRange } from './verifyLog.ts';

const verify = (events: readonly ChainEvent[]) => AICChain.verify(events, CLOCK);
/** The kinds of violation in the log once the n-th event of a name was changed. */
function kindsAfter<N extends ChainEvent['name']>(
  name: N,
  change: (event: EventOf<N>) => Partial<EventOf<N>>,
  n = 0,
): string[] {
  let seen = 0;
  const events = eventfulLog().events.map((event) =>
    event.name === name && seen++ === n ? { ...event, ...change(event as EventOf<N>) } : event,
  );
  expect(seen).toBeGreaterThan(n);
  return [...new Set(verify(events).violations.map(({ kind }) => kind))];
}

/** A round with other entries, and the hash that goes with them. */
const withEntries = (change: (entries: readonly Entry[]) => Entry[]) => (event: EventOf<'RoundPosted'>) => {
  const entries = change(event.entries);
  return { entries, entriesHash: entriesHash(entries) };
};

describe('a log as the contracts write it', () => {
  test('has no violations', () => {
    const { events, round, state } = eventfulLog();
    expect(verify(events)).toEqual({
      ok: true,
      from: 0,
      to: round,
      events: events.length,
      rounds: 4,
      matches: 7,
      nonCanonical: [],
      voided: [7],
      firstDifference: null,
      violations: [],
      stateHash: stateHash(state),
    });
  });

  test('may hold rounds that are valid but not canonical, which are named apart', () => {
    const log = new LogWriter();
    log.register(1_000_000);
    log.register(1_000_000);
    log.submit(90_000_000);
    log.advance();
    const { entries } = new AICChain(log.state).propose(log.round);
    expect(entries[0]).toMatchObject({ node: 1, next: 2 });
    log.post([{ ...entries[0]!, node: entries[0]!.next, next: entries[0]!.node }]);
    expect(verify(log.events)).toMatchObject({ ok: true, nonCanonical: [1], matches: 1 });
  });

  test('may list a workload that its client took back before the round was posted', () => {
    const log = new LogWriter();
    log.register(1_000_000);
    log.submit(90_000_000);
    log.advance();
    log.cancel(1);
    const { entries } = new AICChain(log.state).propose(log.round);
    expect(entries).toHaveLength(1);
    const hash = entriesHash(entries);
    log.block({ name: 'RoundPosted', round: 1, matcher: '0x1', cutoff: 1, entriesHash: hash, entries });
    expect(verify(log.events)).toMatchObject({ ok: true, rounds: 1 });
  });
});

describe('a round is refused', () => {
  test('whose entries are not what was hashed', () => {
    expect(kindsAfter('RoundPosted', () => ({ entriesHash: '0x00' }))).toEqual(['round.entriesHash']);
  });

  test('that is cheaper than it should be: greedy prices are no VCG prices', () => {
    const log = new LogWriter();
    for (const ask of [1_000_000, 2_000_000]) log.register(ask);
    log.submit(90_000_000);
    log.advance();
    const { entries } = new AICChain(log.state).propose(log.round, priceGreedyMatcher);
    log.post(entries);
    const { ok, violations, firstDifference, nonCanonical } = verify(log.events);
    expect(ok).toBe(false);
    expect(violations).toMatchObject([{ kind: 'certificate.E4', workload: 1 }]);
    expect(firstDifference).toEqual(violations[0]);
    expect(nonCanonical).toEqual([]);
  });

  test('that leaves a workload out, by its entries or by its cutoff', () => {
    expect(
      kindsAfter(
        'RoundPosted',
        withEntries((entries) => entries.slice(1)),
      ),
    ).toContain('certificate.E1');
    expect(kindsAfter('RoundPosted', () => ({ cutoff: 1 }))).toContain('round.cutoff');
    expect(kindsAfter('RoundPosted', () => ({ cutoff: 99 }))).toContain('round.cutoff');
  });

  test('that matches a node which may not be matched', () => {
    const log = new LogWriter();
    log.register(1_000_000);
    log.audit(1, 0, { ...MEASURED, computeMflops: 1 });
    log.submit(90_000_000);
    log.advance();
    log.post([
      { workload: 1, node: 1, uMicro: 0, vMicro: 0, priceMicro: 1, next: 0, rank: 0 } as unknown as Entry,
    ]);
    expect(verify(log.events).violations).toMatchObject([
      { kind: 'entry.eligible', workload: 1, node: 1, expected: 'None', found: 'Flagged', round: 1 },
      { kind: 'certificate.infeasible' },
    ]);
  });

  test('that is posted late, or twice', () => {
    expect(kindsAfter('RoundPosted', () => ({ round: 2 }))).toContain('round.current');
    const { events } = eventfulLog();
    const first = events.find(({ name }) => name === 'RoundPosted')!;
    const again = { ...first, blockNumber: 1_000, blockHash: '0xf', transactionHash: '0xf' } as const;
    const kinds = verify([...events, again]).violations.map(({ kind }) => kind);
    expect(kinds).toContain('round.postedOnce');
  });

  test('whose matches are not its entries', () => {
    expect(kindsAfter('WorkloadMatched', () => ({ priceMicro: 5 }))).toContain('match.priceMicro');
    expect(kindsAfter('WorkloadMatched', () => ({ node: 3 }))).toContain('match.node');
    const { events } = eventfulLog();
    const withoutRound = events.filter(({ name }) => name !== 'RoundPosted');
    expect(verify(withoutRound).violations.map(({ kind }) => kind)).toContain('match.round');
  });

  test('under a policy that is not what was published', () => {
    const weights = `0x${bytesToHex(encodeWeights(drawNetwork(8, seededWeights(5))))}` as const;
    const kinds = kindsAfter('PolicyRegistered', () => ({ weights }));
    expect(kinds).toEqual(['policy.codeHash', 'round.inputs', 'challenge.inputs']);
    expect(kindsAfter('PolicyRegistered', () => ({ weights: '0x08' }))).toContain('policy.weights');
  });
});

describe('so is', () => {
  test('an activation of another policy, or for the past', () => {
    expect(kindsAfter('PolicyActivated', () => ({ codeHash: '0x12' }))).toEqual(['activation.codeHash']);
    expect(kindsAfter('PolicyActivated', () => ({ fromRound: 1 }))).toContain('activation.fromRound');
  });

  test('a parameter outside its bounds, or that leapt', () => {
    const vote = eventfulLog().events.filter(({ name }) => name === 'ParameterWritten').length - 1;
    const kinds = (value: number) => kindsAfter('ParameterWritten', () => ({ value }), vote);
    expect(kinds(200_000_001)).toContain('parameter.greenMicroPerKWh');
    expect(kinds(-1)).toContain('parameter.greenMicroPerKWh');
    expect(kindsAfter('ParameterWritten', () => ({ fromRound: 1 }), vote)).toContain('parameter.fromRound');
  });

  test('a record that counts for more than was measured, or binds at once', () => {
    const better = ({ record }: EventOf<'NodeRecordWritten'>) => ({ record: record + (1n << 32n) }); // computeCode + 1
    expect(kindsAfter('NodeRecordWritten', better)).toContain('record.computeCode');
    expect(kindsAfter('NodeRecordWritten', () => ({ fromRound: 0 }))).toContain('record.fromRound');
    expect(kindsAfter('NodeRecordWritten', () => ({ record: 0n }))).toContain('record.exists');
  });

  test('an audit that is held to claims that were lowered after its epoch began', () => {
    const lowered = { ...CLAIMS, computeCode: CLAIMS.computeCode - 16 };
    const seen = { answered: true, latencyUs: 1_000, bandwidthMbps: 10_000, computeMflops: 90_000 };
    const kinds = (claims: Claims, epoch: number) => {
      const log = new LogWriter();
      const node = log.register(1_000_000);
      log.advance(2 * CLOCK.epochRounds);
      log.setClaims(node, lowered);
      log.advance(2 * CLOCK.epochRounds);
      log.audit(node, epoch, seen, claims);
      return verify(log.events).violations.map(({ kind }) => kind);
    };
    expect(kinds(CLAIMS, 2)).toEqual([]);
    expect(kinds(lowered, 3)).toEqual([]);
    expect(kinds(lowered, 2)).toContain('audit.trustBps');
    expect(kinds(CLAIMS, 3)).toContain('audit.trustBps');
  });

  test('an audit of an epoch before one that counted', () => {
    const log = new LogWriter();
    const node = log.register(1_000_000);
    log.advance(3 * CLOCK.epochRounds);
    log.audit(node, 1, MEASURED);
    log.audit(node, 0, MEASURED);
    expect(verify(log.events).violations.map(({ kind }) => kind)).toEqual(['audit.closedOnce']);
  });

  test('a node that stays active when its stake covers no further penalty', () => {
    const kinds = (active: boolean) => {
      const log = new LogWriter();
      const node = log.register(1_000_000);
      log.setRecord(node, { active }, { name: 'StakeChanged', node, stakeMicro: 999_999 });
      return verify(log.events).violations.map(({ kind }) => kind);
    };
    expect(kinds(true)).toEqual(['record.active']);
    expect(kinds(false)).toEqual([]);
  });

  test('trust that does not follow from the audit', () => {
    expect(kindsAfter('AuditApplied', () => ({ trustBps: 9_999 }))).toEqual(['audit.trustBps']);
    expect(kindsAfter('AuditClosed', () => ({ trustAfter: 9_999 }))).toEqual(['audit.trustAfter']);
    expect(kindsAfter('AuditClosed', () => ({ trustBefore: 1 }))).toEqual(['audit.trustBefore']);
    expect(kindsAfter('AuditClosed', () => ({ discrepancyBps: 1 }))).toEqual(['audit.discrepancyBps']);
    expect(kindsAfter('AuditClosed', () => ({ reveals: 2 }), 1)).toEqual(['audit.reveals']);
  });

  test('medians that are not those of the reveals, and reveals of nobody, twice or too late', () => {
    const other = ({ measured }: EventOf<'AuditApplied'>) => ({
      measured: { ...measured, bandwidthMbps: measured.bandwidthMbps + 1 },
    });
    expect(kindsAfter('AuditApplied', other)).toContain('audit.bandwidthMbps');
    const silent = ({ measurements }: EventOf<'MeasurementsRevealed'>) => ({
      measurements: measurements.map((seen) => ({ ...seen, answered: false })),
    });
    expect(kindsAfter('MeasurementsRevealed', silent, 1)).toEqual([]); // two of three still say that it answered
    const two = eventfulLog().events.map((event) =>
      event.name === 'MeasurementsRevealed' ? { ...event, ...silent(event) } : event,
    );
    expect(verify(two).violations[0]).toMatchObject({ kind: 'audit.answered', node: 2, found: 'true' });
    expect(kindsAfter('MeasurementsRevealed', () => ({ auditor: '0x1' }))).toContain('reveal.byAuditor');
    const log = eventfulLog();
    const again = log.events.find(({ name }) => name === 'MeasurementsRevealed')!;
    log.block(again);
    expect(verify(log.events).violations.map(({ kind }) => kind)).toEqual(['reveal.once', 'reveal.inTime']);
  });

  test('a flag that trust does not give, or that it gives and the record lacks', () => {
    const log = eventfulLog();
    log.setRecord(3, { flagged: true });
    log.setRecord(3, { flagged: false, trustBps: 9_000 });
    log.setRecord(3, { trustBps: 5_000, excluded: true });
    const kinds = verify(log.events).violations.map(({ kind }) => kind);
    expect(kinds).toEqual([
      'record.flagged',
      'record.trustBps',
      'record.flagged',
      'record.trustBps',
      'record.excluded',
    ]);
  });

  test('GPUs that nobody holds, or that two hold, and counters that nobody made', () => {
    const log = eventfulLog();
    log.setRecord(3, { freeGpus: 3 });
    log.setRecord(3, { freeGpus: 4 });
    const [busy, counted, balanced] = [
      verify(log.events).violations.map(({ kind }) => kind),
      kindsAfter('NetworkGpusWritten', ({ freeGpus }) => ({ freeGpus: freeGpus + 1 })),
      kindsAfter('WorkloadCountersWritten', ({ openWorkloads }) => ({ openWorkloads: openWorkloads + 1 })),
    ];
    expect(busy).toEqual(['record.freeGpus', 'counters.freeGpus']);
    expect(counted).toContain('counters.freeGpus');
    expect(balanced).toContain('counters.openWorkloads');
  });

  test('an end that its life has not come to', () => {
    const settled = ({ split }: EventOf<'WorkloadClosed'>) => ({
      status: 'Refunded' as const,
      split: { ...split, nodeMicro: 0 },
    });
    expect(kindsAfter('WorkloadClosed', settled, 1)).toContain('close.reason'); // a completed run is not refunded
    expect(kindsAfter('WorkloadEnded', () => ({ reason: 'ClientFault' }))).toContain('end.reason');
    expect(kindsAfter('WorkloadReopened', () => ({ reason: 'NoShow' }))).toContain('reopen.reason');
    expect(kindsAfter('ContestResolved', () => ({ upheld: true }))).toContain('close.reason');
    expect(kindsAfter('OpenRoundsWritten', () => ({ openRounds: 1n }))).toContain('workload.openRounds');
  });

  test('an escrow, an owed time or a split that does not follow from the price', () => {
    expect(
      kindsAfter('WorkloadSubmitted', ({ escrowMicro }) => ({ escrowMicro: escrowMicro + 1 })),
    ).toContain('workload.escrowMicro');
    expect(kindsAfter('WorkloadStarted', () => ({ durationSec: 11 }))).toEqual(['start.durationSec']);
    expect(kindsAfter('WorkloadStarted', () => ({ owedSec: 11 }))).toEqual([
      'start.owedSec',
      'end.isTimeOver',
    ]);
    const toNode = ({ split }: EventOf<'WorkloadClosed'>) => ({
      split: { ...split, nodeMicro: split.nodeMicro + 1, refundMicro: split.refundMicro - 1 },
    });
    expect(kindsAfter('WorkloadClosed', toNode, 1)).toEqual(['split.nodeMicro', 'split.refundMicro']);
    const less = ({ split }: EventOf<'WorkloadClosed'>) => ({ split: { ...split, treasuryMicro: 0 } });
    expect(kindsAfter('WorkloadClosed', less, 1)).toEqual(['split.total', 'split.treasuryMicro']);
    expect(kindsAfter('WorkloadClosed', toNode, 2)).toEqual(['split.nodeMicro', 'split.refundMicro']);
  });
});

describe('a range of rounds', () => {
  /** A round 1 that is wrong, an audit of nobody in round 3, a right round 5. */
  function log(): LogWriter {
    const log = new LogWriter();
    log.register(1_000_000);
    log.submit(90_000_000);
    log.advance();
    const [entry] = new AICChain(log.state).propose(log.round).entries;
    log.post([{ ...entry!, priceMicro: entry!.priceMicro - 1 }]);
    log.advance(2);
    log.block({ name: 'AuditorRegistered', auditor: '0x9', stakeMicro: 1 });
    log.submit(80_000_000);
    log.advance(2);
    post(log);
    return log;
  }
  const kinds = (range: RoundRange) =>
    AICChain.verify(log().events, CLOCK, range).violations.map(({ kind }) => kind);

  test('is refused where it is none, or the log does not reach it', () => {
    expect(() => kinds({ from: 3, to: 2 })).toThrow(
      'round 3, the first to verify, is after round 2, the last',
    );
    expect(() => kinds({ to: 6 })).toThrow('round 6 is not in the log yet');
    expect(() => kinds({ from: 6 })).toThrow('round 6 is not in the log yet');
  });

  test('is all that is judged', () => {
    expect(kinds({})).toEqual(['certificate.price', 'auditor.stakeMicro']);
    expect(kinds({ to: 2 })).toEqual(['certificate.price']);
    expect(kinds({ from: 2 })).toEqual(['auditor.stakeMicro']);
    expect(kinds({ from: 3, to: 3 })).toEqual(['auditor.stakeMicro']);
    expect(kinds({ from: 4, to: 5 })).toEqual([]);
    const counts = AICChain.verify(log().events, CLOCK, { from: 2, to: 5 });
    expect(counts).toMatchObject({ from: 2, to: 5, rounds: 1, matches: 1 });
    expect(counts.stateHash).toBe(AICChain.verify(log().events, CLOCK).stateHash);
  });

  test('knows that a round of it was voided later', () => {
    const later = log();
    later.void(1, { kind: 'E2', workload: WorkloadId(1), node: 0 });
    expect(AICChain.verify(later.events, CLOCK, { to: 2 })).toMatchObject({ ok: true, voided: [1] });
    expect(AICChain.verify(later.events, CLOCK, { from: 2, to: 2 })).toMatchObject({ ok: true, voided: [] });
  });

  test('has nothing to be judged where the log cannot be read on before it', () => {
    const gap = log().events.filter(({ name }) => name !== 'NodeRegistered');
    const { ok, firstDifference } = AICChain.verify(gap, CLOCK, { from: 4, to: 5 });
    expect([ok, firstDifference?.kind]).toEqual([false, 'log.folds']);
  });
});
