import { describe, expect, test } from 'vitest';
import { Adam, clipNorm } from './adam.ts';
import { Critic, orthogonal } from './critic.ts';
import { Random } from './random.ts';
import { ValueProbe } from './testing/passes.ts';

describe('Critic', () => {
  const random = new Random(1);
  const contexts = Array.from({ length: 9 }, () => Array.from({ length: 7 }, () => random.normal()));
  const slopes = contexts.map(() => random.normal());

  test('is the tanh network that it says, one context at a time or many', () => {
    const critic = new Critic(7, 8, random);
    const probe = new ValueProbe(critic).publish();
    const p = critic.parameters;
    const [b1, w2, b2, w3] = [8 * 8, 8 * 9, 8 * 17, 8 * 18];
    const layer = (x: readonly number[], w: number, b: number) =>
      Array.from({ length: 8 }, (_, j) =>
        Math.tanh(x.reduce((sum, one, i) => sum + one * p[w + i * 8 + j]!, p[b + j]!)),
      );
    const expected = contexts.map((x) =>
      layer(layer(x, 0, b1), w2, b2).reduce((sum, y, j) => sum + y * p[w3 + j]!, p[w3 + 8]!),
    );
    const values = probe.values(contexts);
    contexts.forEach((context, k) => {
      expect(values[k]).toBeCloseTo(expected[k]!, 5);
      expect(probe.values([context])[0]).toBe(values[k]);
    });
  });

  test('its gradient is that of finite differences, in every parameter', () => {
    const critic = new Critic(7, 8, random);
    for (let p = 0; p < critic.parameters.length; p++) critic.parameters[p]! += 0.1 * random.normal();
    const probe = new ValueProbe(critic).publish();
    const gradient = probe.gradient(contexts, slopes);
    const sum = () =>
      probe
        .publish()
        .values(contexts)
        .reduce((all, value, k) => all + slopes[k]! * value, 0);
    const epsilon = 1e-2;
    critic.parameters.forEach((before, p) => {
      critic.parameters[p] = before + epsilon;
      const up = sum();
      critic.parameters[p] = before - epsilon;
      const down = sum();
      critic.parameters[p] = before;
      expect(Math.abs(gradient[p]! - (up - down) / (2 * epsilon))).toBeLessThan(2e-3);
    });
  });

  test('learns a function', () => {
    const random = new Random(2);
    const critic = new Critic(2, 16, random);
    const probe = new ValueProbe(critic);
    const adam = new Adam(critic.parameters.length, 1e-5);
    let recent = 0;
    for (let step = 0; step < 1_500; step++) {
      const x = Array.from({ length: 16 }, () => [random.uniform(-1, 1), random.uniform(-1, 1)]);
      const errors = probe
        .publish()
        .values(x)
        .map((value, k) => value - (x[k]![0]! * x[k]![1]! + 0.5));
      probe.gradient(
        x,
        errors.map((error) => error / 16),
      );
      clipNorm(critic.gradient, 0.5);
      adam.step(critic.parameters, critic.gradient, 3e-3);
      if (step >= 1_400) recent += errors.reduce((sum, error) => sum + error * error, 0) / 16;
    }
    expect(Math.sqrt(recent / 100)).toBeLessThan(0.08);
  });

  test('orthogonal rows are orthonormal times the gain, wide or tall', () => {
    for (const [rows, columns] of [
      [4, 9],
      [9, 4],
    ] as const) {
      const w = new Float64Array(36);
      orthogonal(w, 0, rows, columns, 2, new Random(3));
      const [count, at] =
        rows < columns
          ? [rows, (k: number, i: number) => w[k * columns + i]!]
          : [columns, (k: number, i: number) => w[i * columns + k]!];
      for (let a = 0; a < count; a++) {
        for (let b = 0; b < count; b++) {
          let sum = 0;
          for (let i = 0; i < 9; i++) sum += at(a, i) * at(b, i);
          expect(sum).toBeCloseTo(a === b ? 4 : 0, 9);
        }
      }
    }
  });
});

test('clipNorm keeps the direction and says the norm that was', () => {
  const gradient = Float64Array.of(3, 4);
  expect(clipNorm(gradient, 1)).toBe(5);
  expect([...gradient]).toEqual([0.6000000000000001, 0.8]);
  expect(clipNorm(gradient, 2)).toBeCloseTo(1, 12);
});
