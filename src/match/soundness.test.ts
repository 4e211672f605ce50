import { describe, expect, test } from 'vitest';
import { certifiedRound } from './certified.ts';
import { bestAssignment, contributionsMicro } from './testing/exhaustive.ts';
import { entriesOf, linesOf } from './testing/mutations.ts';
import { randomRound } from './testing/rounds.ts';
import { type Findings, fuzzSeed, noFindings, REGRESSIONS } from './testing/soundness.ts';
import { isHarmful, truthOf } from './testing/truth.ts';

/** The short run; `npm run fuzz:certificate` is the long one. */
const SEEDS = 2_000;

function fuzz(seeds: Iterable<number>): Findings {
  const findings = noFindings();
  for (const seed of seeds) fuzzSeed(seed, findings);
  return findings;
}

describe('what the fuzz holds the check against', () => {
  test('is what trying every assignment gives', () => {
    for (let seed = 0; seed < 200; seed++) {
      const instance = randomRound(seed, 1 + (seed % 4), 1 + (seed % 3), 6);
      const truth = truthOf(instance);
      expect(truth.welfareMicro).toBe(BigInt(bestAssignment(instance).welfareMicro));
      expect(truth.vMicro).toEqual(contributionsMicro(instance).map(BigInt));
    }
  });

  test('calls harmful what lowers welfare, changes a price or matches twice, and nothing else', () => {
    const instance = randomRound(11, 3, 4, 12);
    const truth = truthOf(instance);
    const right = certifiedRound(instance);
    expect(right.length).toBeGreaterThan(1);
    expect(isHarmful(instance, truth, right)).toBe(false);
    expect(isHarmful(instance, truth, right.slice(1))).toBe(true);
    expect(isHarmful(instance, truth, [...right, right[0]!])).toBe(true);
    expect(isHarmful(instance, truth, right.with(0, { ...right[0]!, rank: 9, uMicro: 99 }))).toBe(false);
    const dearer = right.with(0, { ...right[0]!, priceMicro: right[0]!.priceMicro + 1 });
    expect(isHarmful(instance, truth, dearer)).toBe(true);
  });

  test('and the pointers that it makes for right prices pass as well as the canonical ones', () => {
    for (let seed = 0; seed < 200; seed++) {
      const instance = randomRound(seed, 3, 4, 6);
      const right = certifiedRound(instance);
      expect(entriesOf(instance, linesOf(instance, right))).toEqual(right);
    }
  });
});

describe('invariant 8: a certificate is accepted iff nobody is worse off than by the right round', () => {
  test('no harmful round is accepted, no canonical one refuted', () => {
    const findings = fuzz(Array.from({ length: SEEDS }, (_, i) => i + 1));
    expect(findings).toMatchObject({ mutatedAccepted: 0, canonicalRefuted: 0, seeds: [] });
    expect(findings.canonical).toBe(SEEDS);
    expect(findings.mutated).toBeGreaterThan(SEEDS * 6);
    expect(findings.harmlessAccepted).toBeGreaterThan(SEEDS);
  });

  test('for each condition there are harmful rounds that it alone refuses', () => {
    const { onlyBy } = fuzz(Array.from({ length: SEEDS }, (_, i) => i + 1));
    for (const kind of ['E1', 'E2', 'E4', 'price', 'infeasible', 'order', 'nodeTwice'] as const)
      expect(onlyBy[kind], kind).toBeGreaterThan(0);
  });

  test.each(REGRESSIONS)('seed %i', (seed) => {
    expect(fuzz([seed]).seeds).toEqual([]);
  });
});
