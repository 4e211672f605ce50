import { describe, expect, test } from 'vitest';
import { Random } from '../../src/training/random.ts';
import { chosenOnOtherStories, tryStrategies } from './acrossRounds.ts';
import { Book, TRUTH } from './book.ts';
import { drawMarket } from './market.ts';
import { protocol } from './rules.ts';
import { clear } from './story.ts';

describe('a strategy chosen on other stories', () => {
  test('that was lucky in one story is not counted there, but where it was not chosen for', () => {
    const truth = [1, 1];
    expect(chosenOnOtherStories([truth, [3, 0]])).toBe(1 + 0);
  });

  test('that is better in every story brings all it is better by', () => {
    expect(
      chosenOnOtherStories([
        [1, 1, 1, 1],
        [2, 4, 3, 5],
      ]),
    ).toBe(2 + 4 + 3 + 5);
  });

  test('is the truth where nothing is better', () => {
    expect(
      chosenOnOtherStories([
        [2, 2, 2, 2],
        [2, 1, 2, 1],
        [0, 2, 0, 2],
      ]),
    ).toBe(8);
  });
});

test('a network is the same every time, and its truthful operators earn', () => {
  const tried = tryStrategies(3, 20, 2);
  expect(tryStrategies(3, 20, 2)).toEqual(tried);
  const { truthfulMicro } = tried.hindsight;
  expect(truthfulMicro).toBeGreaterThan(0);
  expect(tried.byStrategy[0]).toEqual({ truthfulMicro, bestMicro: truthfulMicro });
  for (const { bestMicro } of [tried.foresight, ...tried.byStrategy])
    expect(bestMicro).toBeLessThanOrEqual(tried.hindsight.bestMicro);
});

test('rounds of stories are cleared by classes as a Book clears them pair by pair', () => {
  let matches = 0;
  for (let seed = 0; seed < 30; seed++) {
    const market = drawMarket(new Random(seed), 10 + 3 * seed);
    const pairByPair = [...new Book(market, protocol).clear(TRUTH)]
      .map(([node, { workload, priceMicro }]) => ({ workload, node, priceMicro }))
      .sort((a, b) => a.workload - b.workload);
    expect(clear(market)).toEqual(pairByPair);
    matches += pairByPair.length;
  }
  expect(matches).toBeGreaterThan(100);
});
