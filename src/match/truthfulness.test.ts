import { describe, expect, test } from 'vitest';
import { certifiedRound } from './certified.ts';
import type { RoundInstance } from './Matcher.ts';
import { integers, roundOf } from './testing/rounds.ts';

const LARGEST_ASK = 9;

/** A round as it is on chain: weight = budget - ask x hours - quality, feasible where that is not negative. */
interface Market {
  readonly budgets: readonly number[];
  readonly asks: readonly number[];
  /** [w][c]; null: not eligible. */
  readonly hours: readonly (readonly (number | null)[])[];
  readonly quality: readonly (readonly number[])[];
}

function randomMarket(seed: number): Market {
  const next = integers(seed);
  const rows = 1 + next(4);
  const columns = 1 + next(4);
  const table = <T>(cell: () => T) =>
    Array.from({ length: rows }, () => Array.from({ length: columns }, () => cell()));
  return {
    budgets: Array.from({ length: rows }, () => 5 + next(25)),
    asks: Array.from({ length: columns }, () => next(LARGEST_ASK + 1)),
    hours: table(() => (next(8) === 0 ? null : 1 + next(3))),
    quality: table(() => next(5)),
  };
}

function roundAt({ budgets, hours, quality }: Market, asks: readonly number[]): RoundInstance {
  const pairs = budgets.map((budget, w) =>
    asks.map((ask, c) => {
      const time = hours[w]![c]!;
      const weightMicro = budget - ask * time - quality[w]![c]!;
      return hours[w]![c] === null || weightMicro < 0 ? null : { weightMicro, costMicro: ask * time };
    }),
  );
  return roundOf(pairs, asks.length);
}

/** What node c gets when it asks `ask`: the workload and its pay, and what is left of it after its true cost. */
function outcome(market: Market, c: number, ask: number) {
  const instance = roundAt(
    market,
    market.asks.map((own, i) => (i === c ? ask : own)),
  );
  const entry = certifiedRound(instance).find(({ node }) => node === instance.nodes[c]!.id);
  if (entry === undefined) return { workload: null, payMicro: 0, profitMicro: 0 };
  const w = instance.workloads.findIndex(({ id }) => id === entry.workload);
  const payMicro = entry.priceMicro;
  return { workload: w, payMicro, profitMicro: payMicro - market.asks[c]! * market.hours[w]![c]! };
}

const MARKETS = Array.from({ length: 400 }, (_, seed) => randomMarket(seed));
const ASKS = Array.from({ length: LARGEST_ASK + 3 }, (_, ask) => ask);

describe('prices of a certified round', () => {
  test('invariant 03: cost <= price <= budget', () => {
    for (const market of MARKETS) {
      const instance = roundAt(market, market.asks);
      for (const entry of certifiedRound(instance)) {
        const w = instance.workloads.findIndex(({ id }) => id === entry.workload);
        const c = instance.nodes.findIndex(({ id }) => id === entry.node);
        expect(entry.priceMicro).toBeGreaterThanOrEqual(instance.pair(w, c)!.costMicro);
        expect(entry.priceMicro).toBeLessThanOrEqual(market.budgets[w]! - market.quality[w]![c]!);
      }
    }
  });

  test("invariant 04: a winner's pay does not depend on its own ask", () => {
    for (const market of MARKETS) {
      for (const c of market.asks.keys()) {
        const payOfWorkload = new Map<number, number>();
        for (const ask of ASKS) {
          const { workload, payMicro } = outcome(market, c, ask);
          if (workload === null) continue;
          expect(payMicro).toBe(payOfWorkload.get(workload) ?? payMicro);
          payOfWorkload.set(workload, payMicro);
        }
      }
    }
  });

  test('invariant 04: raising an ask never wins', () => {
    for (const market of MARKETS) {
      for (const c of market.asks.keys()) {
        const wins = ASKS.map((ask) => outcome(market, c, ask).workload !== null);
        expect(wins).toEqual([...wins].sort().reverse());
      }
    }
  });

  test('invariant 04: no ask earns more than the true cost', () => {
    for (const market of MARKETS) {
      for (const [c, trueAsk] of market.asks.entries()) {
        const honest = outcome(market, c, trueAsk).profitMicro;
        expect(honest).toBeGreaterThanOrEqual(0);
        for (const ask of ASKS) expect(outcome(market, c, ask).profitMicro).toBeLessThanOrEqual(honest);
      }
    }
  });
});
