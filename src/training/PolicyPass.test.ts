import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FEATURES } from '../domain/index.ts';
import { Actor } from './actor.ts';
import { Random } from './random.ts';
import { PolicyProbe } from './testing/passes.ts';

const scale = { mean: new Int32Array(FEATURES).fill(128), deviation: new Float64Array(FEATURES).fill(74) };
const row = (random: Random) => Int16Array.from({ length: FEATURES }, () => random.integer(256));

/** An untrained policy: every penalty is 0, so logits are weight / T. */
const untrained = new PolicyProbe(new Actor(32, 6, scale, new Random(1))).publish();

describe('the distribution over the valid actions', () => {
  test('is the softmax of weight / T with defer at 0, whatever the weights', () => {
    const weights = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 64 });
    fc.assert(
      fc.property(weights, fc.constantFrom(0.03, 0.1, 1), (drawn, temperature) => {
        const pairs = drawn.map((weight) => ({ row: new Int16Array(FEATURES), weight, scale: 0 }));
        const { logits, probabilities } = untrained.distribution(pairs, temperature);
        const exact = [...drawn.map((weight) => weight / temperature), 0];
        const most = Math.max(...exact);
        const sum = exact.reduce((all, logit) => all + Math.exp(logit - most), 0);
        exact.forEach((logit, a) => {
          expect(Math.abs(logits[a]! - logit)).toBeLessThan(1e-6 * Math.max(1, Math.abs(logit)));
          expect(Math.abs(probabilities[a]! - Math.exp(logit - most) / sum)).toBeLessThan(1e-4);
        });
        expect(probabilities.reduce((all, one) => all + one, 0)).toBeCloseTo(1, 6);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test('has no NaN where logits are as far apart as floats go', () => {
    const pairs = [3e37, -3e37, 0].map((weight) => ({ row: new Int16Array(FEATURES), weight, scale: 0 }));
    expect(untrained.distribution(pairs, 0.1).probabilities).toEqual([1, 0, 0, 0]);
  });

  test('one more penalty is scale / T less logit', () => {
    const random = new Random(2);
    const actor = new Actor(32, 6, scale, random);
    for (let p = actor.parameters.length - 33; p < actor.parameters.length; p++) actor.parameters[p] = 0.5;
    actor.quantise();
    const probe = new PolicyProbe(actor).publish();
    const rows = Array.from({ length: 9 }, () => row(random));
    const penalties = probe.penalties(rows);
    expect(Math.max(...penalties)).toBeGreaterThan(0);
    const { logits } = probe.distribution(
      rows.map((features) => ({ row: features, weight: 1, scale: 1e-4 })),
      0.5,
    );
    penalties.forEach((penalty, a) => {
      expect(logits[a]).toBeCloseTo((1 - penalty * 1e-4) / 0.5, 5);
    });
  });
});
