import { describe, expect, test } from 'vitest';
import { evaluate } from './evaluate.ts';
import { openbScenario } from './market.ts';
import { type ChooseOptions, shadowPriceOf, teachAndChoose } from './teachAndChoose.ts';
import { MARKET } from './testing/market.ts';

const COURSE = { scenario: MARKET, shadowPriceMicroPerGpuHour: 8e6 };
const VALIDATION = [900_001, 900_002, 900_003];
const SHORT: Partial<ChooseOptions> = { episodes: 3, minibatch: 64, passes: 5, validationSeeds: VALIDATION };

describe('teach and choose', () => {
  test('stops when it is told to', async () => {
    const stop = new AbortController();
    const taught = teachAndChoose([COURSE], { ...SHORT, signal: stop.signal }, (stage) => {
      if (stage.startsWith('teaching')) stop.abort(new Error('enough'));
    });
    await expect(taught).rejects.toThrow('enough');
  });

  test('keeps the scale of the price that brings most by the deployed rule', async () => {
    const taught = async (...priceScales: number[]) => teachAndChoose([COURSE], { ...SHORT, priceScales });
    const all = await taught(0, 1, 4);
    const each = [await taught(0), await taught(1), await taught(4)];
    expect(all.meanGain).toBe(Math.max(...each.map(({ meanGain }) => meanGain)));
    expect(all).toEqual(each.find(({ priceScale }) => priceScale === all.priceScale));
    const [ours, base] = [all.network, null].map((one) => evaluate(MARKET, one, VALIDATION).welfareMicro);
    expect(all.meanGain).toBeCloseTo(ours! / base! - 1, 12);
    expect(new Set(each.map(({ meanGain }) => meanGain)).size).toBeGreaterThan(1);
  });

  test('each further round adds lessons and is never worse', async () => {
    const one = await teachAndChoose([COURSE, COURSE], { ...SHORT, priceScales: [1] });
    const two = await teachAndChoose([COURSE, COURSE], { ...SHORT, priceScales: [1], rounds: 2 });
    expect(two.rows).toBeGreaterThan(1.5 * one.rows);
    expect(two.meanGain).toBeGreaterThanOrEqual(one.meanGain);
    expect(one.gains).toHaveLength(2);
  });

  test('capacity is the dearer the busier the market', () => {
    const prices = [0.7, 1, 1.1, 1.3].map((load) =>
      shadowPriceOf(openbScenario({ nodes: 16, load, seed: 1 }), load),
    );
    expect(prices[0]).toBe(prices[1]);
    expect(prices[1]! < prices[2]! && prices[2]! < prices[3]!).toBe(true);
    expect(prices[0]).toBeGreaterThan(50_000);
    expect(prices[3]).toBeLessThan(500_000);
  });
});
