import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FEATURES, type IntegerNetwork, PRIORITY_FEATURE } from '../domain/index.ts';
import { evaluate, load } from '../policy/network.ts';
import { drawNetwork, seededWeights } from '../policy/randomNetwork.ts';
import { Actor } from './actor.ts';
import { isMonotoneInPriority } from './masters.ts';
import { Random } from './random.ts';
import { PolicyProbe } from './testing/passes.ts';

/** An actor whose masters are drawn anew, `spread` times as wide as at the start, then projected and rounded. */
function randomActor(seed: number, hidden = 32, s3 = 0, spread = 1): Actor {
  const random = new Random(seed);
  const scale = {
    mean: Int32Array.from({ length: FEATURES }, () => random.integer(400) - 100),
    deviation: Float64Array.from({ length: FEATURES }, (_, i) => (i === 20 ? 0 : random.uniform(1, 120))),
  };
  const actor = new Actor(hidden, s3, scale, random);
  for (let p = 0; p < actor.parameters.length; p++) {
    actor.parameters[p] = spread * (actor.parameters[p]! + 0.3 * random.normal());
  }
  actor.project();
  actor.quantise();
  return actor;
}

const seeds = fc.integer({ min: 0, max: 2 ** 31 });
const shapes = fc.record({
  seed: seeds,
  hidden: fc.constantFrom(8, 16, 32, 64),
  s3: fc.integer({ min: 0, max: 8 }),
  spread: fc.constantFrom(0.5, 1, 10, 1e6),
});
const usual = fc.array(fc.integer({ min: -300, max: 700 }), { minLength: FEATURES, maxLength: FEATURES });
const extreme = fc.array(fc.integer({ min: -32_768, max: 32_767 }), {
  minLength: FEATURES,
  maxLength: FEATURES,
});

describe('Actor', () => {
  test('starts as price alone', () => {
    const scale = { mean: new Int32Array(FEATURES), deviation: new Float64Array(FEATURES).fill(30) };
    const actor = new Actor(32, 0, scale, new Random(1));
    const random = new Random(2);
    const rows = Array.from({ length: 64 }, () =>
      Int16Array.from({ length: FEATURES }, () => random.integer(256)),
    );
    for (const fakeQuantise of [true, false]) {
      const penalties = new PolicyProbe(actor, fakeQuantise).publish().penalties(rows);
      expect(penalties).toEqual(rows.map(() => 0));
    }
  });

  test('forward is the deployed network, bit for bit', () => {
    fc.assert(
      fc.property(
        shapes,
        fc.array(fc.oneof(usual, extreme), { minLength: 1, maxLength: 64 }),
        (shape, inputs) => {
          const actor = randomActor(shape.seed, shape.hidden, shape.s3, shape.spread);
          const deployed = load(actor.network());
          const rows = inputs.map((input) => Int16Array.from(input));
          const expected = rows.map((row) => evaluate(deployed, row));
          expect(new PolicyProbe(actor).publish().penalties(rows)).toEqual(expected);
        },
      ),
      { seed: 1, numRuns: 60 },
    );
  });

  test('whatever the masters, the integers fit the protocol', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const { seed, hidden, s3 } = shape;
        for (const spread of [1, 1e3, 1e9]) load(randomActor(seed, hidden, s3, spread).network());
      }),
      { seed: 2, numRuns: 30 },
    );
  });

  test('raising priority never raises the penalty, for any input', () => {
    let fell = 0;
    fc.assert(
      fc.property(shapes, fc.oneof(usual, extreme), (shape, input) => {
        const deployed = load(randomActor(shape.seed, shape.hidden, shape.s3, shape.spread).network());
        const x = Int16Array.from(input);
        let last = Number.POSITIVE_INFINITY;
        for (const priority of [-32_768, -1, 0, 1, 64, 128, 200, 255, 1_023, 32_767]) {
          x[PRIORITY_FEATURE] = priority;
          const penalty = evaluate(deployed, x);
          expect(penalty).toBeLessThanOrEqual(last);
          if (penalty < last && last !== Number.POSITIVE_INFINITY) fell++;
          last = penalty;
        }
      }),
      { seed: 3, numRuns: 300 },
    );
    expect(fell).toBeGreaterThan(100); // it does depend on it
  });

  test('projecting twice is projecting once', () => {
    const actor = randomActor(4);
    const once = actor.parameters.slice();
    actor.project();
    expect(actor.parameters).toEqual(once);
  });
});

describe('an actor that starts from a network', () => {
  /** Other means and deviations than those of the network; features 7 and 20 do not vary. */
  const elsewhere = (seed: number) => {
    const random = new Random(seed).split(9);
    return {
      mean: Int32Array.from({ length: FEATURES }, () => random.integer(300)),
      deviation: Float64Array.from({ length: FEATURES }, (_, i) =>
        i === 7 || i === 20 ? 0 : random.uniform(1, 120),
      ),
    };
  };
  const startedFrom = (network: IntegerNetwork, seed: number) => {
    const actor = new Actor(network.hidden, network.s3, elsewhere(seed), new Random(seed));
    actor.startFrom(network);
    return actor;
  };

  test('refuses one that may penalise priority', () => {
    expect(() => startedFrom(drawNetwork(16, seededWeights(1)), 1)).toThrow('cannot start from this network');
  });

  test('is that network, also after a step that changes nothing, and passes it forward', () => {
    fc.assert(
      fc.property(shapes, fc.array(usual, { minLength: 1, maxLength: 64 }), (shape, inputs) => {
        const network = randomActor(shape.seed, shape.hidden, shape.s3).network();
        const actor = startedFrom(network, shape.seed);
        actor.project();
        actor.quantise();
        expect(actor.network()).toEqual(network);
        const rows = inputs.map((input) => Int16Array.from(input));
        const deployed = load(network);
        expect(new PolicyProbe(actor).publish().penalties(rows)).toEqual(
          rows.map((row) => evaluate(deployed, row)),
        );
      }),
      { seed: 6, numRuns: 30 },
    );
  });

  test('keeps what it was told of features that do not vary, whatever else it learns', () => {
    const network = randomActor(7).network();
    const actor = startedFrom(network, 7);
    actor.parameters.forEach((value, p) => {
      actor.parameters[p] = value + 0.2;
    });
    actor.project();
    actor.quantise();
    const after = actor.network();
    const weightsOf = ({ w1, hidden }: IntegerNetwork, i: number) => [
      ...w1.subarray(i * hidden, (i + 1) * hidden),
    ];
    expect(weightsOf(after, 7)).toEqual(weightsOf(network, 7));
    expect(weightsOf(after, 8)).not.toEqual(weightsOf(network, 8));
    expect(isMonotoneInPriority(after)).toBe(true);
  });
});

const random = new Random(5);
const inputs = Array.from({ length: 64 }, () =>
  Int16Array.from({ length: FEATURES }, () => random.integer(300)),
);

/** An actor whose outputs are far from the clamp for all inputs. */
function openActor(): Actor {
  const scale = {
    mean: new Int32Array(FEATURES).fill(150),
    deviation: new Float64Array(FEATURES).fill(86),
  };
  const actor = new Actor(16, 0, scale, new Random(6));
  const last = actor.parameters.length - 1;
  for (let p = last - 16; p < last; p++) actor.parameters[p] = 0.25 + 0.5 * ((p % 3) - 0.2);
  actor.parameters[last] = 4;
  actor.project();
  actor.quantise();
  return actor;
}

describe('without rounding', () => {
  test('it is nearly the same network', () => {
    const actor = openActor();
    const rows = inputs.slice(0, 64);
    const rounded = new PolicyProbe(actor).publish().penalties(rows);
    const exact = new PolicyProbe(actor, false).publish().penalties(rows);
    const differences = rows.map((_, k) => Math.abs(rounded[k]! - exact[k]!));
    expect(Math.max(...differences)).toBeGreaterThan(0);
    expect(Math.max(...differences)).toBeLessThan(0.05 * Math.max(...rounded));
  });

  test('its gradient is that of finite differences', () => {
    const actor = openActor();
    const probe = new PolicyProbe(actor, false).publish();
    const rows = inputs.slice(0, 64);
    const gradient = probe.gradient(
      rows,
      rows.map(() => 1),
    );
    const sum = () =>
      probe
        .publish()
        .penalties(rows)
        .reduce((all, one) => all + one, 0);
    const largest = Math.max(...gradient.map(Math.abs));
    let checked = 0;
    for (let p = 0; p < gradient.length; p += 7) {
      const before = actor.parameters[p]!;
      const step = 1e-3;
      actor.parameters[p] = before + step;
      const up = sum();
      actor.parameters[p] = before - step;
      const down = sum();
      actor.parameters[p] = before;
      expect(Math.abs((up - down) / (2 * step) - gradient[p]!)).toBeLessThan(0.02 * largest);
      checked++;
    }
    expect(checked).toBeGreaterThan(50);
  });
});

describe('straight-through gradient', () => {
  const total = (probe: PolicyProbe) =>
    probe
      .publish()
      .penalties(inputs)
      .reduce((sum, one) => sum + one, 0);

  test('is exact in the last layer, where nothing is rounded after', () => {
    const actor = openActor();
    const probe = new PolicyProbe(actor).publish();
    const gradient = probe.gradient(
      inputs,
      inputs.map(() => 1),
    );
    const base = total(probe);
    for (let p = actor.parameters.length - 17; p < actor.parameters.length - 1; p++) {
      const before = actor.parameters[p]!;
      actor.parameters[p] = before + 1 / 32; // one integer
      actor.quantise();
      expect(total(probe) - base).toBeCloseTo(gradient[p]! / 32, 1);
      actor.parameters[p] = before;
    }
  });

  test('agrees with finite differences of the integer network through both hidden layers', () => {
    const actor = openActor();
    const probe = new PolicyProbe(actor).publish();
    const gradient = probe.gradient(
      inputs,
      inputs.map(() => 1),
    );
    const sizes = [...gradient.keys()].sort((a, b) => Math.abs(gradient[b]!) - Math.abs(gradient[a]!));
    const layers = [
      { from: 0, to: 16 * FEATURES, step: 2 / ((128 * 32) / 86) },
      { from: 16 * FEATURES + 16, to: 16 * FEATURES + 16 + 256, step: 2 / 64 },
    ];
    for (const { from, to, step } of layers) {
      let [predicted, actual] = [0, 0];
      for (const p of sizes.filter((p) => p >= from && p < to).slice(0, 40)) {
        const before = actor.parameters[p]!;
        actor.parameters[p] = before + step;
        actor.quantise();
        const up = total(probe);
        actor.parameters[p] = before - step;
        actor.quantise();
        actual += Math.sign(gradient[p]!) * (up - total(probe));
        predicted += Math.abs(gradient[p]!) * 2 * step;
        actor.parameters[p] = before;
      }
      expect(actual / predicted).toBeGreaterThan(0.9);
      expect(actual / predicted).toBeLessThan(1.1);
    }
  });

  test('a clamped output passes only what brings it back', () => {
    const actor = openActor();
    actor.parameters[actor.parameters.length - 1] = -100;
    actor.quantise();
    const probe = new PolicyProbe(actor).publish();
    expect(probe.penalties(inputs)).toEqual(inputs.map(() => 0));
    const norm = (slope: number) => Math.hypot(...probe.gradient([inputs[0]!], [slope]));
    expect(norm(1)).toBe(0); // down the gradient it would sink further
    expect(norm(-1)).toBeGreaterThan(0);
  });
});
