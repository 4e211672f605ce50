import type { NodeId, WorkloadId } from '../domain/ids.ts';
import type { ChallengeKind, Entry } from '../domain/types.ts';
import type { Violation } from './certificate.ts';
import type { Pair, RoundInstance } from './Matcher.ts';
import { FactsOfPairs } from './roundFacts.ts';

/** What is claimed to be broken in a posted round (docs/PROTOCOL.md, "Dispute"): one pair, or one entry. */
export interface Challenge {
  readonly kind: ChallengeKind;
  readonly workload: WorkloadId;
  /** 0 where the challenge is about the entry of `workload`. */
  readonly node: NodeId | 0;
}

/** A round as its matcher posted it. */
export interface Posted {
  readonly cutoff: number;
  readonly entries: readonly Entry[];
}

/** The pair of two ids as it stood in the round; null where it is not feasible, or not there at all. */
export type PairOf = (workload: number, node: number) => Pair | null;

/** Pairs by id instead of by index. */
export function pairsOf(instance: RoundInstance): PairOf {
  const facts = new FactsOfPairs(instance);
  return (workload, node) => facts.pair(workload, node);
}

/**
 * Whether a challenge says something about a round at all; the chain reverts one that does not. Of E1 any two ids do,
 * E2 and E4 are about a listed workload.
 */
export function isAbout({ entries }: Posted, { kind, workload, node }: Challenge): boolean {
  return kind === 'E1' || (node === 0 && entryOf(entries, workload) !== undefined);
}

/**
 * Whether a challenge is right: the twin of the chain's judgement. It asks for one pair, whatever the size of the round.
 *
 * @example
 * judgeChallenge(posted, { kind: 'E1', workload, node }, pairsOf(instance)); // true: the round is voided
 */
export function judgeChallenge(posted: Posted, challenge: Challenge, pairOf: PairOf): boolean {
  const { kind, workload, node } = challenge;
  const entry = entryOf(posted.entries, workload);
  if (kind === 'E1')
    return workload <= posted.cutoff && isWorthMore(posted, entry, pairOf(workload, node), node);
  if (entry === undefined) return false;
  return kind === 'E2' ? doesNotAddUp(entry, pairOf) : isNotHighest(posted, entry, pairOf);
}

/**
 * The challenge that voids a round for the first of its violations that the chain judges; undefined where there is none
 * (what `order` and `nodeTwice` name cannot be posted at all).
 */
export function challengeOf(violations: readonly Violation[]): Challenge | undefined {
  for (const { kind, workload, node } of violations) {
    const judged = KIND_OF[kind];
    if (judged !== undefined) return { kind: judged, workload, node: judged === 'E1' ? node : 0 };
  }
  return undefined;
}

const KIND_OF: { readonly [K in Violation['kind']]: ChallengeKind | undefined } = {
  order: undefined,
  nodeTwice: undefined,
  unknown: 'E2',
  infeasible: 'E2',
  E2: 'E2',
  price: 'E2',
  E1: 'E1',
  E4: 'E4',
};

/*
 * Below, W - u is compared instead of u + v: what a matcher posts may exceed 2^53 and then a sum is no longer exact,
 * while a weight less something larger is negative in any case, and no v is.
 */

function isWorthMore(
  { entries }: Posted,
  entry: Entry | undefined,
  pair: Pair | null,
  node: number,
): boolean {
  return pair !== null && pair.weightMicro - (entry?.uMicro ?? 0) > (holderOf(entries, node)?.vMicro ?? 0);
}

function doesNotAddUp({ workload, node, uMicro, vMicro, priceMicro }: Entry, pairOf: PairOf): boolean {
  const pair = pairOf(workload, node);
  if (pair === null || uMicro < 0 || vMicro < 0) return true;
  return pair.weightMicro - uMicro !== vMicro || priceMicro !== pair.costMicro + vMicro;
}

function isNotHighest({ entries }: Posted, entry: Entry, pairOf: PairOf): boolean {
  const { workload, node, uMicro, next, rank } = entry;
  if (uMicro === 0) return next !== 0 || rank !== 0;
  const pair = pairOf(workload, next);
  const holder = holderOf(entries, next);
  if (next === node || pair === null) return true;
  return pair.weightMicro - uMicro !== (holder?.vMicro ?? 0) || (holder !== undefined && holder.rank >= rank);
}

function entryOf(entries: readonly Entry[], workload: number): Entry | undefined {
  return entries.find((entry) => entry.workload === workload);
}

function holderOf(entries: readonly Entry[], node: number): Entry | undefined {
  return entries.find((entry) => entry.node === node);
}
