import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CLOCK, LogWriter } from '../testing/LogWriter.ts';
import { encode, stateHash } from './encode.ts';
import { NetworkState } from './NetworkState.ts';

const hex = (value: Parameters<typeof encode>[0]) => Buffer.from(encode(value)).toString('hex');

describe('the encoding', () => {
  test('tells apart what looks alike', () => {
    const alike = [
      undefined,
      false,
      true,
      0,
      -1,
      1,
      256,
      '',
      '0',
      '1',
      [],
      [[]],
      [0],
      ['0'],
      {},
      { a: 0 },
      { a: undefined },
    ];
    expect(new Set(alike.map(hex)).size).toBe(alike.length);
    expect(hex(['ab', 'c'])).not.toBe(hex(['a', 'bc']));
    expect(hex([[1], 2])).not.toBe(hex([[1, 2]]));
  });

  test('does not depend on the order of fields, nor on number or bigint', () => {
    expect(hex({ a: 1, b: 2n })).toBe(hex({ b: 2, a: 1n }));
  });

  test('is injective on records of integers and strings', () => {
    const value = fc.oneof(
      fc.integer(),
      fc.string(),
      fc.array(fc.integer()),
      fc.dictionary(fc.string(), fc.nat()),
    );
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(hex(a) === hex(b)).toBe(canonical(a) === canonical(b));
      }),
      { seed: 3, numRuns: 500 },
    );
  });
});

describe('the hash of a state', () => {
  test('changes with every block that changes the network', () => {
    const log = new LogWriter();
    const hashes = [stateHash(new NetworkState(CLOCK)), stateHash(log.state)];
    const did = (act: () => void) => {
      act();
      hashes.push(stateHash(log.state));
    };
    did(() => log.register(1_000));
    did(() => log.setRecord(1, { askMicroPerGpuHour: 1_001 }));
    did(() => log.submit(50_000));
    did(() => log.setParameter('greenMicroPerKWh', 1));
    did(() => log.registerPolicy(Uint8Array.of(1), '0x00', 8));
    did(() => log.activate(1));
    did(() => log.audit(1, 0, { answered: true, latencyUs: 50_000, bandwidthMbps: 10, computeMflops: 900 }));
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, one) =>
    one !== null && typeof one === 'object' && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}
