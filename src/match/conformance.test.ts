import { describe, expect, test } from 'vitest';
import { certifiedMatcher } from './certified.ts';
import { priceGreedyMatcher } from './greedy.ts';
import { randomRound, roundOf, shuffled } from './testing/rounds.ts';

const ROUNDS = Array.from({ length: 300 }, (_, seed) =>
  randomRound(seed, seed % 7, seed % 6, 1 + (seed % 20)),
);

/** What every matcher owes, whatever it optimises: the hard rules that the chain enforces as a round is posted. */
describe.each([certifiedMatcher, priceGreedyMatcher])('matcher $name', (matcher) => {
  test('matches nothing where nothing is feasible', () => {
    expect(matcher.match(roundOf([], 0))).toEqual([]);
    expect(matcher.match(roundOf([[null], [null]], 1))).toEqual([]);
  });

  test('lists workloads ascending, and each node once', () => {
    for (const instance of ROUNDS) {
      const entries = matcher.match(instance);
      const workloads = entries.map(({ workload }) => workload);
      expect(workloads).toEqual([...new Set(workloads)].sort((a, b) => a - b));
      expect(new Set(entries.map(({ node }) => node)).size).toBe(entries.length);
    }
  });

  test('lists feasible pairs only, u + v = weight, price = cost + v', () => {
    for (const instance of ROUNDS) {
      for (const entry of matcher.match(instance)) {
        const w = instance.workloads.findIndex(({ id }) => id === entry.workload);
        const c = instance.nodes.findIndex(({ id }) => id === entry.node);
        const { weightMicro, costMicro } = instance.pair(w, c)!;
        expect(entry.uMicro + entry.vMicro).toBe(weightMicro);
        expect(Math.min(entry.uMicro, entry.vMicro)).toBeGreaterThanOrEqual(0);
        expect(entry.priceMicro).toBe(costMicro + entry.vMicro);
      }
    }
  });

  test('leaves no feasible pair with both sides unmatched', () => {
    for (const instance of ROUNDS) {
      const entries = matcher.match(instance);
      const taken = new Set<number>(entries.flatMap(({ workload, node }) => [-workload, node]));
      instance.workloads.forEach(({ id: workload }, w) => {
        instance.nodes.forEach(({ id: node }, c) => {
          if (!taken.has(-workload) && !taken.has(node)) expect(instance.pair(w, c)).toBeNull();
        });
      });
    }
  });

  test('invariant 11: gives the same entries in whatever order the round is listed', () => {
    for (const [seed, instance] of ROUNDS.entries()) {
      expect(matcher.match(shuffled(instance, seed))).toEqual(matcher.match(instance));
    }
  });
});
