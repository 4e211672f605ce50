import type { Entry } from '../../domain/types.ts';
import { checkCertificate, type ViolationKind } from '../certificate.ts';
import { certifiedRound } from '../certified.ts';
import type { RoundInstance } from '../Matcher.ts';
import { type Integers, mutant } from './mutations.ts';
import { integers, randomRound } from './rounds.ts';
import { isHarmful, type Truth, truthOf } from './truth.ts';

/** Wrong rounds that are made of one right one. */
const MUTANTS = 10;

/**
 * Seeds to run first: a seed on which the check ever erred goes here. So far it did not; these are the first seeds on which
 * it would, were it weaker in one place: without E1 (1) or E1 of listed nodes (4), with a `next` that need not set the
 * price (1) or have a lower rank (30) or may have the same (723), u + v above the weight (7), any price (6), a node (21) or a
 * workload (22) twice.
 */
export const REGRESSIONS: readonly number[] = [1, 4, 6, 7, 21, 22, 30, 723];

/** What a run found; every number counts rounds. */
export interface Findings {
  /** Canonical rounds checked, and those refuted although they are right. */
  canonical: number;
  canonicalRefuted: number;
  /** Mutated rounds that lower welfare, change a price or are no assignment, and those accepted all the same. */
  mutated: number;
  mutatedAccepted: number;
  /** Mutated rounds that harm nobody: other optimal assignments, pointers, ranks, u. Both answers are right for them. */
  harmless: number;
  harmlessAccepted: number;
  /** Of the harmful ones, how many only this kind of violation refused. */
  readonly onlyBy: Partial<Record<ViolationKind, number>>;
  /** Where to look: seeds of `fuzzSeed`. */
  readonly seeds: number[];
}

export const noFindings = (): Findings => ({
  canonical: 0,
  canonicalRefuted: 0,
  mutated: 0,
  mutatedAccepted: 0,
  harmless: 0,
  harmlessAccepted: 0,
  onlyBy: {},
  seeds: [],
});

/** One right round, and MUTANTS wrong ones made of it, held against what trying all assignments says. */
export function fuzzSeed(seed: number, findings: Findings): void {
  const next = integers(seed);
  const instance = anyRound(seed, next);
  const truth = truthOf(instance);
  const right = certifiedRound(instance);
  let isBad = false;

  findings.canonical++;
  if (checkCertificate(instance, right).length > 0 || isHarmful(instance, truth, right)) {
    findings.canonicalRefuted++;
    isBad = true;
  }
  for (let i = 0; i < MUTANTS; i++) {
    if (!judge(instance, truth, mutant(instance, right, next), findings)) isBad = true;
  }
  if (isBad) findings.seeds.push(seed);
}

/** Whether the check says of the round what is true of it. */
function judge(instance: RoundInstance, truth: Truth, entries: readonly Entry[], findings: Findings) {
  const violations = checkCertificate(instance, entries);
  const isAccepted = violations.length === 0;
  if (!isHarmful(instance, truth, entries)) {
    findings.harmless++;
    if (isAccepted) findings.harmlessAccepted++;
    return true;
  }
  findings.mutated++;
  const { kind } = violations[0] ?? {};
  if (kind !== undefined && violations.every((violation) => violation.kind === kind))
    findings.onlyBy[kind] = (findings.onlyBy[kind] ?? 0) + 1;
  if (isAccepted) findings.mutatedAccepted++;
  return !isAccepted;
}

/** Mostly 1..4 workloads on 1..5 nodes with ties; one in 64 is up to 8 × 8; some weights are at the top of what money can be. */
function anyRound(seed: number, next: Integers): RoundInstance {
  const isLarge = next(64) === 0;
  const rows = 1 + next(isLarge ? 8 : 4);
  const columns = 1 + next(isLarge ? 8 : 5);
  const largest = [1, 3, 6, 12, 1_000][next(5)]!;
  const round = randomRound(seed, rows, columns, largest);
  if (next(8) !== 0) return round;
  const top = Number.MAX_SAFE_INTEGER - 9 - largest; // costs are at most 9
  return {
    ...round,
    pair(w, c) {
      const pair = round.pair(w, c);
      return pair && { ...pair, weightMicro: top + pair.weightMicro };
    },
  };
}
