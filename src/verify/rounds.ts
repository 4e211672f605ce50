import type { Entry, EventOf, NodeId, PostedRound, Weight, WorkloadId } from '../domain/index.ts';
import {
  challengeOf,
  checkCertificate,
  entriesHash,
  isCanonical,
  type RoundInstance,
} from '../match/index.ts';
import type { NetworkState } from '../state/index.ts';
import type { Expect } from './Finding.ts';

/** A posted round's inputs, weighed again from the log alone. */
export interface WeighedRound {
  readonly workloads: readonly { readonly id: WorkloadId }[];
  readonly nodes: readonly { readonly id: NodeId }[];
  readonly weights: readonly (readonly Weight[])[];
  readonly instance: RoundInstance;
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
  { instance }: WeighedRound,
  entries: readonly Entry[],
  expect: Expect,
  refutes: Expect,
): 'Invalid' | 'Valid' | 'Canonical' {
  const violations = checkCertificate(instance, entries);
  for (const violation of violations) {
    const { kind, expected, found, ...about } = violation;
    const tell = challengeOf([violation]) === undefined ? expect : refutes;
    tell(`certificate.${kind}`, expected, found, about);
  }
  if (violations.length > 0) return 'Invalid';
  return isCanonical(instance, entries) ? 'Canonical' : 'Valid';
}

function checkCutoff(state: NetworkState, round: number, cutoff: number, entries: number, expect: Expect) {
  const { newestWorkload } = state.countersAt(round);
  const { fullRound } = state.parametersAt(round);
  if (cutoff > newestWorkload || entries < fullRound) expect('round.cutoff', newestWorkload, cutoff);
}

function checkEligible(input: WeighedRound, entries: readonly Entry[], expect: Expect) {
  const workloads = new Map(input.workloads.map(({ id }, w) => [id, w]));
  const nodes = new Map(input.nodes.map(({ id }, c) => [id, c]));
  for (const { workload, node } of entries) {
    const weight = input.weights[workloads.get(workload) ?? -1]?.[nodes.get(node) ?? -1];
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
