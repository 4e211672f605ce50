import { describe, expect, test } from 'vitest';
import { NodeId, WorkloadId } from '../domain/ids.ts';
import type { Entry } from '../domain/types.ts';
import { checkCertificate, isCanonical } from './certificate.ts';
import { certifiedRound } from './certified.ts';
import type { RoundInstance } from './Matcher.ts';
import {
  allAssignments,
  bestAssignment,
  type Choice,
  contributionsMicro,
  welfareMicro,
} from './testing/exhaustive.ts';
import { integers, randomRound, roundOf } from './testing/rounds.ts';

const pair = (weightMicro: number) => ({ weightMicro, costMicro: 3 });
/** Workload 2 takes node 5, priced by node 7, which workload 5 holds, priced by the free node 9. */
const example = roundOf(
  [
    [pair(10), pair(9), null],
    [null, pair(8), pair(5)],
  ],
  3,
);
const [first, second] = certifiedRound(example) as [Entry, Entry];
const kinds = (entries: readonly Entry[]) => [
  ...new Set(checkCertificate(example, entries).map(({ kind }) => kind)),
];

describe('a certificate is refused', () => {
  test('when its entries do not ascend by workload', () => {
    expect(kinds([second, first])).toEqual(['order']);
    expect(kinds([first, second, second])).toContain('order');
  });

  test('when a node is listed twice', () => {
    expect(kinds([first, { ...second, node: first.node }])).toContain('nodeTwice');
  });

  test('when it lists what is not in the round', () => {
    expect(kinds([first, second, { ...second, workload: WorkloadId(99), node: NodeId(98) }])).toContain(
      'unknown',
    );
  });

  test('when a pair is not feasible', () => {
    expect(kinds([{ ...first, node: NodeId(9) }])).toContain('infeasible');
  });

  test('when duals do not add up to the weight, or are negative', () => {
    expect(kinds([{ ...first, uMicro: 7 }, second])).toContain('E2');
    expect(kinds([{ ...first, uMicro: 14, vMicro: -4 }, second])).toContain('E2');
  });

  test('when a price is not cost + v', () => {
    expect(checkCertificate(example, [{ ...first, priceMicro: 8 }, second])).toEqual([
      { kind: 'price', workload: 2, node: 5, expected: '7', found: '8' },
    ]);
  });

  test('when an unlisted pair is worth more: a workload or a node was left out', () => {
    expect(kinds([])).toEqual(['E1']);
    expect(checkCertificate(example, [second]).map(({ kind, node }) => [kind, node])).toEqual([
      ['E1', 5],
      ['E1', 7],
    ]);
  });

  test('when `next` is the node itself, not feasible, does not set the price, or has no lower rank', () => {
    expect(kinds([{ ...first, next: first.node }, second])).toEqual(['E4']);
    expect(kinds([{ ...first, next: NodeId(9) }, second])).toEqual(['E4']);
    expect(kinds([{ ...first, next: NodeId(0) }, second])).toEqual(['E4']);
    expect(kinds([first, { ...second, rank: first.rank }])).toEqual(['E4']);
  });

  test('when a workload with u = 0 names a `next`', () => {
    const sole = roundOf([[pair(0)]], 1);
    const [entry] = certifiedRound(sole) as [Entry];
    expect(entry).toMatchObject({ uMicro: 0, vMicro: 0, next: 0, rank: 0 });
    expect(checkCertificate(sole, [{ ...entry, next: NodeId(5) }])).toMatchObject([{ kind: 'E4' }]);
  });
});

describe('a valid round', () => {
  test('may use higher ranks or another optimal assignment; then it is not canonical', () => {
    expect(checkCertificate(example, [{ ...first, rank: 5 }, second])).toEqual([]);
    expect(isCanonical(example, [{ ...first, rank: 5 }, second])).toBe(false);

    const tie = roundOf([[pair(4), pair(4)]], 2);
    const [entry] = certifiedRound(tie) as [Entry];
    const other = { ...entry, node: NodeId(7), next: NodeId(5) };
    expect(entry.node).toBe(5);
    expect(checkCertificate(tie, [other])).toEqual([]);
    expect(isCanonical(tie, [other])).toBe(false);
    expect(isCanonical(tie, [entry])).toBe(true);
    expect(isCanonical(tie, [])).toBe(false);
  });

  test('invariant 8: every assignment with every price, and the best pointers there are, passes iff it is optimal and VCG', () => {
    let accepted = 0;
    let refused = 0;
    for (let seed = 0; seed < 300; seed++) {
      const next = integers(seed);
      const instance = randomRound(seed, 1 + next(3), 1 + next(3), 3);
      const best = bestAssignment(instance).welfareMicro;
      const contributions = contributionsMicro(instance);
      for (const choice of allAssignments(instance)) {
        for (const entries of allPrices(instance, choice)) {
          const isVcg = entries.every(({ node, vMicro }) => vMicro === contributions[(node - 5) / 2]);
          const isRight = isVcg && welfareMicro(instance, choice) === best;
          expect(checkCertificate(instance, entries).length === 0).toBe(isRight);
          if (isRight) accepted++;
          else refused++;
        }
      }
    }
    expect(accepted).toBeGreaterThan(300);
    expect(refused).toBeGreaterThan(8_000);
  });
});

/** An assignment with every split of every weight into u and v, and pointers that pass if any do. */
function* allPrices(instance: RoundInstance, choice: Choice): Iterable<Entry[]> {
  const pairs = choice.flatMap((c, w) => (c === null ? [] : [{ w, c, ...instance.pair(w, c)! }]));
  const combinations = pairs.reduce((product, { weightMicro }) => product * (weightMicro + 1), 1);
  for (let combination = 0; combination < combinations; combination++) {
    let rest = combination;
    yield withPointers(
      instance,
      pairs.map(({ w, c, weightMicro, costMicro }) => {
        const vMicro = rest % (weightMicro + 1);
        rest = Math.floor(rest / (weightMicro + 1));
        return {
          workload: instance.workloads[w]!.id,
          node: instance.nodes[c]!.id,
          uMicro: weightMicro - vMicro,
          vMicro,
          priceMicro: costMicro + vMicro,
          next: NodeId(0),
          rank: 0,
        };
      }),
    );
  }
}

/** Ranks from the entries that need no pointer outwards; an entry that none reaches keeps one that fails. */
function withPointers(instance: RoundInstance, entries: readonly Entry[]): Entry[] {
  const pointed = new Map(entries.filter(({ uMicro }) => uMicro === 0).map((entry) => [entry.node, entry]));
  for (let round = 0; round <= entries.length; round++) {
    for (const entry of entries) {
      if (pointed.has(entry.node)) continue;
      const w = instance.workloads.findIndex(({ id }) => id === entry.workload);
      for (const [c, { id }] of instance.nodes.entries()) {
        const holder = entries.find(({ node }) => node === id);
        const vMicro = holder?.vMicro ?? 0;
        if (id === entry.node || instance.pair(w, c)?.weightMicro !== entry.uMicro + vMicro) continue;
        if (holder !== undefined && !pointed.has(id)) continue;
        pointed.set(entry.node, { ...entry, next: id, rank: (pointed.get(id)?.rank ?? -1) + 1 });
        break;
      }
    }
  }
  return entries.map((entry) => pointed.get(entry.node) ?? entry);
}
