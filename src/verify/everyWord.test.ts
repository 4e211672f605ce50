import { describe, expect, test } from 'vitest';
import { AICChain } from '../AICChain.ts';
import type { ChainEvent, EventName } from '../domain/index.ts';
import { eventfulLog } from '../testing/eventfulLog.ts';
import { CLOCK } from '../testing/LogWriter.ts';

/** What nothing else in the log says: whose something is, what a vote or a client chose. All other words are derived. */
const SAID_ONCE = [
  'NodeRegistered.owner',
  'NodeRegistered.endpoint',
  'WorkloadSubmitted.client',
  'WorkloadSubmitted.specHash',
  'WorkloadEnded.digest',
  'WorkloadContested.ground',
  'RoundPosted.matcher',
  'RoundVoided.challenger',
  'ChallengeFailed.challenger',
  // Most pairs break nothing.
  'ChallengeFailed.workload',
  'ChallengeFailed.node',
  'PolicyRegistered.registrant',
  'PolicyRegistered.code',
  'PolicyActivated.fromRound',
  'ParameterWritten.value',
  // As far as something else bounds the node: a class a node that was audited, a floor a claim.
  'GpuClassAdded.gpuClass',
  'NodeRegistered.claims',
];
const PLACE = ['name', 'blockNumber', 'blockHash', 'transactionHash', 'logIndex', 'timestamp'];

const { events } = eventfulLog();
const isOk = (log: readonly ChainEvent[]) => AICChain.verify(log, CLOCK).ok;

function* otherValues(value: unknown): Iterable<unknown> {
  if (typeof value === 'boolean') yield !value;
  else if (typeof value === 'string') yield `${value}1`;
  else if (typeof value === 'number') yield* value > 0 ? [value + 1, value - 1] : [value + 1];
  else if (typeof value === 'bigint') yield* [value + 1n, value ^ (1n << 40n)];
  else if (Array.isArray(value)) yield value.slice(1);
  else
    for (const [key, inner] of Object.entries(value as object))
      for (const other of otherValues(inner)) yield { ...(value as object), [key]: other };
}

describe('no log is ok', () => {
  test('once any of its events is missing, but for what is still to be paid and what changed nothing', () => {
    const missed = events
      .filter((event) => isOk(events.filter((other) => other !== event)))
      .map(({ name }) => name);
    expect(new Set(missed)).toEqual(new Set(['WorkloadClosed', 'ChallengeFailed']));
  });

  test('once any word in it is another, but for what is said only once', () => {
    const last = new Map<EventName, number>(events.map(({ name }, at) => [name, at]));
    const passed = new Set<string>();
    for (const [name, at] of last) {
      for (const [field, value] of Object.entries(events[at]!)) {
        if (PLACE.includes(field)) continue;
        for (const other of otherValues(value)) {
          const changed = events.with(at, { ...events[at]!, [field]: other } as ChainEvent);
          if (isOk(changed)) passed.add(`${name}.${field}`);
        }
      }
    }
    expect([...passed].sort()).toEqual([...SAID_ONCE].sort());
  });
});
