import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import vectors from '../../vectors/trust.json' with { type: 'json' };
import type { Measured } from '../domain/index.ts';
import { SEEDED } from '../domain/testing/arbitraries.ts';
import { aggregate, discrepancyBps, median, nextTrust, worstDiscrepancyBps } from './trust.ts';

const PARAMETERS = { discrepancyFactor: 4, trustGainDivisor: 16, trustLossDivisor: 4 };
const TOLERANCES = { latencyToleranceBps: 2_000, bandwidthToleranceBps: 1_000, computeToleranceBps: 500 };
const anyMetric = fc.integer({ min: 0, max: 2 ** 44 });
const anyTolerance = fc.nat(5_000);
const anyBetter = fc.constantFrom('more', 'less');
const anyBps = fc.nat(10_000);
const anyParameters = fc.record({
  discrepancyFactor: fc.integer({ min: 1, max: 16 }),
  trustGainDivisor: fc.integer({ min: 1, max: 256 }),
  trustLossDivisor: fc.integer({ min: 1, max: 256 }),
});
const seen = (
  latencyUs: number,
  bandwidthMbps: number,
  computeMflops: number,
  answered = true,
): Measured => ({
  ...{ answered, latencyUs, bandwidthMbps, computeMflops },
});

describe('a discrepancy', () => {
  test('is 0 where the node is better than it claims, or within tolerance', () => {
    expect(discrepancyBps(100, 150, 0, 'more')).toBe(0);
    expect(discrepancyBps(100, 50, 0, 'less')).toBe(0);
    expect(discrepancyBps(100, 95, 500, 'more')).toBe(0);
    expect(discrepancyBps(100, 125, 2_000, 'less')).toBe(0);
  });

  test('is the part beyond the tolerance, of what lies beyond it', () => {
    expect(discrepancyBps(150, 100, 500, 'more')).toBe(Math.floor(((3_333 - 500) * 10_000) / 9_500));
    expect(discrepancyBps(100, 200, 2_000, 'less')).toBe(3_750);
    expect(discrepancyBps(100, 0, 500, 'more')).toBe(10_000);
  });

  test('of an audit is that of its worst metric', () => {
    const claimed = seen(100, 1_000, 1_000_000);
    expect(worstDiscrepancyBps(claimed, seen(110, 950, 990_000), TOLERANCES)).toBe(0);
    expect(worstDiscrepancyBps(claimed, seen(200, 500, 990_000), TOLERANCES)).toBe(4_444);
    expect(worstDiscrepancyBps(claimed, seen(1_000_000, 500, 990_000), TOLERANCES)).toBe(9_998);
  });

  test('stays in 0..10000 and grows with what was missing', () => {
    fc.assert(
      fc.property(
        anyMetric,
        anyMetric,
        anyMetric,
        anyTolerance,
        anyBetter,
        (claimed, a, b, tolerance, better) => {
          const [low, high] = a < b ? [a, b] : [b, a];
          const [good, bad] = better === 'more' ? [high, low] : [low, high];
          const worse = discrepancyBps(claimed, bad, tolerance, better);
          expect(worse).toBeGreaterThanOrEqual(discrepancyBps(claimed, good, tolerance, better));
          expect(worse).toBeLessThanOrEqual(10_000);
        },
      ),
      SEEDED,
    );
  });
});

describe('trust', () => {
  test('rises by a sixteenth of the gap and falls by a quarter, rounded against the node', () => {
    expect(nextTrust(5_000, 0, PARAMETERS)).toBe(5_312);
    expect(nextTrust(5_000, 2_500, PARAMETERS)).toBe(3_750);
    expect(nextTrust(10_000, 1, PARAMETERS)).toBe(9_999);
    expect(nextTrust(9_999, 0, PARAMETERS)).toBe(9_999);
  });

  test('invariant 13: stays in 0..10000 and never rises with the discrepancy', () => {
    fc.assert(
      fc.property(anyBps, anyBps, anyBps, anyParameters, (trust, a, b, parameters) => {
        const better = nextTrust(trust, Math.min(a, b), parameters);
        const worse = nextTrust(trust, Math.max(a, b), parameters);
        expect(worse).toBeLessThanOrEqual(better);
        expect(worse).toBeGreaterThanOrEqual(0);
        expect(better).toBeLessThanOrEqual(10_000);
      }),
      SEEDED,
    );
  });

  test('of more before is not less after', () => {
    fc.assert(
      fc.property(anyBps, anyBps, anyBps, anyParameters, (a, b, worst, parameters) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        expect(nextTrust(low, worst, parameters)).toBeLessThanOrEqual(nextTrust(high, worst, parameters));
      }),
      SEEDED,
    );
  });

  test('of a node that claims half again as much compute as it has: flagged at once, excluded at the third', () => {
    const worst = discrepancyBps(150, 100, 500, 'more');
    const steps = [5_000];
    for (let audit = 0; audit < 3; audit++) steps.push(nextTrust(steps.at(-1)!, worst, PARAMETERS));
    expect(steps.map((trust) => [trust < 4_000, trust < 2_500])).toEqual([
      [false, false],
      [true, false],
      [true, false],
      [true, true],
    ]);
  });
});

describe('a median', () => {
  test('of nothing is refused', () => expect(() => median([], 'more')).toThrow('no values'));

  test('of an even number is the one that is worse for the node', () => {
    expect(median([4, 1, 3, 2], 'more')).toBe(2);
    expect(median([4, 1, 3, 2], 'less')).toBe(3);
    expect(median([10, 9, 100], 'more')).toBe(10);
  });

  test('does not depend on the order of the auditors', () => {
    fc.assert(
      fc.property(fc.array(anyMetric, { minLength: 1, maxLength: 9 }), anyBetter, (values, better) => {
        expect(median([...values].reverse(), better)).toBe(median(values, better));
      }),
      SEEDED,
    );
  });
});

describe('an audit', () => {
  const here = [seen(10, 100, 1_000), seen(12, 80, 900), seen(11, 90, 950)];
  const away = seen(0, 0, 0, false);

  test('below the quorum says nothing', () => expect(aggregate(here, 4)).toBeUndefined());

  test('is answered if more than half say so; the medians are over those', () => {
    expect(aggregate([...here, away, away], 3)).toEqual(seen(11, 90, 950));
    expect(aggregate([...here, away, away, away], 3)).toEqual(away);
  });
});

test('invariant 09: the golden vectors', () => {
  const { discrepancy: d, trust: t, audit, reveal } = vectors;
  const found = d.claimed.map((claimed, i) =>
    discrepancyBps(claimed, d.measured[i]!, d.toleranceBps[i]!, d.lessIsBetter[i] ? 'less' : 'more'),
  );
  expect(found).toEqual(d.discrepancyBps);
  const trusts = t.trustBps.map((trust, i) =>
    nextTrust(trust, t.worstBps[i]!, {
      discrepancyFactor: t.discrepancyFactor[i]!,
      trustGainDivisor: t.trustGainDivisor[i]!,
      trustLossDivisor: t.trustLossDivisor[i]!,
    }),
  );
  expect(trusts).toEqual(t.next);
  const at = (columns: typeof reveal, i: number) =>
    seen(columns.latencyUs[i]!, columns.bandwidthMbps[i]!, columns.computeMflops[i]!, columns.answered[i]!);
  let next = 0;
  for (const [i, count] of audit.reveals.entries()) {
    const reveals = Array.from({ length: count }, () => at(reveal, next++));
    expect(aggregate(reveals, 1)).toEqual(at(audit, i));
  }
});
