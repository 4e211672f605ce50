import { AICChainError } from './errors.ts';

/** Rounds [from, to) in which a workload is open; to = 0 is open-ended. */
export interface OpenPair {
  readonly from: number;
  readonly to: number;
}

/** One opening at first and one after each match but the last: at most four matches, so at most four pairs. */
export const MAX_MATCHES = 4;
export const MAX_OPEN_PAIRS = MAX_MATCHES;

/** The pairs of a word, first pair in the lowest bits. A pair with from = 0 is unused: nothing binds in round 0. */
export function openPairs(word: bigint): OpenPair[] {
  const pairs: OpenPair[] = [];
  for (let rest = word; rest !== 0n; rest >>= 64n) {
    const from = Number(BigInt.asUintN(32, rest));
    if (from !== 0) pairs.push({ from, to: Number(BigInt.asUintN(32, rest >> 32n)) });
  }
  return pairs;
}

/** The word of up to four pairs. */
export function packOpenPairs(pairs: readonly OpenPair[]): bigint {
  if (pairs.length > MAX_OPEN_PAIRS)
    throw new AICChainError('TooManyOpenPairs', `${pairs.length} pairs, ${MAX_OPEN_PAIRS} fit`);
  return pairs.reduceRight((word, { from, to }) => (word << 64n) | (BigInt(to) << 32n) | BigInt(from), 0n);
}

/** Whether a workload with these open rounds can be matched in `round`. `openUntilRound` is exclusive. */
export function openAt(word: bigint, openUntilRound: number, round: number): boolean {
  if (round >= openUntilRound) return false;
  return openPairs(word).some(({ from, to }) => from <= round && (to === 0 || round < to));
}

/** Open from `from` on, which may lie ahead (a booking), until `until`; nothing where that is no round at all. */
export function bookOpening(word: bigint, from: number, until: number): bigint {
  if (from >= until) return word;
  const shift = endOf(word);
  if (shift >= PAIR_BITS * BigInt(MAX_OPEN_PAIRS))
    throw new AICChainError('TooManyOpenPairs', `${MAX_OPEN_PAIRS} pairs are in use already`);
  return word | (((BigInt(until) << 32n) | BigInt(from)) << shift);
}

/** No longer open from `to` on. A pair that would be empty (a booking that lies ahead) is taken back. */
export function closeOpening(word: bigint, to: number): bigint {
  if (word === 0n) return 0n;
  const shift = endOf(word) - PAIR_BITS;
  const last = word >> shift;
  const from = BigInt.asUintN(32, last);
  const until = last >> 32n;
  if (until !== 0n && until <= BigInt(to)) return word;
  const others = BigInt.asUintN(Number(shift), word);
  return from >= BigInt(to) ? others : others | (((BigInt(to) << 32n) | from) << shift);
}

/**
 * After a match: not open in the rounds after it, and open again by itself should the node not show up. `matches` counts
 * this one too.
 */
export function matchOpening(
  word: bigint,
  matchedRound: number,
  startWindowRounds: number,
  matches: number,
): bigint {
  const closed = closeOpening(word, matchedRound + 1);
  if (matches >= MAX_MATCHES) return closed;
  return bookOpening(closed, matchedRound + startWindowRounds + 1, lastOpenEnd(word));
}

/** Where the last pair ends; 0 where there is none, or no end. */
export function lastOpenEnd(word: bigint): number {
  return word === 0n ? 0 : Number((word >> (endOf(word) - PAIR_BITS)) >> 32n);
}

const PAIR_BITS = 64n;

/** The shift of the first unused pair after all used ones. */
function endOf(word: bigint): bigint {
  let shift = 0n;
  for (let rest = word; rest !== 0n; rest >>= PAIR_BITS) shift += PAIR_BITS;
  return shift;
}
