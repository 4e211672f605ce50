import { encodeAbiParameters, keccak256 } from 'viem';
import { describe, expect, test } from 'vitest';
import { NodeId, WorkloadId } from '../domain/ids.ts';
import type { Entry } from '../domain/types.ts';
import { encodeEntries, entriesHash } from './entriesHash.ts';
import { integers } from './testing/rounds.ts';

const ENTRIES = [
  {
    type: 'tuple[]',
    components: [
      { name: 'workload', type: 'uint32' },
      { name: 'node', type: 'uint32' },
      { name: 'uMicro', type: 'uint64' },
      { name: 'vMicro', type: 'uint64' },
      { name: 'priceMicro', type: 'uint64' },
      { name: 'next', type: 'uint32' },
      { name: 'rank', type: 'uint16' },
    ],
  },
] as const;

function solidityHash(entries: readonly Entry[]) {
  const words = entries.map((entry) => ({
    ...entry,
    uMicro: BigInt(entry.uMicro),
    vMicro: BigInt(entry.vMicro),
    priceMicro: BigInt(entry.priceMicro),
  }));
  return keccak256(encodeAbiParameters(ENTRIES, [words]));
}

function randomEntry(next: (below: number) => number): Entry {
  return {
    workload: WorkloadId(next(2 ** 32)),
    node: NodeId(next(2 ** 32)),
    uMicro: next(2 ** 32) * next(2 ** 21),
    vMicro: next(2 ** 20),
    priceMicro: Number.MAX_SAFE_INTEGER - next(2 ** 30),
    next: NodeId(next(2 ** 32)),
    rank: next(2 ** 16),
  };
}

describe('the hash of a round', () => {
  test('refuses what no word can hold', () => {
    const entry = { ...randomEntry(integers(1)), uMicro: -1 };
    expect(() => encodeEntries([entry])).toThrow('-1 is not an unsigned integer below 2^53');
    expect(() => encodeEntries([{ ...entry, uMicro: 2 ** 53 }])).toThrow(RangeError);
  });

  test('is that of abi.encode in Solidity, for no entry, one and many', () => {
    const next = integers(2);
    for (const length of [0, 1, 2, 3, 17, 256]) {
      const entries = Array.from({ length }, () => randomEntry(next));
      expect(entriesHash(entries)).toBe(solidityHash(entries));
    }
  });
});
