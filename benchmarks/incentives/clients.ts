/** A client that says a budget below what the work is worth to it, in one round. */
import type { Book, Match } from './book.ts';
import { breakpoints, type Outcome, remembered } from './breakpoints.ts';
import type { Sample } from './regret.ts';

const SHARES = [0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.1, 1.5];

/**
 * Utility is value less price. Fees are a part of the price and left out: they scale both sides alike.
 * The policy sees the budget in steps of a 16th of an octave; between the points tried it may have more to gain.
 */
export function bestOfClient(book: Book, workload: number): Sample {
  const valueMicro = book.market.workloads[workload]!.budgetMicro;
  const utility = (match: Match | undefined) => (match === undefined ? 0 : valueMicro - match.priceMicro);
  const at = remembered((budgetMicro: number): Outcome & { readonly utilityMicro: number } => {
    const [node, match] = matchOf(book.clearAtBudget(workload, budgetMicro), workload);
    return { key: String(node), payMicro: Number.NaN, slope: Number.NaN, utilityMicro: utility(match) };
  });
  const candidates = SHARES.map((share) => Math.round(share * valueMicro));
  for (const x of breakpoints(at, 0, valueMicro)) candidates.push(x - 1, x, x + 1, x + 2);
  const truthfulMicro = at(valueMicro).utilityMicro;
  const gains = candidates.filter((budget) => budget >= 0).map((budget) => at(budget).utilityMicro);
  return { truthfulMicro, bestMicro: Math.max(truthfulMicro, ...gains) };
}

function matchOf(
  matches: ReadonlyMap<number, Match>,
  workload: number,
): [node: number, match: Match | undefined] {
  for (const [node, match] of matches) if (match.workload === workload) return [node, match];
  return [-1, undefined];
}
