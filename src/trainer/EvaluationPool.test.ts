import { describe, expect, test } from 'vitest';
import { MARKET } from '../training/testing/market.ts';
import { DEFAULT_CEM_LINEAR, playAll, tune } from '../training/tune.ts';
import { EvaluationPool } from './EvaluationPool.ts';

const SCENARIO = { ...MARKET, horizonRounds: 24 };
const SEEDS = [1, 2, 3, 4, 5, 6];

describe('a pool', () => {
  test('fails with what happened on the worker', async () => {
    await using pool = new EvaluationPool({ ...SCENARIO, nodes: null as never }, 1);
    await expect(pool.welfare([null], SEEDS)).rejects.toThrow('could not be played');
    await expect(pool.welfare([null], SEEDS)).rejects.toThrow('could not be played');
  });

  test.each([1, 2, 3])('%i workers find what this thread finds, to the last bit', async (workers) => {
    const options = {
      ...DEFAULT_CEM_LINEAR,
      generations: 2,
      population: 6,
      episodes: 6,
      validationSeeds: SEEDS,
      checkpointEvery: 1,
    };
    await using pool = new EvaluationPool(SCENARIO, workers);
    const here = await tune(SCENARIO, options, playAll(SCENARIO));
    const there = await tune(SCENARIO, options, pool.welfare);
    expect(there).toEqual(here);
  });
});
