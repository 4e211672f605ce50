import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import vectors from '../../vectors/codes.json' with { type: 'json' };
import {
  codeCeil,
  codeCeilClamped,
  codeFloor,
  codeFloorClamped,
  computeCode,
  computeMflops,
  decode,
  LARGEST_CODED,
  lg16,
  SMALLEST_CODED,
} from './codes.ts';
import { SEEDED } from './testing/arbitraries.ts';

const codes = Array.from({ length: 256 }, (_, code) => code);
const anyCoded = fc.integer({ min: SMALLEST_CODED, max: LARGEST_CODED });

describe('refuses', () => {
  test.each([-1, 256, 1.5, Number.NaN])('to decode %d', (code) => {
    expect(() => decode(code)).toThrow(`code ${code} is not in 0..255`);
  });

  test.each([-1, 0, 15, Number.NaN])('to code %d, which is below the smallest', (value) => {
    expect(() => codeFloor(value)).toThrow(`${value} is below 16`);
    expect(() => codeCeil(value)).toThrow(`${value} is below 16`);
  });

  test('to round up what no code reaches', () => {
    expect(() => codeCeil(LARGEST_CODED + 1)).toThrow('1015809 is above 1015808');
  });

  test('a compute shift of 32', () => {
    expect(() => computeMflops(0, 32)).toThrow('compute shift 32');
  });

  test('the logarithm of a number that is not exact', () => {
    expect(() => lg16(2 ** 53)).toThrow('does not fit 2^53');
  });
});

describe('codes', () => {
  test('run from 16 to 1,015,808 and ascend', () => {
    expect([decode(0), decode(255)]).toEqual([16, 1_015_808]);
    for (const code of codes.slice(1)) expect(decode(code)).toBeGreaterThan(decode(code - 1));
  });

  test('code and decode are inverse on codes', () => {
    for (const code of codes) expect([codeFloor(decode(code)), codeCeil(decode(code))]).toEqual([code, code]);
  });

  test('enclose a value, at most a sixteenth apart', () => {
    fc.assert(
      fc.property(anyCoded, (value) => {
        const [low, high] = [decode(codeFloor(value)), decode(codeCeil(value))];
        expect(low).toBeLessThanOrEqual(value);
        expect(high).toBeGreaterThanOrEqual(value);
        expect(16 * (high - low)).toBeLessThanOrEqual(low);
        expect(codeCeil(value) - codeFloor(value)).toBe(low === value ? 0 : 1);
      }),
      SEEDED,
    );
  });

  test('keep the order of values', () => {
    fc.assert(
      fc.property(anyCoded, anyCoded, (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        expect(codeFloor(low)).toBeLessThanOrEqual(codeFloor(high));
        expect(codeCeil(low)).toBeLessThanOrEqual(codeCeil(high));
      }),
      SEEDED,
    );
  });

  test('of claims saturate at the top, of measurements at both ends', () => {
    expect(codeFloor(2 ** 40)).toBe(255);
    expect([codeFloorClamped(3), codeCeilClamped(3)]).toEqual([0, 0]);
    expect([codeFloorClamped(2 ** 40), codeCeilClamped(2 ** 40)]).toEqual([255, 255]);
  });

  test('of compute are taken after the shift', () => {
    expect(computeCode(19_500_000, 10)).toBe(codeFloor(19_042));
    expect(computeMflops(computeCode(19_500_000, 10), 10)).toBe(18_432 * 2 ** 10);
  });
});

describe('lg16', () => {
  test('is 16 times the logarithm at powers of two', () => {
    for (let e = 0; e < 100; e++) expect(lg16(2n ** BigInt(e))).toBe(16 * e);
    for (let e = 0; e < 53; e++) expect(lg16(2 ** e)).toBe(16 * e);
  });

  test('is close to 16·log2 and never falls', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (x) => {
        expect(lg16(x)).toBe(lg16(BigInt(x)));
        expect(lg16(x + (x < 2 ** 52 ? 1 : 0))).toBeGreaterThanOrEqual(lg16(x));
        if (x > 0) expect(Math.abs(16 * Math.log2(x) - lg16(x))).toBeLessThan(2.4);
      }),
      SEEDED,
    );
  });
});

test('invariant 09: the golden vectors', () => {
  const { decode: decoded, code, clamped, lg16: logs } = vectors;
  expect(decoded.code.map(decode)).toEqual(decoded.value);
  expect(code.value.map(codeFloor)).toEqual(code.floor);
  expect(code.value.map(codeCeil)).toEqual(code.ceil);
  expect(clamped.value.map(codeFloorClamped)).toEqual(clamped.floor);
  expect(clamped.value.map(codeCeilClamped)).toEqual(clamped.ceil);
  expect(logs.x.map((x) => lg16(BigInt(x)))).toEqual(logs.lg16);
});
