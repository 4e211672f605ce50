import { describe, expect, test } from 'vitest';
import { BASELINES, fgdMatcher, LINEAR_FACTS, linearScoreMatcher, oracleMatcher } from './baselines/index.ts';
import { certifiedMatcher } from './certified.ts';
import type { DescribedRound, Matcher, RoundInstance } from './Matcher.ts';
import { referenceMatcher } from './reference.ts';
import { randomDescribedRound, randomRound, shuffled } from './testing/rounds.ts';

const ROUNDS = Array.from({ length: 300 }, (_, seed) =>
  randomDescribedRound(seed, seed % 7, seed % 6, 1 + (seed % 20)),
);

const MATCHERS: readonly Matcher<DescribedRound>[] = [
  certifiedMatcher,
  referenceMatcher,
  ...BASELINES,
  fgdMatcher([{ gpus: 2, memoryCode: 130, classMask: 0, frequency: 1 }]),
  linearScoreMatcher(LINEAR_FACTS.map((_, i) => (i % 3) - 1)),
  oracleMatcher((workload, node) => (workload * 7 + node * 3) % 5),
];

/** What every matcher owes, whatever it optimises: the hard rules that the chain enforces as a round is posted. */
describe.each(MATCHERS)('matcher $name', (matcher) => {
  test('matches nothing where nothing is feasible', () => {
    expect(matcher.match(randomDescribedRound(1, 0, 0, 1))).toEqual([]);
    expect(matcher.match({ ...randomDescribedRound(1, 2, 1, 1), pair: () => null })).toEqual([]);
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

/** Ties everywhere, hardly any, zero weights only, scarce nodes, sole bidders, the largest amounts. */
const KINDS = [
  { name: 'heavy ties', of: (seed: number) => randomRound(seed, 1 + (seed % 7), 1 + ((seed >> 3) % 8), 2) },
  { name: 'few ties', of: (seed: number) => randomRound(seed, 1 + (seed % 7), 1 + ((seed >> 3) % 8), 1_000) },
  { name: 'zero weights', of: (seed: number) => randomRound(seed, 1 + (seed % 6), 1 + ((seed >> 3) % 6), 0) },
  { name: 'scarce nodes', of: (seed: number) => randomRound(seed, 4 + (seed % 6), 1 + (seed % 3), 4) },
  { name: 'one workload', of: (seed: number) => randomRound(seed, 1, 1 + (seed % 9), 5) },
  {
    name: 'largest amounts',
    of: (seed: number) => nearTheTop(randomRound(seed, 1 + (seed % 6), 1 + ((seed >> 3) % 6), 4)),
  },
] as const;

function nearTheTop(small: RoundInstance): RoundInstance {
  return {
    ...small,
    pair: (w, c) => {
      const pair = small.pair(w, c);
      return pair && { weightMicro: Number.MAX_SAFE_INTEGER - pair.weightMicro, costMicro: 0 };
    },
  };
}

describe('the certified matcher gives the same entries as the reference', () => {
  test.each(KINDS)('$name', ({ of }) => {
    for (let seed = 0; seed < 1_000; seed++) {
      const instance = of(seed);
      expect(certifiedMatcher.match(instance), `seed ${seed}`).toEqual(referenceMatcher.match(instance));
    }
  });

  test('up to 40 workloads and nodes', () => {
    for (let seed = 0; seed < 12; seed++) {
      const instance = randomRound(seed, 20 + 7 * (seed % 3), 15 + 5 * (seed % 6), seed % 2 === 0 ? 3 : 40);
      expect(certifiedMatcher.match(instance), `seed ${seed}`).toEqual(referenceMatcher.match(instance));
    }
  });
});
