import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import vectors from '../../vectors/openRounds.json' with { type: 'json' };
import { bookOpening, closeOpening, lastOpenEnd, openAt, openPairs, packOpenPairs } from './openRounds.ts';
import { SEEDED } from './testing/arbitraries.ts';

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

describe('an opening', () => {
  const roundsOf = (word: bigint) =>
    Array.from({ length: 40 }, (_, round) => round).filter((round) => openAt(word, 40, round));

  test('of no round at all is not booked', () => {
    expect(bookOpening(0n, 5, 5)).toBe(0n);
    expect(closeOpening(0n, 5)).toBe(0n);
    expect(lastOpenEnd(0n)).toBe(0);
  });

  test('that is the fifth is refused', () => {
    const four = [1, 3, 5, 7].reduce((word, from) => bookOpening(word, from, from + 1), 0n);
    expect(() => bookOpening(four, 9, 10)).toThrow('4 pairs are in use');
  });

  test('is open until it is closed; a booking that lies ahead is taken back', () => {
    const anyPair = fc.record({ gap: fc.nat(4), length: fc.integer({ min: 1, max: 5 }) });
    fc.assert(
      fc.property(fc.array(anyPair, { minLength: 1, maxLength: 4 }), fc.nat(40), (pairs, to) => {
        let word = 0n;
        let end = 1;
        for (const { gap, length } of pairs) {
          word = bookOpening(word, end + gap, end + gap + length);
          end += gap + length;
        }
        expect(lastOpenEnd(word)).toBe(end);
        const last = end - pairs.at(-1)!.length;
        const closed = closeOpening(word, to);
        expect(roundsOf(closed)).toEqual(roundsOf(word).filter((round) => round < last || round < to));
      }),
      SEEDED,
    );
  });
});

test('five pairs are refused', () => {
  expect(() => packOpenPairs(Array(5).fill({ from: 1, to: 2 }))).toThrow('5 pairs');
});

test('invariant 09: the golden vectors', () => {
  const { openRounds, openUntilRound, round, open } = vectors;
  expect(openRounds.map((word, i) => openAt(BigInt(word), openUntilRound[i]!, round[i]!))).toEqual(open);
});
