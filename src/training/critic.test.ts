import { describe, expect, test } from 'vitest';
import { Adam, clipNorm } from './adam.ts';
import { Critic, orthogonal } from './critic.ts';
import { Random } from './random.ts';

describe('Critic', () => {
  test('its gradient is that of finite differences, in every parameter', () => {
    const random = new Random(1);
    const critic = new Critic(7, 8, random);
    for (let p = 0; p < critic.parameters.length; p++) critic.parameters[p]! += 0.1 * random.normal();
    const x = Float64Array.from({ length: 9 }, () => random.normal());
    critic.gradient.fill(0);
    critic.forward(x, 2);
    critic.backward(x, 2, 1.5);
    const epsilon = 1e-6;
    critic.parameters.forEach((before, p) => {
      critic.parameters[p] = before + epsilon;
      const up = critic.forward(x, 2);
      critic.parameters[p] = before - epsilon;
      const down = critic.forward(x, 2);
      critic.parameters[p] = before;
      expect(critic.gradient[p]!).toBeCloseTo((1.5 * (up - down)) / (2 * epsilon), 6);
    });
  });

  test('learns a function', () => {
    const random = new Random(2);
    const critic = new Critic(2, 16, random);
    const adam = new Adam(critic.parameters.length, 1e-5);
    const x = new Float64Array(2);
    let recent = 0;
    for (let step = 0; step < 6_000; step++) {
      x[0] = random.uniform(-1, 1);
      x[1] = random.uniform(-1, 1);
      critic.gradient.fill(0);
      const error = critic.forward(x, 0) - (x[0] * x[1] + 0.5);
      critic.backward(x, 0, error);
      clipNorm(critic.gradient, 0.5);
      adam.step(critic.parameters, critic.gradient, 3e-3);
      if (step >= 5_000) recent += error * error;
    }
    expect(Math.sqrt(recent / 1_000)).toBeLessThan(0.08);
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
