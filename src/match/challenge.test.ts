import { describe, expect, test } from 'vitest';
import { NodeId, WorkloadId } from '../domain/ids.ts';
import { CHALLENGE_KIND, type Entry } from '../domain/types.ts';
import { checkCertificate } from './certificate.ts';
import { certifiedRound } from './certified.ts';
import { type Challenge, challengeOf, isAbout, judgeChallenge, pairsOf } from './challenge.ts';
import type { RoundInstance } from './Matcher.ts';
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
const CUTOFF = 5;

const challenge = (kind: Challenge['kind'], workload: number, node = 0): Challenge => ({
  kind,
  workload: WorkloadId(workload),
  node: NodeId(node),
});
const judged = (entries: readonly Entry[], one: Challenge, cutoff = CUTOFF) =>
  judgeChallenge({ cutoff, entries }, one, pairsOf(example));

describe('a challenge says nothing about a round', () => {
  const posted = { cutoff: CUTOFF, entries: [first] };
  test('where it means an entry of a workload that is not listed', () => {
    for (const kind of ['E2', 'E4'] as const) {
      expect(isAbout(posted, challenge(kind, 5))).toBe(false);
      expect(isAbout(posted, challenge(kind, 2))).toBe(true);
      expect(isAbout(posted, challenge(kind, 2, 5))).toBe(false);
      expect(judged([first], challenge(kind, 5))).toBe(false);
    }
  });
});

describe('a challenge is wrong', () => {
  test('of a canonical round, whatever it names', () => {
    for (const one of allChallenges(example)) expect(judged([first, second], one)).toBe(false);
  });

  test('of a pair that is not feasible, above the cutoff, or not there', () => {
    expect(judged([], challenge('E1', 2, 9))).toBe(false);
    expect(judged([], challenge('E1', 5, 7))).toBe(true);
    expect(judged([], challenge('E1', 5, 7), 4)).toBe(false);
    expect(judged([], challenge('E1', 99, 7), 100)).toBe(false);
    expect(judged([], challenge('E1', 5, 98))).toBe(false);
  });
});

describe('a challenge is right', () => {
  test('E1, of a workload that was left out', () => {
    expect(judged([first], challenge('E1', 5, 9))).toBe(true);
  });

  test('E2, where an entry does not add up, costs something else or is not feasible', () => {
    const changes: Partial<Entry>[] = [
      { uMicro: first.uMicro + 1 },
      { vMicro: first.vMicro + 1 },
      { priceMicro: first.priceMicro - 1 },
      { node: NodeId(9) },
      { uMicro: 2 ** 60 },
    ];
    for (const change of changes)
      expect(judged([{ ...first, ...change }, second], challenge('E2', 2))).toBe(true);
  });

  test('E4, where `next` does not show the price', () => {
    const changes: Partial<Entry>[] = [
      { next: first.node },
      { next: NodeId(9) },
      { next: NodeId(0) },
      { rank: second.rank },
    ];
    for (const change of changes)
      expect(judged([{ ...first, ...change }, second], challenge('E4', 2))).toBe(true);
    const free = roundOf([[pair(4)]], 1);
    const [sole] = certifiedRound(free) as [Entry];
    for (const change of [{ rank: 1 }, { next: NodeId(7) }]) {
      const posted = { cutoff: 2, entries: [{ ...sole, ...change }] };
      expect(judgeChallenge(posted, challenge('E4', 2), pairsOf(free))).toBe(true);
    }
  });
});

test('the challenges that are right are the violations of the certificate, one by one', () => {
  let right = 0;
  let wrong = 0;
  for (let seed = 0; seed < 400; seed++) {
    const instance = randomRound(seed, 1 + (seed % 4), 1 + (seed % 5), 6);
    const entries = mutated(certifiedRound(instance), instance, seed);
    const posted = { cutoff: 100, entries };
    const violations = checkCertificate(instance, entries);
    const named = new Set(violations.map((one) => keyOf(challengeOf([one])!)));
    for (const one of allChallenges(instance)) {
      if (!isAbout(posted, one)) continue;
      const isRight = judgeChallenge(posted, one, pairsOf(instance));
      expect(isRight, `seed ${seed}, ${keyOf(one)}`).toBe(named.has(keyOf(one)));
      if (isRight) right++;
      else wrong++;
    }
  }
  expect(right).toBeGreaterThan(300);
  expect(wrong).toBeGreaterThan(3_000);
});

test('what cannot be posted has no challenge', () => {
  expect(challengeOf([])).toBeUndefined();
  const twice = checkCertificate(example, [second, first]);
  expect(twice.map(({ kind }) => kind)).toEqual(['order']);
  expect(challengeOf(twice)).toBeUndefined();
});

const keyOf = ({ kind, workload, node }: Challenge) => `${kind} ${workload} ${node}`;

function* allChallenges({ workloads, nodes }: RoundInstance): Iterable<Challenge> {
  for (const kind of CHALLENGE_KIND) {
    for (const { id: workload } of workloads) {
      if (kind !== 'E1') yield { kind, workload, node: 0 };
      else for (const { id: node } of nodes) yield { kind, workload, node };
    }
  }
}

/** One word of one entry is another, or an entry is missing; nothing that the chain would refuse to post. */
function mutated(entries: readonly Entry[], { nodes }: RoundInstance, seed: number): Entry[] {
  const next = integers(seed);
  const at = next(Math.max(1, entries.length));
  const entry = entries[at];
  if (entry === undefined) return [];
  const verbs: (() => Entry[])[] = [
    () => entries.filter((_, i) => i !== at),
    () => entries.with(at, { ...entry, uMicro: entry.uMicro + 1 }),
    () => entries.with(at, { ...entry, uMicro: entry.uMicro + 1, vMicro: Math.max(0, entry.vMicro - 1) }),
    () => entries.with(at, { ...entry, priceMicro: entry.priceMicro + 1 }),
    () => entries.with(at, { ...entry, next: nodes[next(nodes.length)]!.id }),
    () => entries.with(at, { ...entry, rank: next(3) }),
    () => {
      const free = nodes.find(({ id }) => !entries.some(({ node }) => node === id));
      return free === undefined ? [...entries] : entries.with(at, { ...entry, node: free.id });
    },
  ];
  return verbs[next(verbs.length)]!();
}
