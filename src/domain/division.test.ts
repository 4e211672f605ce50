import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ceilDiv, mulDivDown, mulDivUp } from './division.ts';
import { SEEDED } from './testing/arbitraries.ts';

describe('refuses', () => {
  test('to divide by zero', () => {
    expect(() => mulDivDown(1, 1, 0)).toThrow('divisor 0');
    expect(() => mulDivUp(1, 1, 0)).toThrow('divisor 0');
  });

  test('a result beyond 2^53 − 1', () => {
    expect(() => mulDivDown(2 ** 52, 4, 1)).toThrow('18014398509481984 does not fit');
    expect(() => mulDivUp(2 ** 52, 4, 1)).toThrow('18014398509481984 does not fit');
  });
});

describe('division', () => {
  test('rounds as its name says, exactly, whatever the product', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), fc.integer({ min: 1 }), (a, b, above) => {
        // A divisor of at least b keeps the quotient within a.
        const c = Math.min(Number.MAX_SAFE_INTEGER, b + above);
        const [product, divisor] = [BigInt(a) * BigInt(b), BigInt(c)];
        expect(BigInt(mulDivDown(a, b, c))).toBe(product / divisor);
        expect(BigInt(mulDivUp(a, b, c))).toBe(ceilDiv(product, divisor));
      }),
      SEEDED,
    );
  });

  test('up is down, or one more where something is left', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(1_000_000), fc.integer({ min: 1 }), (a, b, c) => {
        const left = (BigInt(a) * BigInt(b)) % BigInt(c) === 0n ? 0 : 1;
        expect(mulDivUp(a, b, c)).toBe(mulDivDown(a, b, c) + left);
      }),
      SEEDED,
    );
  });
});
