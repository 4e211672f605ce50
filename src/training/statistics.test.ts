import { describe, expect, test } from 'vitest';
import { Random } from './random.ts';
import {
  type Estimate,
  gridEstimate,
  interquartileMean,
  pairedBootstrap,
  pairedRatio,
  performanceProfile,
  quantile,
} from './statistics.ts';

/** Runs that differ by training seed, by arrival seed and by chance, each normal about 0. */
function drawnGrid(rows: number, columns: number, random: Random, byRow = 0, byColumn = 0) {
  const ofColumn = Array.from({ length: columns }, () => byColumn * random.normal());
  return Array.from({ length: rows }, () => {
    const ofRow = byRow * random.normal();
    return ofColumn.map((part) => part + ofRow + random.normal());
  });
}

const width = ({ low, high }: Estimate) => high - low;
const holds = (truth: number) => (estimate: Estimate) => estimate.low <= truth && truth <= estimate.high;
const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('quantile', () => {
  test('is between neighbours in proportion', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([10, 20, 30, 40, 50], 0.95)).toBeCloseTo(48, 12);
    expect([quantile([3, 1, 2], 0), quantile([3, 1, 2], 1)]).toEqual([1, 3]);
  });

  test('of nothing is not a number', () => {
    expect(quantile([], 0.5)).toBeNaN();
  });
});

describe('interquartileMean', () => {
  test('cuts the lowest and the highest quarter, rounded down', () => {
    expect(interquartileMean([0, 1, 2, 100])).toBe(1.5);
    expect(interquartileMean([100, 4, 3, 2, 1, 0, -100])).toBe((4 + 3 + 2 + 1 + 0) / 5);
    expect(interquartileMean([1, 2, 6])).toBe(3);
  });

  test('leaves out what had nothing to measure', () => {
    expect(interquartileMean([Number.NaN, 0, 1, 2, 100])).toBe(1.5);
    expect(interquartileMean([Number.NaN])).toBeNaN();
  });
});

describe('gridEstimate', () => {
  test('refuses no runs, and training seeds that met different arrivals', () => {
    expect(() => gridEstimate([], 1)).toThrow('at least one run');
    expect(() => gridEstimate([[]], 1)).toThrow('at least one run');
    expect(() => gridEstimate([[1, 2], [1]], 1)).toThrow('the same arrival seeds');
  });

  test('is exact where runs agree, and not a number where none measured anything', () => {
    expect(gridEstimate([[5, 5, 5]], 1)).toEqual({ value: 5, low: 5, high: 5 });
    expect(gridEstimate([[Number.NaN]], 1)).toEqual({
      value: Number.NaN,
      low: Number.NaN,
      high: Number.NaN,
    });
    expect(gridEstimate([[Number.NaN, 5]], 1)).toEqual({ value: 5, low: 5, high: 5 });
  });

  test('holds its value, is seeded, and other resamples move it little', () => {
    const grid = drawnGrid(10, 20, new Random(7), 1, 1);
    const estimate = gridEstimate(grid, 1);
    expect(holds(estimate.value)(estimate)).toBe(true);
    expect(gridEstimate(grid, 1)).toEqual(estimate);
    const other = gridEstimate(grid, 2);
    expect(other).not.toEqual(estimate);
    expect(Math.abs(other.low - estimate.low)).toBeLessThan(0.2 * width(estimate));
  });

  test('shrinks about as the root of the number of arrival seeds', () => {
    const [few, many] = [10, 160].map((columns) => gridEstimate(drawnGrid(1, columns, new Random(3)), 1));
    expect(width(few!) / width(many!)).toBeGreaterThan(2.5);
    expect(width(few!) / width(many!)).toBeLessThan(6);
  });

  test('does not depend on the order of the seeds but for the draw', () => {
    const grid = drawnGrid(8, 12, new Random(5), 1, 1);
    const turned = [...grid].reverse().map((row) => [...row].reverse());
    const [there, back] = [gridEstimate(grid, 1), gridEstimate(turned, 1)];
    expect(back.value).toBeCloseTo(there.value, 12);
    expect(Math.abs(back.low - there.low)).toBeLessThan(0.1 * width(there));
    expect(Math.abs(back.high - there.high)).toBeLessThan(0.1 * width(there));
  });

  test('holds the truth in about 95 of 100 samples of a known distribution', () => {
    const random = new Random(11);
    const trials = Array.from({ length: 150 }, () => gridEstimate(drawnGrid(1, 30, random), 1));
    const covered = trials.filter(holds(0)).length / trials.length;
    expect(covered).toBeGreaterThan(0.88);
    expect(covered).toBeLessThan(0.995);
  });

  test('holds it too where training seeds and arrival seeds each move all their runs', () => {
    const random = new Random(12);
    const trials = Array.from({ length: 60 }, () => gridEstimate(drawnGrid(10, 10, random, 1, 1), 1, mean));
    expect(trials.filter(holds(0)).length / trials.length).toBeGreaterThan(0.88);
    // The spread of one run over the root of their number, what 100 unrelated runs would have, is too little.
    const unrelated = (2 * 1.96 * Math.sqrt(3)) / 10;
    expect(trials.every((trial) => width(trial) > unrelated)).toBe(true);
  });
});

describe('pairedRatio', () => {
  test('refuses other arrivals', () => {
    expect(() => pairedRatio([[1, 2]], [[1]], 1)).toThrow('2 arrival seeds beside 1');
  });

  test('is the ratio of sums, and exact where every pair has it', () => {
    expect(pairedRatio([[11, 22, 330]], [[10, 20, 300]], 1).low).toBeCloseTo(1.1, 12);
    expect(pairedRatio([[11, 22, 330]], [[10, 20, 300]], 1).high).toBeCloseTo(1.1, 12);
    expect(pairedRatio([[10, 30]], [[20, 20]], 1).value).toBe(1);
    expect(
      pairedRatio(
        [
          [10, 30],
          [30, 50],
        ],
        [[20, 20]],
        1,
      ).value,
    ).toBe(1.5);
  });

  test('is above 1 where ours gains and theirs loses', () => {
    expect(pairedRatio([[5]], [[-10]], 1).value).toBe(2.5);
    expect(pairedRatio([[-20]], [[-10]], 1).value).toBe(0);
  });

  test('cancels what the common arrivals do: far narrower than the ratio of unrelated runs', () => {
    const random = new Random(4);
    const arrivals = Array.from({ length: 20 }, () => 100 + 30 * random.normal());
    const ours = [arrivals.map((worth) => 1.1 * worth + random.normal())];
    const apart = [arrivals.toReversed().map((worth) => 1.1 * worth)];
    expect(10 * width(pairedRatio(ours, [arrivals], 1))).toBeLessThan(
      width(pairedRatio(apart, [arrivals], 1)),
    );
  });
});

describe('performanceProfile', () => {
  test('is the part of the runs that reach a threshold, and falls', () => {
    const grid = [
      [0.8, 1, 1.2, 1.4],
      [1, 1, 1, 1.6],
    ];
    const profile = performanceProfile(grid, [0.5, 1, 1.3, 1.6, 2], 1);
    expect(profile.map(({ value }) => value)).toEqual([1, 7 / 8, 2 / 8, 1 / 8, 0]);
    expect(profile[0]).toEqual({ value: 1, low: 1, high: 1 });
    expect(profile[2]!.low).toBeLessThan(profile[2]!.value);
  });
});

describe('pairedBootstrap', () => {
  test('is seeded, and narrow where pairs agree', () => {
    const [differences, base] = [
      [1, 2, 3, 2],
      [10, 20, 30, 20],
    ];
    expect(pairedBootstrap(differences, base, 1)).toEqual(pairedBootstrap(differences, base, 1));
    const { low, high } = pairedBootstrap(differences, base, 1);
    expect(low).toBeCloseTo(0.1, 12);
    expect(high).toBeCloseTo(0.1, 12);
    expect(() => pairedBootstrap([1], [], 1)).toThrow('1 differences for 0');
  });
});
