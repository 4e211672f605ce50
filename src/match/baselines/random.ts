import type { Matcher } from '../Matcher.ts';
import { queueMatcher } from './serve.ts';

/**
 * Any feasible node, all alike: the floor below which no rule should fall. The lot of a pair is a hash of the seed, the
 * round and both ids, so that a round comes out the same whenever and however listed.
 */
export function randomMatcher(seed: number): Matcher {
  return queueMatcher('random', ({ round, workloads, nodes }) => {
    const ofRound = mixed(mixed(seed >>> 0) ^ round);
    return (w, c) => mixed(mixed(ofRound ^ workloads[w]!.id) ^ nodes[c]!.id);
  });
}

/** A bijection of 32-bit words that mixes well (the finaliser of MurmurHash3). */
function mixed(word: number): number {
  let z = (word + 0x9e3779b9) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return (z ^ (z >>> 16)) >>> 0;
}
