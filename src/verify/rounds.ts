import type { Entry, EventOf, PostedRound, Weight } from '../domain/index.ts';
import {
  type ClassedRound,
  challengeOf,
  checkCertificate,
  entriesHash,
  isCanonical,
} from '../match/index.ts';
import type { NetworkState } from '../state/index.ts';
import type { Expect } from './Finding.ts';

/** A posted round's inputs, from the log alone. */
export interface WeighedRound {
  readonly classed: ClassedRound;
  /** Of one pair, by id; undefined where one of the two does not exist in the round. */
  weightOf(workload: number, node: number): Weight | undefined;
}

/** `RoundPosted` as the chain must have refused it otherwise: its round, its hash, its cutoff, its hard rules. */
export function checkPosted(
  state: NetworkState,
  posted: Omit<PostedRound, 'round' | 'matcher' | 'voided'> & { readonly round: number },
  round: number,
  input: WeighedRound,
  expect: Expect,
): void {
  const { entries, cutoff } = posted;
  expect('round.current', round, posted.round);
  expect('round.postedOnce', false, state.rounds.has(posted.round));
  expect('round.entriesHash', entriesHash(entries), posted.entriesHash);
  checkCutoff(state, posted.round, cutoff, entries.length, expect);
  checkEligible(input, entries, expect);
}

/**
 * The certificate of a round. `refutes` takes what a challenge could have voided the round for, `expect` what the chain
 * lets nobody post.
 */
export function checkOptimal(
  { classed }: WeighedRound,
  entries: readonly Entry[],
  expect: Expect,
  refutes: Expect,
): 'Invalid' | 'Valid' | 'Canonical' {
  const violations = checkCertificate(classed, entries);
  for (const violation of violations) {
    const { kind, expected, found, ...about } = violation;
    const tell = challengeOf([violation]) === undefined ? expect : refutes;
    tell(`certificate.${kind}`, expected, found, about);
  }
  if (violations.length > 0) return 'Invalid';
  return isCanonical(classed, entries) ? 'Canonical' : 'Valid';
}

function checkCutoff(state: NetworkState, round: number, cutoff: number, entries: number, expect: Expect) {
  const { newestWorkload } = state.countersAt(round);
  const { fullRound } = state.parametersAt(round);
  if (cutoff > newestWorkload || entries < fullRound) expect('round.cutoff', newestWorkload, cutoff);
}

function checkEligible({ weightOf }: WeighedRound, entries: readonly Entry[], expect: Expect) {
  for (const { workload, node } of entries) {
    const weight = weightOf(workload, node);
    // What is not among the inputs at all is named by the certificate check.
    if (weight !== undefined) expect('entry.eligible', 'None', weight.ineligible, { workload, node });
  }
}

/**
 * The `WorkloadMatched` of a transaction and the entries of the round that was posted with them say the same. An entry
 * without a match was open when the round began, and its client has taken it back since.
 */
export function checkMatches(
  state: NetworkState,
  posted: EventOf<'RoundPosted'>,
  matched: readonly EventOf<'WorkloadMatched'>[],
  expect: Expect,
): void {
  const told = [...matched];
  posted.entries.forEach((entry, i) => {
    const about = { workload: entry.workload, node: entry.node };
    if (told[0]?.workload !== entry.workload) {
      expect('match.made', 'Refunded', state.workloads.get(entry.workload)?.status, about);
      return;
    }
    const one = told.shift()!;
    expect('match.entry', i, one.entry, about);
    expect('match.node', entry.node, one.node, about);
    expect('match.priceMicro', entry.priceMicro, one.priceMicro, about);
  });
  for (const { workload, node } of told) expect('match.entry', 'an entry', 'none', { workload, node });
}
