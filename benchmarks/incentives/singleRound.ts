/** The best response of one node in one round, at every breakpoint of its ask. */
import type { Random } from '../../src/training/random.ts';
import type { Book, Match } from './book.ts';
import { breakpoints, type Outcome, remembered } from './breakpoints.ts';

/** What a node gains by saying what it costs, and by saying what serves it best; micro-AICC. */
export interface BestResponse {
  /** Whether the truth is matched. */
  readonly won: boolean;
  readonly truthfulMicro: number;
  readonly bestMicro: number;
  readonly bestAsk: number;
  /** Asks that were tried, each a round that was cleared. */
  readonly asks: number;
  readonly breakpoints: number;
  /** Of the tried asks with the same workload, those at which the pay was not the same. */
  readonly payMoved: number;
}

interface Outing extends Outcome {
  readonly match: Match | undefined;
  readonly utilityMicro: number;
}

const FACTORS = [0.5, 0.8, 0.95, 1.05, 1.25, 2];
const RANDOM_ASKS = 4;

/** null where the node is eligible for no workload of the round: whatever it says, it gets nothing. */
export function bestResponse(book: Book, c: number, random: Random): BestResponse | null {
  const highest = book.hopelessAsk(c);
  if (highest === 0) return null;
  const trueAsk = book.market.nodes[c]!.askMicroPerGpuHour;
  const tried = new Map<number, Outing>();
  const at = remembered((ask: number) => {
    const outing = outingAt(book, c, ask);
    tried.set(ask, outing);
    return outing;
  });

  const breaks = breakpoints(at, 0, highest);
  for (const x of breaks) for (const ask of [x - 1, x, x + 1, x + 2]) if (ask >= 0) at(ask);
  for (const factor of FACTORS) at(Math.round(trueAsk * factor));
  for (let i = 0; i < RANDOM_ASKS; i++) at(random.integer(highest + 1));

  const truthfulMicro = at(trueAsk).utilityMicro;
  let [bestAsk, bestMicro, payMoved] = [trueAsk, truthfulMicro, 0];
  const payOf = new Map<number, number>();
  for (const [ask, { match, utilityMicro }] of tried) {
    if (utilityMicro > bestMicro) [bestAsk, bestMicro] = [ask, utilityMicro];
    if (match === undefined) continue;
    if (match.priceMicro !== (payOf.get(match.workload) ?? match.priceMicro)) payMoved++;
    payOf.set(match.workload, match.priceMicro);
  }
  const won = at(trueAsk).match !== undefined;
  return { won, truthfulMicro, bestMicro, bestAsk, asks: tried.size, breakpoints: breaks.length, payMoved };
}

function outingAt(book: Book, c: number, ask: number): Outing {
  const match = book.clear(new Map([[c, ask]])).get(c);
  if (match === undefined) return { key: '', match, utilityMicro: 0, payMicro: 0, slope: 0 };
  return {
    key: String(match.workload),
    match,
    utilityMicro: match.priceMicro - book.trueCostMicro(match.workload, c),
    payMicro: match.priceMicro,
    slope: book.rule.payMovesWithAsk ? Number.NaN : book.gpuSec(match.workload, c) / 3_600,
  };
}
