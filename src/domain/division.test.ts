import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ceilDiv, mulDivDown, mulDivUp, mulMulDivUp } from './division.ts';
import { SEEDED } from './testing/arbitraries.ts';

describe('refuses', () => {
  test('to divide by zero', () => {
    expect(() => mulDivDown(1, 1, 0)).toThrow('divisor 0');
    expect(() => mulDivUp(1, 1, 0)).toThrow('divisor 0');
    expect(() => mulMulDivUp(1, 1, 1, 0)).toThrow('divisor 0');
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

describe('the division of three factors', () => {
  const plainly = (a: number, b: number, c: number, d: number) => {
    const exact = ceilDiv(BigInt(a) * BigInt(b) * BigInt(c), BigInt(d));
    return exact > Number.MAX_SAFE_INTEGER ? Number.POSITIVE_INFINITY : Number(exact);
  };
  /** Of cost, quality and green energy (docs/PROTOCOL.md, "Weight of a pair"); then where the way of computing changes. */
  const divisors = [3_600, 65_535 * 3_600, 3_600_000, 1, 2 ** 30 - 1, 2 ** 30, 2 ** 30 + 1, 2 ** 53 - 1];
  const anyDivisor = fc.oneof(fc.constantFrom(...divisors), fc.integer({ min: 1, max: 2 ** 30 }));

  test('is the same as in bigints, for every term of a weight', () => {
    const gpuSec = fc.integer({ min: 1, max: 2 ** 44 });
    const rate = fc.integer({ min: 0, max: 2 ** 40 });
    fc.assert(
      fc.property(fc.nat(2 ** 20), rate, gpuSec, anyDivisor, (a, b, c, d) => {
        expect(mulMulDivUp(a, b, c, d)).toBe(plainly(a, b, c, d));
        expect(mulMulDivUp(1, b, c, d)).toBe(plainly(1, b, c, d));
      }),
      { ...SEEDED, numRuns: 3_000 },
    );
  });

  test('is exact at and beside whole quotients of every size', () => {
    const quotientBits = fc.integer({ min: 0, max: 53 });
    fc.assert(
      fc.property(
        fc.maxSafeNat(),
        quotientBits,
        anyDivisor,
        fc.integer({ min: 1, max: 2 ** 20 }),
        (q, bits, d, b) => {
          const quotient = Math.floor(q / 2 ** (53 - bits));
          for (const beside of [-1, 0, 1]) {
            const a = quotient * d + beside;
            if (!Number.isSafeInteger(a) || a < 0) continue;
            expect(mulMulDivUp(a, 1, 1, d)).toBe(plainly(a, 1, 1, d));
            expect(mulMulDivUp(a, b, 1, d)).toBe(plainly(a, b, 1, d));
            expect(mulMulDivUp(a, b, d, d)).toBe(plainly(a, b, d, d));
          }
          expect(mulMulDivUp(quotient, d, 1, d)).toBe(quotient);
          expect(mulMulDivUp(quotient, d, b, d)).toBe(plainly(quotient, d, b, d));
        },
      ),
      { ...SEEDED, numRuns: 3_000 },
    );
  });

  test('is Infinity from 2^53 on', () => {
    expect(mulMulDivUp(2 ** 53 - 1, 3_600, 1, 3_600)).toBe(2 ** 53 - 1);
    expect(mulMulDivUp(2 ** 43, 2 ** 10, 3_600, 3_600)).toBe(Number.POSITIVE_INFINITY);
    expect(mulMulDivUp(2 ** 53 - 1, 2 ** 53 - 1, 2 ** 53 - 1, 1)).toBe(Number.POSITIVE_INFINITY);
  });
});
