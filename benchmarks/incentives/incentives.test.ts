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

/** A market of one sort of coin, so small that every ask can be tried and that rounding up matters at each. */
function smallChange(seed: number, size: number): { market: Market; rule: Rule } {
  const COIN = 20_000;
  const { round, nodes, workloads } = drawMarket(new Random(seed), size);
  return {
    market: {
      round,
      nodes: nodes.map((node) => ({
        ...node,
        green: true,
        askMicroPerGpuHour: Math.ceil(node.askMicroPerGpuHour / COIN),
      })),
      workloads: workloads.map(({ spec, budgetMicro }) => ({
        spec,
        budgetMicro: Math.ceil(budgetMicro / COIN),
      })),
    },
    rule: { ...protocol, penalty: (penalty) => Math.floor(penalty / COIN) },
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
      const { market, rule } = smallChange(seed, 5);
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

describe('two who collude', () => {
  test('miss nothing that one of them could do for both by moving alone', () => {
    let [gaining, pairs] = [0, 0];
    for (let seed = 0; seed < 40; seed++) {
      const { market, rule } = smallChange(seed, 5);
      const book = new Book(market, rule);
      const { truthfulMicro, bestMicro } = bestOfPair(book, [0, 1], true);
      for (const mover of [0, 1])
        for (let ask = 0; ask <= book.hopelessAsk(mover) + 1; ask++)
          expect(book.utilityMicro(book.clear(new Map([[mover, ask]])), [0, 1])).toBeLessThanOrEqual(
            bestMicro,
          );
      pairs++;
      if (bestMicro > truthfulMicro) gaining++;
    }
    expect(pairs).toBe(40);
    expect(gaining).toBeGreaterThan(2);
  });
});

test('docs/incentives.md has the figures of benchmarks/results/incentives.json', () => {
  const page = readFileSync(DOCUMENT, 'utf8');
  expect(documented(page, results.figures)).toBe(page);
});
