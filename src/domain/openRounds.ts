import { AICChainError } from './errors.ts';

/** Rounds [from, to) in which a workload is open; to = 0 is open-ended. */
export interface OpenPair {
  readonly from: number;
  readonly to: number;
}

/** At most four matches, so at most four pairs. */
export const MAX_OPEN_PAIRS = 4;

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
