import type { AICChain } from '../AICChain.ts';
import type { PostedRound } from '../domain/types.ts';
import { type Challenge, challengeOf } from '../match/index.ts';

/**
 * The challenge that refutes a posted round, from the log alone, as the round was; undefined where the round is right. That
 * the log tells of the post is enough: it tells of every block before, and what binds in a round was written before it.
 *
 * @example
 * const challenge = violationOf(aicchain, state.rounds.get(round)!);
 */
export function violationOf(aicchain: AICChain, posted: PostedRound): Challenge | undefined {
  return challengeOf(aicchain.violations(posted.round, posted));
}

/** A challenge as a person reads it: "E1 of workload 3 and node 7", "E4 of the entry of workload 3". */
export const nameOf = ({ kind, workload, node }: Challenge): string =>
  kind === 'E1'
    ? `E1 of workload ${workload} and node ${node}`
    : `${kind} of the entry of workload ${workload}`;
