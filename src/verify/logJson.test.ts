import { describe, expect, test } from 'vitest';
import { eventfulLog } from '../testing/eventfulLog.ts';
import { logFromJson, logToJson } from './logJson.ts';

const { events } = eventfulLog();

test('a log is the same after it was text', () => {
  expect(logFromJson(logToJson(events))).toEqual(events);
  expect(logToJson(events)).toMatch(/"record":"0x[0-9a-f]+"/);
});

describe('what is no log is refused, with the event and the field:', () => {
  const first = JSON.parse(logToJson(events.slice(0, 1)))[0];
  test.each([
    ['', 'JSON'],
    ['{}', 'not an array'],
    ['[1]', 'event 0 is not an object'],
    [[{ ...first, name: 'Teleported' }], 'event 0 has no name that is known: Teleported'],
    [[first, { ...first, blockNumber: '7' }], 'event 1 has no number blockNumber: 7'],
    [[{ ...first, transactionHash: 5 }], 'event 0 has no text transactionHash: 5'],
    [[{ ...first, spec: 12 }], 'spec of event 0 is not a word in hex: 12'],
  ])('%j', (log, message) => {
    expect(() => logFromJson(typeof log === 'string' ? log : JSON.stringify(log))).toThrow(message);
  });
});
