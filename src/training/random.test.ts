import { describe, expect, test } from 'vitest';
import { Random } from './random.ts';

const draws = (random: Random, count: number) => Array.from({ length: count }, () => random.uint32());
const mean = (count: number, draw: () => number) => {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += draw();
  return sum / count;
};

describe('Random', () => {
  test('refuses a seed that is no safe integer', () => {
    for (const seed of [-1, 0.5, 2 ** 53, Number.NaN]) expect(() => new Random(seed)).toThrow(`seed ${seed}`);
  });

  test('refuses to choose from nothing', () => {
    expect(() => new Random(1).choice([])).toThrow('nothing');
  });

  test('the same seed gives the same draws, another seed others, also above 2^32', () => {
    expect(draws(new Random(7), 8)).toEqual(draws(new Random(7), 8));
    expect(draws(new Random(7), 8)).not.toEqual(draws(new Random(8), 8));
    expect(draws(new Random(7), 8)).not.toEqual(draws(new Random(7 + 2 ** 32), 8));
  });

  test('a split depends on the seed and the label, not on what was drawn before', () => {
    const [fresh, used] = [new Random(3), new Random(3)];
    draws(used, 100);
    expect(draws(used.split(5), 8)).toEqual(draws(fresh.split(5), 8));
    expect(draws(fresh.split(5), 8)).not.toEqual(draws(fresh.split(6), 8));
    expect(draws(fresh.split(5), 8)).not.toEqual(draws(fresh.split(5).split(5), 8));
  });

  test('streams of neighbouring labels and seeds do not run together', () => {
    const seen = new Set<number>();
    for (let seed = 0; seed < 30; seed++) {
      for (let label = 0; label < 30; label++) seen.add(new Random(seed).split(label).uint32());
    }
    expect(seen.size).toBe(900);
  });

  test('distributions have their moments', () => {
    const random = new Random(11);
    const n = 20_000;
    expect(mean(n, () => random.float())).toBeCloseTo(0.5, 1);
    expect(mean(n, () => random.uniform(2, 4))).toBeCloseTo(3, 1);
    expect(mean(n, () => random.exponential(4))).toBeCloseTo(0.25, 1);
    expect(mean(n, () => random.normal())).toBeCloseTo(0, 1);
    expect(mean(n, () => random.normal() ** 2)).toBeCloseTo(1, 1);
    expect(mean(n, () => random.poisson(2.5)) / 2.5).toBeCloseTo(1, 1);
    expect(mean(n, () => random.poisson(50)) / 50).toBeCloseTo(1, 1);
    expect(mean(n, () => random.weighted([1, 0, 3]))).toBeCloseTo(1.5, 1);
  });

  test('a shuffle is a permutation', () => {
    const items = Int32Array.from({ length: 50 }, (_, i) => i);
    new Random(1).shuffle(items);
    expect([...items].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect([...items]).not.toEqual(Array.from({ length: 50 }, (_, i) => i));
  });
});
