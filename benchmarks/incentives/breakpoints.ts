/** What one gets as a function of one integer that one may say: constant between breakpoints, which are found exactly. */

/** An outcome; two with the same key are the same piece. */
export interface Outcome {
  readonly key: string;
  /** What is left of the pay is the line pay − slope · x, the better of two wins. NaN: it is no line. */
  readonly payMicro: number;
  readonly slope: number;
}

/** Guesses in a row before an interval is halved. */
const PATIENCE = 8;

/**
 * Every x in low..high−1 where the piece at x is not that at x + 1, provided that no piece comes back after another
 * one (which is proved for one node's ask under the protocol; where it is not, some may be missed).
 * Halving would find them; where the lines of the two ends cross is mostly one of them, or on a piece in between.
 */
export function breakpoints(outcome: (x: number) => Outcome, low: number, high: number): number[] {
  const found: number[] = [];
  const search = (from: number, to: number, guesses: number) => {
    const [left, right] = [outcome(from), outcome(to)];
    if (left.key === right.key) return;
    if (to - from === 1) {
      found.push(from);
      return;
    }
    const crossing = Math.floor((left.payMicro - right.payMicro) / (left.slope - right.slope));
    const guessed = guesses < PATIENCE && Number.isFinite(crossing);
    const cut = guessed ? Math.min(Math.max(crossing, from), to - 1) : from + Math.floor((to - from) / 2);
    const next = guessed ? guesses + 1 : 0;
    if (cut > from) search(from, cut, next);
    search(cut, cut + 1, next);
    if (cut + 1 < to) search(cut + 1, to, next);
  };
  search(low, high, 0);
  return found;
}

/** `f`, each value computed once. */
export function remembered<T>(f: (x: number) => T): (x: number) => T {
  const known = new Map<number, T>();
  return (x) => {
    const value = known.get(x) ?? f(x);
    known.set(x, value);
    return value;
  };
}
