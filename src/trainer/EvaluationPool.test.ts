import { afterEach, describe, expect, test } from 'vitest';
import { BASELINES } from '../match/baselines/index.ts';
import { dualBound, hindsightOf } from '../training/bounds/index.ts';
import { METRIC_NAMES, metricsOf } from '../training/metrics.ts';
import { certified, play, type Rule } from '../training/play.ts';
import { Simulation } from '../training/Simulation.ts';
import type { Scenario } from '../training/scenario.ts';
import { MARKET } from '../training/testing/market.ts';
import { DEFAULT_CEM_LINEAR, playAll, tune } from '../training/tune.ts';
import { EvaluationPool } from './EvaluationPool.ts';
import type { PlayTask } from './evaluationThread.ts';

const SCENARIO = { ...MARKET, horizonRounds: 24 };
const SHORTER = { ...MARKET, horizonRounds: 12 };
const SEEDS = [1, 2, 3, 4, 5, 6];
const PRICE_ALONE = { kind: 'certified', quality: null } as const;

const opened: EvaluationPool[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((pool) => pool.close()));
});
function poolOf(scenarios: readonly Scenario[], workers: number): EvaluationPool {
  const pool = new EvaluationPool(scenarios, workers);
  opened.push(pool);
  return pool;
}

describe('a pool fails', () => {
  test('with what happened on the thread, and with the seed', async () => {
    const pool = poolOf([{ ...SCENARIO, nodes: null as never }], 1);
    await expect(pool.welfare([null], SEEDS)).rejects.toThrow('seed 1 could not be played');
    await expect(pool.welfare([null], SEEDS)).rejects.toThrow('seed 1 could not be played');
  });

  test('by the name of a baseline that there is none of, and plays on', async () => {
    const pool = poolOf([SHORTER], 1);
    const tasks = [{ scenario: 0, clears: { kind: 'matcher', name: 'firstfit' }, seed: 7 }] as const;
    await expect(pool.play(tasks)).rejects.toMatchObject({
      code: 'EVALUATION_FAILED',
      message: 'seed 7 could not be played: no baseline is called firstfit',
    });
    expect(await pool.welfare([null], [7])).toHaveLength(1);
  });

  test('where its threads were closed', async () => {
    const pool = poolOf([SHORTER], 1);
    const playing = expect(pool.welfare([null], SEEDS)).rejects.toThrow('a thread was lost');
    await pool.close();
    await playing;
  });
});

describe('a pool', () => {
  test.each([1, 2, 3])('%i workers find what this thread finds, to the last bit', async (workers) => {
    const options = {
      ...DEFAULT_CEM_LINEAR,
      generations: 2,
      population: 6,
      episodes: 6,
      validationSeeds: SEEDS,
      checkpointEvery: 1,
    };
    const here = await tune(SCENARIO, options, playAll(SCENARIO));
    const there = await tune(SCENARIO, options, poolOf([SCENARIO], workers).welfare);
    expect(there).toEqual(here);
  });

  test('plays any rule in any of its scenarios, results by task', async () => {
    const scenarios = [SCENARIO, SHORTER];
    const rules: (readonly [PlayTask['clears'], Rule])[] = [
      [PRICE_ALONE, certified(null)],
      ...BASELINES.map(
        (matcher) =>
          [
            { kind: 'matcher', name: matcher.name },
            { kind: 'matcher', matcher },
          ] as const,
      ),
    ];
    const tasks = rules.flatMap(([clears]) =>
      scenarios.map((_, scenario): PlayTask => ({ scenario, clears, seed: 4 })),
    );
    const expected = rules.flatMap(([, rule]) =>
      scenarios.map((scenario) => play(new Simulation(scenario), 4, rule)),
    );
    const played = await poolOf(scenarios, 2).play(tasks);
    expect(played.map((one) => one!.welfareMicro)).toEqual(expected.map(({ welfareMicro }) => welfareMicro));
    const timeless = (metrics: object) => ({ ...metrics, decisionMs: 0 });
    expect(played.map((one) => timeless(one!.metrics))).toEqual(
      expected.map((outcome) => timeless(metricsOf({ outcome, decisionMs: 0 }))),
    );
  });

  test('times the decisions of a rule', async () => {
    const [played] = await poolOf([SHORTER], 1).play([{ scenario: 0, clears: PRICE_ALONE, seed: 4 }]);
    expect(played!.metrics.decisionMs).toBeGreaterThan(0);
  });

  test('bounds an episode by hindsight, which has a welfare and no other metric', async () => {
    const tasks = [{ scenario: 0, clears: { kind: 'hindsight' }, seed: 4 }] as const;
    const [played] = await poolOf([SHORTER], 1).play(tasks);
    expect(played!.welfareMicro).toBe(dualBound(hindsightOf(SHORTER, 4, 'expected')));
    const measured = METRIC_NAMES.filter((name) => !Number.isNaN(played!.metrics[name]));
    expect(measured).toEqual(['welfare']);
  });

  test('that is stopped leaves out what was not played', async () => {
    const tasks = SEEDS.map((seed): PlayTask => ({ scenario: 0, clears: PRICE_ALONE, seed }));
    const stop = new AbortController();
    let count = 0;
    const onPlayed = () => {
      if (++count === 2) stop.abort();
    };
    const played = await poolOf([SHORTER], 1).play(tasks, { onPlayed, signal: stop.signal });
    const whole = await poolOf([SHORTER], 1).play(tasks);
    const welfare = (one: (typeof played)[number]) => one?.welfareMicro;
    const none = [undefined, undefined, undefined, undefined];
    expect(played.map(welfare)).toEqual([...whole.slice(0, 2).map(welfare), ...none]);
    expect(await poolOf([SHORTER], 1).play(tasks, { signal: stop.signal })).toEqual([
      ...none,
      undefined,
      undefined,
    ]);
  });
});
