import type { Entry, NodeId, PostedRound, Weight, WorkloadId } from '../domain/index.ts';
import { checkCertificate, entriesHash, isCanonical, type RoundInstance } from '../match/index.ts';
import { known, type NetworkState } from '../state/index.ts';
import type { Expect } from './Finding.ts';

/** A posted round's inputs, weighed again from the log alone. */
export interface WeighedRound {
  readonly workloads: readonly { readonly id: WorkloadId }[];
  readonly nodes: readonly { readonly id: NodeId }[];
  readonly weights: readonly (readonly Weight[])[];
  readonly instance: RoundInstance;
}

/** `RoundPosted`: its hash, its cutoff, its hard rules, its certificate. Answers whether it is the canonical round. */
export function checkRound(
  state: NetworkState,
  posted: Omit<PostedRound, 'round' | 'matcher'> & { readonly round: number },
  round: number,
  input: WeighedRound,
  expect: Expect,
): boolean {
  const { entries, cutoff } = posted;
  expect('round.current', round, posted.round);
  expect('round.postedOnce', false, state.rounds.has(posted.round));
  expect('round.entriesHash', entriesHash(entries), posted.entriesHash);
  checkCutoff(state, posted.round, cutoff, entries.length, expect);
  checkEligible(input, entries, expect);
  for (const { kind, expected, found, ...about } of checkCertificate(input.instance, entries)) {
    expect(`certificate.${kind}`, expected, found, about);
  }
  return isCanonical(input.instance, entries);
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

/** `WorkloadMatched`, and the entries of the round that was posted with it, say the same. */
export function checkMatches(
  state: NetworkState,
  posted: { readonly entries: readonly Entry[] },
  matched: readonly {
    readonly workload: number;
    readonly node: number;
    readonly entry: number;
    readonly priceMicro: number;
  }[],
  expect: Expect,
): void {
  const byWorkload = new Map(matched.map((one) => [one.workload, one]));
  posted.entries.forEach((entry, i) => {
    const about = { workload: entry.workload, node: entry.node };
    const one = byWorkload.get(entry.workload);
    byWorkload.delete(entry.workload);
    if (one === undefined) {
      // It was open when the round began, and its client has taken it back since.
      expect('match.made', 'Refunded', known(state.workloads, entry.workload, 'workload').status, about);
      return;
    }
    expect('match.entry', i, one.entry, about);
    expect('match.node', entry.node, one.node, about);
    expect('match.priceMicro', entry.priceMicro, one.priceMicro, about);
  });
  for (const { workload, node } of byWorkload.values())
    expect('match.entry', 'an entry', 'none', { workload, node });
}
