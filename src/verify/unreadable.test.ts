import { describe, expect, test } from 'vitest';
import { AICChain } from '../AICChain.ts';
import {
  type ChainEvent,
  type ChainEventBody,
  type Entry,
  packWorkloadSpec,
  unpackWorkloadSpec,
} from '../domain/index.ts';
import { CLAIMS, CLOCK, JOB, LogWriter } from '../testing/LogWriter.ts';

/** A node, and a workload that waits for its round. */
function market(): LogWriter {
  const log = new LogWriter();
  log.register(1_000_000);
  log.submit(90_000_000);
  return log.advance();
}
const kindsOf = (events: readonly ChainEvent[]) =>
  AICChain.verify(events, CLOCK).violations.map(({ kind }) => kind);

/** The market's log with one more block. */
function after(body: ChainEventBody): ChainEvent[] {
  const { events, round } = market();
  const place = { blockNumber: 1_000, blockHash: '0xf0', transactionHash: '0xf0', logIndex: 0 } as const;
  return [...events, { ...body, ...place, timestamp: CLOCK.genesis + round * CLOCK.roundSec }];
}

describe('a log that cannot be read on is a violation, not an error', () => {
  const split = {
    nodeMicro: 0,
    communityFundMicro: 0,
    auditorsMicro: 0,
    matcherMicro: 0,
    treasuryMicro: 0,
    refundMicro: 0,
  };
  test.each<[string, ChainEventBody]>([
    ['a node', { name: 'EndpointChanged', node: 9, endpoint: 'x' }],
    ['a record of a node', { name: 'NodeRecordWritten', node: 9, fromRound: 2, record: 1n }],
    [
      'an audit of a node',
      { name: 'AuditApplied', node: 9, measured: seen(), trustBps: 1, unanswered: 0, cleanAudits: 0 },
    ],
    ['a workload', { name: 'WorkloadStarted', workload: 9, node: 1, durationSec: 1, owedSec: 1 }],
    [
      'the end of a workload',
      { name: 'WorkloadClosed', workload: 9, status: 'Settled', reason: 'Completed', split },
    ],
    ['a parameter', { name: 'ParameterWritten', parameter: 999, value: 1, fromRound: 2 }],
  ])('with %s that it never introduced', (_, body) => {
    const { ok, violations } = AICChain.verify(after(body), CLOCK);
    expect(ok).toBe(false);
    expect(violations.at(-1)).toMatchObject({ kind: 'log.folds', blockNumber: 1_000, expected: body.name });
  });

  test('with blocks out of order', () => {
    const { events } = market();
    expect(kindsOf([...events, events[0]!])).toEqual(['log.folds']);
  });
});

describe('neither is what no contract would say', () => {
  test('a round whose duals no number holds: a matcher may post any', () => {
    const log = market();
    const [entry] = new AICChain(log.state).propose(log.round).entries;
    const events = [...log.events];
    log.post([entry!]);
    const posted = log.events.slice(events.length).map((event) => {
      const huge: Entry[] = [{ ...entry!, uMicro: 2 ** 63 }];
      return event.name === 'RoundPosted' ? { ...event, entries: huge } : event;
    });
    expect(kindsOf([...events, ...posted])).toContain('log.checks');
  });

  test('a workload of no GPUs', () => {
    const none = ({ spec }: { spec: bigint }) => packWorkloadSpec({ ...unpackWorkloadSpec(spec), gpus: 0 });
    const log = market();
    log.post(new AICChain(log.state).propose(log.round).entries);
    const events = log.events.map((event) =>
      event.name === 'WorkloadSubmitted' ? { ...event, spec: none(event) } : event,
    );
    expect(kindsOf(events)).toEqual(expect.arrayContaining(['workload.gpus', 'log.checks']));
  });

  test('a node or a workload that is introduced twice', () => {
    const again = {
      name: 'NodeRegistered',
      node: 1,
      owner: '0x1',
      claims: CLAIMS,
      stakeMicro: 1,
      endpoint: '',
    };
    expect(kindsOf(after(again as ChainEventBody))).toContain('node.id');
    const spec = packWorkloadSpec({ ...JOB, submittedRound: 1 });
    const submitted = { name: 'WorkloadSubmitted', workload: 1, client: '0x1', spec, specHash: '0x1' };
    const money = { budgetMicro: 1, escrowMicro: 1, openUntilRound: 3 };
    expect(kindsOf(after({ ...submitted, ...money } as ChainEventBody))).toContain('workload.id');
  });
});

function seen() {
  return { answered: true, latencyUs: 1, bandwidthMbps: 1, computeMflops: 1 };
}
