/** An owner of several nodes in one round: the best of a family of joint asks, then improved node by node. */
import { type Asks, type Book, TRUTH, WITHDRAWN } from './book.ts';
import type { Sample } from './regret.ts';

const MARKUPS = [1.02, 1.05, 1.1, 1.2, 1.4, 1.7, 2.5];

/** `climb`: how many single nodes are tried to be withdrawn, or asked truthfully again, after the family. */
export function bestOfOwner(book: Book, own: readonly number[], climb: number): Sample {
  const truth = book.clear(TRUTH);
  const truthfulMicro = book.utilityMicro(truth, own);
  const profit = (c: number) => book.utilityMicro(truth, [c]);
  const winners = own.filter((c) => truth.has(c)).sort((a, b) => profit(a) - profit(b));
  const losers = own.filter((c) => !truth.has(c));

  let best: { asks: Asks; micro: number } = { asks: TRUTH, micro: truthfulMicro };
  const attempt = (asks: Asks) => {
    const micro = book.utilityMicro(book.clear(asks), own);
    if (micro > best.micro) best = { asks, micro };
  };
  for (const asks of family(book, winners, losers)) attempt(asks);
  // Losers cost nothing to move, weak winners little: they are tried first.
  for (const c of [...losers, ...winners].slice(0, climb)) {
    const other = new Map(best.asks);
    if (other.get(c) === WITHDRAWN) other.delete(c);
    else other.set(c, WITHDRAWN);
    attempt(other);
  }
  return { truthfulMicro, bestMicro: best.micro };
}

/** Winners come weakest first. */
function* family(book: Book, winners: readonly number[], losers: readonly number[]): Iterable<Asks> {
  const own = [...winners, ...losers];
  const raised = (nodes: readonly number[], factor: number): [number, number][] =>
    nodes.map((c) => [c, Math.round(book.market.nodes[c]!.askMicroPerGpuHour * factor)]);
  const withdrawn = (nodes: readonly number[]): [number, number][] => nodes.map((c) => [c, WITHDRAWN]);

  for (const factor of MARKUPS) yield new Map(raised(own, factor));
  yield new Map(withdrawn(losers));
  for (const factor of [1.1, 1.3]) yield new Map([...withdrawn(losers), ...raised(winners, factor)]);
  const counts = new Set([1, winners.length >> 2, winners.length >> 1, winners.length - 1]);
  for (const count of counts)
    if (count > 0) yield new Map(withdrawn([...losers, ...winners.slice(0, count)]));
  const allButBest = [...losers, ...winners.slice(0, -1)];
  for (const factor of [1.2, 2]) yield new Map(raised(allButBest, factor));
}
