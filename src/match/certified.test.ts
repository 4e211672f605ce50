import { describe, expect, test } from 'vitest';
import { checkCertificate, isCanonical } from './certificate.ts';
import { certifiedRound } from './certified.ts';
import type { RoundInstance } from './Matcher.ts';
import { bestAssignment, contributionsMicro } from './testing/exhaustive.ts';
import { integers, randomRound, roundOf, shuffled } from './testing/rounds.ts';

const ROUNDS = 4_000;

/** Up to 4 workloads and 5 nodes; small weights make ties, and zero weights, the rule. */
function smallRound(seed: number): RoundInstance {
  const next = integers(seed);
  return randomRound(seed + 1, 1 + next(4), 1 + next(5), [2, 6, 40][next(3)]!);
}

describe('a certified round', () => {
  test('is empty where there is nothing to match', () => {
    expect(certifiedRound(roundOf([], 3))).toEqual([]);
    expect(certifiedRound(roundOf([[]], 0))).toEqual([]);
    expect(certifiedRound(roundOf([[null, null]], 2))).toEqual([]);
  });

  test('refuses a weight that is not exact', () => {
    const pairs = (weightMicro: number) => roundOf([[{ weightMicro, costMicro: 1 }]], 1);
    expect(() => certifiedRound(pairs(2 ** 53))).toThrow(/workload 2 on node 5/);
    expect(() => certifiedRound(pairs(0.5))).toThrow(RangeError);
  });

  test('has the best welfare, the lowest ids among equals, and VCG prices, as trying everything has', () => {
    for (let seed = 0; seed < ROUNDS; seed++) {
      const instance = smallRound(seed);
      const entries = certifiedRound(instance);
      const { choice } = bestAssignment(instance);
      const contributions = contributionsMicro(instance);
      const expected = choice.flatMap((c, w) => {
        if (c === null) return [];
        const { weightMicro, costMicro } = instance.pair(w, c)!;
        const vMicro = contributions[c]!;
        const ids = { workload: instance.workloads[w]!.id, node: instance.nodes[c]!.id };
        return [{ ...ids, uMicro: weightMicro - vMicro, vMicro, priceMicro: costMicro + vMicro }];
      });
      expect(entries.map(({ next: _, rank: __, ...rest }) => rest)).toEqual(expected);
    }
  });

  test('carries a certificate that passes, and is canonical', () => {
    for (let seed = 0; seed < ROUNDS; seed++) {
      const instance = smallRound(seed);
      const entries = certifiedRound(instance);
      expect(checkCertificate(instance, entries)).toEqual([]);
      expect(isCanonical(instance, entries)).toBe(true);
    }
  });

  test('points to the lowest node of the lowest rank that sets the price', () => {
    // 2 and 5 hold nodes 5 and 7; node 9 is free and prices workload 5 only; workload 2 is priced by node 7.
    const pair = (weightMicro: number) => ({ weightMicro, costMicro: 0 });
    const instance = roundOf(
      [
        [pair(10), pair(9), null],
        [null, pair(8), pair(5)],
      ],
      3,
    );
    expect(certifiedRound(instance)).toEqual([
      { workload: 2, node: 5, uMicro: 6, vMicro: 4, priceMicro: 4, next: 7, rank: 1 },
      { workload: 5, node: 7, uMicro: 5, vMicro: 3, priceMicro: 3, next: 9, rank: 0 },
    ]);
  });

  test('invariant 11: permuting the input order leaves the canonical round unchanged', () => {
    for (let seed = 0; seed < ROUNDS; seed++) {
      const instance = smallRound(seed);
      expect(certifiedRound(shuffled(instance, seed))).toEqual(certifiedRound(instance));
    }
    const large = randomRound(1, 40, 60, 8);
    expect(certifiedRound(shuffled(large, 2))).toEqual(certifiedRound(large));
  });

  test('is exact at the largest amounts', () => {
    const top = Number.MAX_SAFE_INTEGER;
    for (let seed = 0; seed < 500; seed++) {
      const small = smallRound(seed);
      const near: RoundInstance = {
        ...small,
        pair: (w, c) => {
          const pair = small.pair(w, c);
          return pair && { ...pair, weightMicro: top - pair.weightMicro, costMicro: 0 };
        },
      };
      expect(checkCertificate(near, certifiedRound(near))).toEqual([]);
    }
  });

  test('of 200 workloads and 500 nodes passes its own certificate', () => {
    for (const largest of [5, 1_000_000_000]) {
      const instance = randomRound(largest, 200, 500, largest);
      const entries = certifiedRound(instance);
      expect(entries).toHaveLength(200);
      expect(checkCertificate(instance, entries)).toEqual([]);
    }
    const scarce = randomRound(9, 200, 60, 1_000);
    expect(checkCertificate(scarce, certifiedRound(scarce))).toEqual([]);
  });
});
