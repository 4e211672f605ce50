import { AICChainError, type FeeRates, mulDivDown, type Split } from '../domain/index.ts';

const BPS = 10_000;
const MAX_PRIORITY = 10_000;

type Fees = Omit<Split, 'nodeMicro' | 'refundMicro'>;

/** What `submit` locks for a budget: the budget, the priority surcharge and the fees on top. */
export function escrowMicro(budgetMicro: number, priority: number, rates: FeeRates): number {
  return budgetMicro + total(feesOn(budgetMicro, priority, rates));
}

/**
 * Where an escrow goes when its workload is settled at `paidMicro`: the price, or its share for a pro-rata ending.
 * Every division rounds down and the refund takes the rest, so the six add up to the escrow and the node gets
 * exactly what is paid. At 0 everything is refunded.
 */
export function split(lockedMicro: number, paidMicro: number, priority: number, rates: FeeRates): Split {
  const fees =
    paidMicro === 0
      ? { communityFundMicro: 0, auditorsMicro: 0, matcherMicro: 0, treasuryMicro: 0 }
      : feesOn(paidMicro, priority, rates);
  const refundMicro = lockedMicro - paidMicro - total(fees);
  if (refundMicro < 0)
    throw new AICChainError(
      'EscrowTooSmall',
      `escrow ${lockedMicro} does not cover price ${paidMicro} and its fees`,
    );
  return { nodeMicro: paidMicro, ...fees, refundMicro };
}

/** The share of a price for `elapsed` of `owed` (seconds or bps), never more than the price; rounded down. */
export function proRataMicro(priceMicro: number, elapsed: number, owed: number): number {
  return mulDivDown(priceMicro, Math.min(elapsed, owed), owed);
}

function feesOn(micro: number, priority: number, rates: FeeRates): Fees {
  const surcharge = mulDivDown(micro, rates.surchargeBps * priority, BPS * MAX_PRIORITY);
  return {
    communityFundMicro: mulDivDown(micro, rates.communityFundBps, BPS) + surcharge,
    auditorsMicro: mulDivDown(micro, rates.auditorsBps, BPS),
    matcherMicro: Math.max(rates.matcherFloorMicro, mulDivDown(micro, rates.matcherBps, BPS)),
    treasuryMicro: mulDivDown(micro, rates.treasuryBps, BPS),
  };
}

function total(fees: Fees): number {
  return fees.communityFundMicro + fees.auditorsMicro + fees.matcherMicro + fees.treasuryMicro;
}
