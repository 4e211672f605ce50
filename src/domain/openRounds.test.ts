import { describe, expect, test } from 'vitest';
import vectors from '../../vectors/openRounds.json' with { type: 'json' };
import { openAt, openPairs, packOpenPairs } from './openRounds.ts';

describe('a workload is not open', () => {
  test('without pairs', () => {
    expect(openAt(0n, 100, 5)).toBe(false);
  });

  test.each([4, 8, 9])('outside of its pairs, in round %i', (round) => {
    expect(openAt(packOpenPairs([{ from: 5, to: 8 }]), 100, round)).toBe(false);
  });

  test('from openUntilRound on, whatever its pairs say', () => {
    const word = packOpenPairs([{ from: 5, to: 0 }]);
    expect([19, 20, 21].map((round) => openAt(word, 20, round))).toEqual([true, false, false]);
  });

  test('because of an unused pair between used ones', () => {
    const word = packOpenPairs([
      { from: 0, to: 0 },
      { from: 5, to: 8 },
    ]);
    expect([4, 5].map((round) => openAt(word, 100, round))).toEqual([false, true]);
  });
});

describe('a workload is open', () => {
  test('in any of its four pairs, the first in the lowest bits', () => {
    const pairs = [
      { from: 1, to: 2 },
      { from: 4, to: 6 },
      { from: 8, to: 9 },
      { from: 11, to: 0 },
    ];
    const word = packOpenPairs(pairs);
    const open = Array.from({ length: 13 }, (_, round) => round).filter((round) => openAt(word, 13, round));
    expect(open).toEqual([1, 4, 5, 8, 11, 12]);
    expect(word & 0xffffffffn).toBe(1n);
    expect(openPairs(word)).toEqual(pairs);
  });
});

test('five pairs are refused', () => {
  expect(() => packOpenPairs(Array(5).fill({ from: 1, to: 2 }))).toThrow('5 pairs');
});

test('the golden vectors', () => {
  const { openRounds, openUntilRound, round, open } = vectors;
  expect(openRounds.map((word, i) => openAt(BigInt(word), openUntilRound[i]!, round[i]!))).toEqual(open);
});
