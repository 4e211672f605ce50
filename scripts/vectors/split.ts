import type { FeeRates } from '../../src/domain/index.ts';
import { escrowMicro, split } from '../../src/settlement/index.ts';
import { type Random, randomFrom } from './random.ts';
import { columnsOf } from './table.ts';

const CASES = 600;
/** The escrow of the largest budget, at the largest rates, still fits 2^53 − 1. */
const MAX_BUDGET_MICRO = 2 ** 51;

/** The bounds of the parameters. */
const LOWEST: FeeRates = {
  communityFundBps: 0,
  auditorsBps: 0,
  matcherBps: 0,
  treasuryBps: 0,
  surchargeBps: 0,
  matcherFloorMicro: 0,
};
const HIGHEST: FeeRates = {
  communityFundBps: 1_000,
  auditorsBps: 1_000,
  matcherBps: 500,
  treasuryBps: 500,
  surchargeBps: 10_000,
  matcherFloorMicro: 1_000_000,
};

export function splitVectors() {
  const random = randomFrom(4);
  const extremes = [LOWEST, HIGHEST].flatMap((rates) =>
    [0, 10_000].flatMap((priority) =>
      [0, 1, MAX_BUDGET_MICRO].flatMap((budget) =>
        [0, budget].map((paid) => splitCase(budget, paid, priority, rates)),
      ),
    ),
  );
  const cases = Array.from({ length: CASES }, () => {
    const budget = random.within(0, MAX_BUDGET_MICRO);
    return splitCase(budget, random.within(0, budget), random.within(0, 10_000), anyRates(random));
  });
  return columnsOf([...extremes, ...cases]);
}

function anyRates(random: Random): FeeRates {
  const names = Object.keys(HIGHEST) as (keyof FeeRates)[];
  return Object.fromEntries(
    names.map((name) => [name, random.within(0, HIGHEST[name])]),
  ) as unknown as FeeRates;
}

function splitCase(budgetMicro: number, paidMicro: number, priority: number, rates: FeeRates) {
  const escrow = escrowMicro(budgetMicro, priority, rates);
  return {
    budgetMicro,
    paidMicro,
    priority,
    ...rates,
    escrowMicro: escrow,
    ...split(escrow, paidMicro, priority, rates),
  };
}
