import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/training/random.ts';
import results from '../results/incentives.json' with { type: 'json' };
import { Book, TRUTH } from './book.ts';
import { breakpoints } from './breakpoints.ts';
import { bestOfPair } from './collusion.ts';
import { DOCUMENT, documented } from './document.ts';
import { drawMarket, type Market } from './market.ts';
import { BROKEN, protocol, type Rule } from './rules.ts';
import { bestResponse } from './singleRound.ts';

/** A market of five nodes counted in coins so large that every ask can be tried, and that rounding up matters at each. */
function inCoins(seed: number, coinMicro: number): { market: Market; rule: Rule } {
  const { round, nodes, workloads } = drawMarket(new Random(seed), 5);
  return {
    market: {
      round,
      nodes: nodes.map((node) => ({
        ...node,
        green: true,
        askMicroPerGpuHour: Math.ceil(node.askMicroPerGpuHour / coinMicro),
      })),
      workloads: workloads.map(({ spec, budgetMicro }) => ({
        spec,
        budgetMicro: Math.ceil(budgetMicro / coinMicro),
      })),
    },
    rule: { ...protocol, penalty: (penalty) => Math.floor(penalty / coinMicro) },
  };
}

function* responses(rule: Rule, size: number, markets: number) {
  for (let seed = 0; seed < markets; seed++) {
    const book = new Book(drawMarket(new Random(seed), size), rule);
    for (let c = 0; c < size; c++) {
      const response = bestResponse(book, c, new Random(c));
      if (response !== null) yield response;
    }
  }
}

describe('breakpoints', () => {
  test('are all found of the upper envelope of lines, from rounded values too', () => {
    for (let seed = 0; seed < 200; seed++) {
      const random = new Random(seed);
      const lines = Array.from({ length: 4 }, (_, i) => ({
        key: String(i),
        payMicro: random.integer(2_000),
        slope: 3 * i + 1,
      }));
      const left = (line: (typeof lines)[number], x: number) => line.payMicro - line.slope * x;
      const nothing = { key: '', payMicro: 0, slope: 0 };
      const at = (x: number) =>
        [nothing, ...lines].reduce((best, line) => (left(line, x) > left(best, x) ? line : best));
      const every = Array.from({ length: 2_000 }, (_, x) => x).filter((x) => at(x).key !== at(x + 1).key);
      expect(breakpoints(at, 0, 2_000)).toEqual(every);
    }
  });
});

describe('one node in one round', () => {
  test('gains nothing at any breakpoint ±1, and its ask does not move its pay', () => {
    const all = [...responses(protocol, 5, 60), ...responses(protocol, 20, 10)];
    expect(all.length).toBeGreaterThan(350);
    expect(all.filter(({ won }) => won).length).toBeGreaterThan(80);
    for (const { truthfulMicro, bestMicro, payMoved } of all) {
      expect(bestMicro).toBe(truthfulMicro);
      expect(payMoved).toBe(0);
    }
  });

  test('gains nothing at any ask at all, where each rounds up', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { market, rule } = inCoins(seed, 20_000);
      const book = new Book(market, rule);
      for (const c of market.nodes.keys()) {
        const truthfulMicro = book.utilityMicro(book.clear(TRUTH), [c]);
        for (let ask = 0; ask <= book.hopelessAsk(c); ask++)
          expect(book.utilityMicro(book.clear(new Map([[c, ask]])), [c])).toBeLessThanOrEqual(truthfulMicro);
      }
    }
  });

  test.each(BROKEN.map((rule) => [rule.name, rule] as const))('gains under "%s"', (_, rule) => {
    const gains = [...responses(rule, 20, 3)].map(
      ({ truthfulMicro, bestMicro }) => bestMicro - truthfulMicro,
    );
    expect(gains.filter((gain) => gain > 0).length).toBeGreaterThan(2);
  });
});

describe('a winner and the node that sets its price, when they collude', () => {
  test('find the best of all pairs of asks', () => {
    let [gaining, pairs] = [0, 0];
    for (let seed = 0; seed < 24; seed++) {
      const { market, rule } = inCoins(seed, 100_000);
      const book = new Book(market, rule);
      const priced = [...book.clear(TRUTH)].find(([, { next }]) => next >= 0);
      if (priced === undefined) continue;
      const pair = [priced[0], priced[1].next] as const;
      let everyMicro = 0;
      for (let first = 0; first <= book.hopelessAsk(pair[0]); first++)
        for (let second = 0; second <= book.hopelessAsk(pair[1]); second++) {
          const matches = book.clear(
            new Map([
              [pair[0], first],
              [pair[1], second],
            ]),
          );
          everyMicro = Math.max(everyMicro, book.utilityMicro(matches, pair));
        }
      const { truthfulMicro, bestMicro } = bestOfPair(book, pair, true);
      expect(bestMicro).toBe(everyMicro);
      pairs++;
      if (bestMicro > truthfulMicro) gaining++;
    }
    expect(pairs).toBeGreaterThan(10);
    expect(gaining).toBeGreaterThan(5);
  });
});

test('docs/incentives.md has the figures of benchmarks/results/incentives.json', () => {
  const page = readFileSync(DOCUMENT, 'utf8');
  expect(documented(page, results.figures)).toBe(page);
});
