import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cosOfTurns, exp, log, power, tanh } from './elementary.ts';

const SEEDED = { seed: 20, numRuns: 2_000 } as const;
const within = (min: number, max: number) => fc.double({ min, max, noNaN: true });

/** Relative to 1, or to what is larger. */
function near(found: number, expected: number, units = 8) {
  expect(Math.abs(found - expected)).toBeLessThanOrEqual(
    units * Number.EPSILON * Math.max(1, Math.abs(expected)),
  );
}

describe('agrees with the engine but for the last bits', () => {
  test('exp', () => {
    fc.assert(
      fc.property(within(-700, 700), (x) => near(exp(x) / Math.exp(x), 1)),
      SEEDED,
    );
    expect([exp(0), exp(-1_000), exp(1_000)]).toEqual([1, 0, Number.POSITIVE_INFINITY]);
  });

  test('log', () => {
    fc.assert(
      fc.property(within(1e-300, 1e300), (x) => near(log(x), Math.log(x))),
      SEEDED,
    );
    fc.assert(
      fc.property(within(0.5, 2), (x) => near(log(x), Math.log(x), 2)),
      SEEDED,
    );
    expect(log(1)).toBe(0);
  });

  test('tanh', () => {
    fc.assert(
      fc.property(within(-50, 50), (x) => near(tanh(x), Math.tanh(x))),
      SEEDED,
    );
    expect([tanh(0), tanh(1_000), tanh(-1_000)]).toEqual([0, 1, -1]);
  });

  test('cos', () => {
    fc.assert(
      fc.property(within(0, 1), (turns) => near(cosOfTurns(turns), Math.cos(2 * Math.PI * turns))),
      SEEDED,
    );
    expect([0, 0.5, 1].map(cosOfTurns)).toEqual([1, -1, 1]);
    near(cosOfTurns(0.25), 0);
  });

  test('power', () => {
    fc.assert(
      fc.property(within(0.01, 10), within(-20, 20), (base, exponent) =>
        near(power(base, exponent) / base ** exponent, 1, 400),
      ),
      SEEDED,
    );
  });
});

test('every bit is fixed: the same on any machine', () => {
  const found = [exp(2), exp(-0.1), exp(33.3), log(11), log(0.3), tanh(0.7), cosOfTurns(0.1), power(0.9, 7)];
  expect(found).toEqual([
    7.38905609893065, 0.9048374180359595, 289738526663660.5, 2.3978952727983707, -1.2039728043259361,
    0.6043677771171635, 0.8090169943749475, 0.4782969000000001,
  ]);
});
