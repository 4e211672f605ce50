import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import vectors from '../../vectors/split.json' with { type: 'json' };
import type { FeeRates } from '../domain/index.ts';
import { SEEDED } from '../domain/testing/arbitraries.ts';
import { escrowMicro, proRataMicro, split } from './split.ts';

const RATES: FeeRates = {
  communityFundBps: 200,
  auditorsBps: 200,
  matcherBps: 50,
  treasuryBps: 50,
  surchargeBps: 1_000,
  matcherFloorMicro: 10_000,
};
/** Rates within the bounds of the parameters. */
const anyRates: fc.Arbitrary<FeeRates> = fc.record({
  communityFundBps: fc.nat(1_000),
  auditorsBps: fc.nat(1_000),
  matcherBps: fc.nat(500),
  treasuryBps: fc.nat(500),
  surchargeBps: fc.nat(10_000),
  matcherFloorMicro: fc.nat(1_000_000),
});
const anyPriority = fc.nat(10_000);
const anyBudget = fc.integer({ min: 0, max: 2 ** 51 });

describe('refused', () => {
  test('is a price that the escrow does not cover', () => {
    expect(() => split(1_000, 1_001, 0, RATES)).toThrow('escrow 1000 does not cover price 1001');
    expect(() => split(1_000_000, 1_000_000, 0, RATES)).toThrow('does not cover');
  });

  test('is a share of nothing owed', () => {
    expect(() => proRataMicro(100, 1, 0)).toThrow('divisor 0');
  });
});

describe('an escrow', () => {
  test('is the budget, the surcharge and the fees', () => {
    expect(escrowMicro(100_000_000, 0, RATES)).toBe(105_000_000);
    expect(escrowMicro(100_000_000, 5_000, RATES)).toBe(110_000_000);
    expect(escrowMicro(0, 10_000, RATES)).toBe(10_000);
  });

  test('covers every price up to the budget', () => {
    fc.assert(
      fc.property(anyBudget, fc.nat(10_000), anyPriority, anyRates, (budget, part, priority, rates) => {
        const paid = proRataMicro(budget, part, 10_000);
        const parts = split(escrowMicro(budget, priority, rates), paid, priority, rates);
        expect(parts.refundMicro).toBeGreaterThanOrEqual(0);
      }),
      SEEDED,
    );
  });
});

describe('a split', () => {
  test('gives the node the price exactly, the fund the surcharge, the client the rest', () => {
    expect(split(110_000_000, 80_000_000, 5_000, RATES)).toEqual({
      nodeMicro: 80_000_000,
      communityFundMicro: 1_600_000 + 4_000_000,
      auditorsMicro: 1_600_000,
      matcherMicro: 400_000,
      treasuryMicro: 400_000,
      refundMicro: 22_000_000,
    });
  });

  test('pays the matcher at least the floor, but nothing where nothing is paid', () => {
    expect(split(2_000_000, 1_000_000, 0, RATES).matcherMicro).toBe(10_000);
    expect(split(2_000_000, 0, 0, RATES)).toMatchObject({ matcherMicro: 0, refundMicro: 2_000_000 });
  });

  test('invariant 01: adds up to the escrow, to the unit', () => {
    fc.assert(
      fc.property(anyBudget, anyBudget, anyPriority, anyRates, (a, b, priority, rates) => {
        const [paid, budget] = a < b ? [a, b] : [b, a];
        const escrow = escrowMicro(budget, priority, rates);
        const parts = Object.values(split(escrow, paid, priority, rates));
        expect(parts.reduce((sum, part) => sum + BigInt(part), 0n)).toBe(BigInt(escrow));
        for (const part of parts) expect(part).toBeGreaterThanOrEqual(0);
      }),
      SEEDED,
    );
  });

  test('pro rata is the share that elapsed, never more than the price', () => {
    expect(proRataMicro(1_000, 1, 3)).toBe(333);
    expect(proRataMicro(1_000, 4, 3)).toBe(1_000);
    expect(proRataMicro(2 ** 52, 86_399, 86_400)).toBe(Number((2n ** 52n * 86_399n) / 86_400n));
  });
});

test('invariant 09: the golden vectors', () => {
  const v = vectors;
  for (const [i, budget] of v.budgetMicro.entries()) {
    const rates = {
      communityFundBps: v.communityFundBps[i]!,
      auditorsBps: v.auditorsBps[i]!,
      matcherBps: v.matcherBps[i]!,
      treasuryBps: v.treasuryBps[i]!,
      surchargeBps: v.surchargeBps[i]!,
      matcherFloorMicro: v.matcherFloorMicro[i]!,
    };
    expect(escrowMicro(budget, v.priority[i]!, rates)).toBe(v.escrowMicro[i]);
    expect(split(v.escrowMicro[i]!, v.paidMicro[i]!, v.priority[i]!, rates)).toEqual({
      nodeMicro: v.nodeMicro[i],
      communityFundMicro: v.communityFundMicro[i],
      auditorsMicro: v.auditorsMicro[i],
      matcherMicro: v.matcherMicro[i],
      treasuryMicro: v.treasuryMicro[i],
      refundMicro: v.refundMicro[i],
    });
  }
});
