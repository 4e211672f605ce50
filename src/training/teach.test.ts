import { describe, expect, test } from 'vitest';
import { FEATURES, type IntegerNetwork, PRIORITY_FEATURE } from '../domain/index.ts';
import { load, evaluate as penaltyOf } from '../policy/network.ts';
import { compare } from './evaluate.ts';
import { expectedWorth, type Lesson, lessonOf } from './lesson.ts';
import { openbScenario } from './market.ts';
import { isMonotoneInPriority } from './masters.ts';
import { Random } from './random.ts';
import { heldOutSeeds, trainingSeeds } from './seeds.ts';
import { type PassMetrics, teach } from './teach.ts';
import { MARKET } from './testing/market.ts';

const SCENARIO = openbScenario({ nodes: 10, load: 1.2, seed: 1 });
const worth = expectedWorth(150_000);

/** Rows whose target is a function of their features. */
function drawnLesson(rows: number, targetOf: (features: Int16Array) => number, seed = 1): Lesson {
  const random = new Random(seed);
  const features = Int16Array.from({ length: rows * FEATURES }, () => random.integer(256));
  const target = Float64Array.from({ length: rows }, (_, k) =>
    targetOf(features.subarray(k * FEATURES, (k + 1) * FEATURES)),
  );
  return { features, target, weight: new Float64Array(rows).fill(1) };
}

function penalties(network: IntegerNetwork, { features, target }: Lesson): number[] {
  const loaded = load(network);
  return Array.from(target, (_, k) => penaltyOf(loaded, features, k * FEATURES));
}

describe('teach', () => {
  test('refuses lessons without rows', async () => {
    await expect(teach([])).rejects.toThrow('no rows');
  });

  test('refuses targets that are no numbers, with the pass', async () => {
    const taught = teach([drawnLesson(64, () => Number.NaN)]);
    await expect(taught).rejects.toMatchObject({
      code: 'TRAINING_DIVERGED',
      message: 'pass 1: the error is NaN',
    });
  });

  test('stops between two passes when it is told to', async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    const taught = teach([drawnLesson(64, () => 0)], { signal: stop.signal, passes: 50 }, ({ pass }) => {
      seen.push(pass);
      if (pass === 2) stop.abort(new Error('enough'));
    });
    await expect(taught).rejects.toThrow('enough');
    expect(seen).toEqual([1, 2]);
  });

  test('comes near to any target that is linear and falls with priority', async () => {
    const truth = (x: Int16Array) => 9_000 + 60 * (x[0]! - 128) - 40 * (x[PRIORITY_FEATURE]! - 128);
    const seen: PassMetrics[] = [];
    const options = { passes: 30, minibatch: 256 };
    const network = await teach([drawnLesson(8_192, truth)], options, (metrics) => void seen.push(metrics));
    const unseen = drawnLesson(500, truth, 2);
    const ours = penalties(network, unseen);
    const square = (of: (k: number) => number) =>
      ours.reduce((sum, _, k) => sum + (of(k) - Math.max(0, unseen.target[k]!)) ** 2, 0);
    expect(square((k) => ours[k]!)).toBeLessThan(0.1 * square(() => 9_000));
    expect(seen.at(-1)!.error).toBeLessThan(0.5 * seen[0]!.error);
  });

  test('never penalises priority, even where lessons say so', async () => {
    const network = await teach([drawnLesson(2_048, (x) => 100 * x[PRIORITY_FEATURE]!)], { minibatch: 128 });
    expect(isMonotoneInPriority(network)).toBe(true);
    expect(
      penalties(
        network,
        drawnLesson(50, () => 0),
      ).some((penalty) => penalty > 0),
    ).toBe(true);
  });

  test('where no penalty is low enough, it stays price alone', async () => {
    const lesson = drawnLesson(1_024, () => -5_000);
    expect(new Set(penalties(await teach([lesson]), lesson))).toEqual(new Set([0]));
  });

  test('the same seed gives the same network, another one another', async () => {
    const lessons = [lessonOf(SCENARIO, [1], { worth })];
    const one = await teach(lessons, { seed: 3 });
    expect(await teach(lessons, { seed: 3 })).toEqual(one);
    expect(await teach(lessons, { seed: 4 })).not.toEqual(one);
  });

  test('what it was taught beats price alone on seeds that nobody has seen', async () => {
    const network = await teach([lessonOf(SCENARIO, trainingSeeds(1, 0, 6), { worth })], { minibatch: 512 });
    const { gain, verdict } = compare(SCENARIO, network, heldOutSeeds(8));
    expect(verdict).toBe('wins');
    expect(gain).toBeGreaterThan(0.03);
  });

  test('of prices in other units it learns as well', async () => {
    const lesson = lessonOf(MARKET, [1, 2, 3, 4], { worth: expectedWorth(2e6) });
    const errors: number[] = [];
    await teach([lesson], { minibatch: 64 }, ({ error }) => void errors.push(error));
    expect(errors.at(-1)).toBeLessThan(errors[0]!);
  });
});
