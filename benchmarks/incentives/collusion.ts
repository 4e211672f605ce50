/** Two operators of one node each who share what they get: their best joint asks, one ask at a time until none helps. */
import { type Asks, type Book, TRUTH, WITHDRAWN } from './book.ts';
import { breakpoints, type Outcome, remembered } from './breakpoints.ts';
import type { Sample } from './regret.ts';

interface Joint extends Outcome {
  readonly utilityMicro: number;
}

const ROUNDS_OF_IMPROVEMENT = 3;

/** `thorough`: also asks below the true cost are searched. */
export function bestOfPair(book: Book, pair: readonly [number, number], thorough: boolean): Sample {
  const truthfulMicro = book.utilityMicro(book.clear(TRUTH), pair);
  let bestMicro = truthfulMicro;
  for (const start of [TRUTH, new Map([[pair[0], WITHDRAWN]]), new Map([[pair[1], WITHDRAWN]])]) {
    bestMicro = Math.max(bestMicro, climb(book, pair, start, thorough));
  }
  return { truthfulMicro, bestMicro };
}

/** From `start`, each in turn takes the ask that is best for both. */
function climb(book: Book, [a, b]: readonly [number, number], start: Asks, thorough: boolean): number {
  let asks = start;
  let micro = book.utilityMicro(book.clear(asks), [a, b]);
  let idle = 0;
  for (let turn = start.has(a) ? 1 : 0; idle < 2 && turn < 2 * ROUNDS_OF_IMPROVEMENT; turn++) {
    const [mover, other] = turn % 2 === 0 ? [a, b] : [b, a];
    const better = bestAskOf(book, mover, other, asks, thorough);
    idle = better.micro > micro ? 0 : idle + 1;
    if (better.micro <= micro) continue;
    micro = better.micro;
    asks = new Map(asks).set(mover, better.ask);
  }
  return micro;
}

/**
 * Exact for the mover's ask. Their joint utility is concave between two breakpoints of their matches; it bends only
 * where the mover's match would change if the other were not there, for that is what prices the other.
 */
function bestAskOf(
  book: Book,
  mover: number,
  other: number,
  asks: Asks,
  thorough: boolean,
): { ask: number; micro: number } {
  const outcomeUnder = (fixed: Asks) =>
    remembered((ask: number): Joint => {
      const matches = book.clear(new Map(fixed).set(mover, ask));
      const [mine, theirs] = [matches.get(mover), matches.get(other)];
      return {
        key: `${mine?.workload}/${theirs?.workload}`,
        payMicro: mine?.priceMicro ?? 0,
        slope: mine === undefined ? 0 : book.gpuSec(mine.workload, mover) / 3_600,
        utilityMicro: book.utilityMicro(matches, [mover, other]),
      };
    });
  const trueAsk = book.market.nodes[mover]!.askMicroPerGpuHour;
  const lowest = thorough ? 0 : trueAsk;
  const highest = Math.max(lowest, book.hopelessAsk(mover));
  const at = outcomeUnder(asks);
  const alone = outcomeUnder(new Map(asks).set(other, WITHDRAWN));
  const candidates = new Set([lowest, trueAsk, highest]);
  for (const x of [...breakpoints(at, lowest, highest), ...breakpoints(alone, lowest, highest)])
    for (const ask of [x - 1, x, x + 1, x + 2]) if (ask >= lowest) candidates.add(ask);
  let best = { ask: highest, micro: Number.NEGATIVE_INFINITY };
  for (const ask of candidates) {
    const micro = at(ask).utilityMicro;
    if (micro > best.micro) best = { ask, micro };
  }
  return best;
}
