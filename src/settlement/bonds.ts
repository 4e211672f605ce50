import { mulDivDown, type ParameterValues } from '../domain/index.ts';

const BPS = 10_000;

/** How often rounds were voided of late; of the whole network, so that a new name sheds nothing. */
export interface Voids {
  readonly voids: number;
  readonly lastVoidRound: number;
}

export const NO_VOIDS: Voids = { voids: 0, lastVoidRound: 0 };

/** Voided rounds that are not forgotten yet in `round`: one is, each `voidMemoryRounds` without another. */
export function remembered(
  { voids, lastVoidRound }: Voids,
  round: number,
  { voidMemoryRounds }: Pick<ParameterValues, 'voidMemoryRounds'>,
): number {
  return Math.max(0, voids - Math.floor((round - lastVoidRound) / voidMemoryRounds));
}

/** After one more round was voided, in `round`. */
export function voidedIn(
  before: Voids,
  round: number,
  parameters: Pick<ParameterValues, 'voidMemoryRounds'>,
): Voids {
  return { voids: remembered(before, round, parameters) + 1, lastVoidRound: round };
}

/** What a round locks of its matcher's bond when it is posted in `round`; `pricesMicro` is the sum of its prices. */
export function roundBondMicro(
  pricesMicro: number,
  voids: Voids,
  round: number,
  parameters: Pick<
    ParameterValues,
    'minMatcherBondMicro' | 'matcherBondBps' | 'voidMemoryRounds' | 'maxBondDoublings'
  >,
): number {
  const share = mulDivDown(pricesMicro, parameters.matcherBondBps, BPS);
  return Math.max(parameters.minMatcherBondMicro, share) * factor(voids, round, parameters);
}

/** What whoever challenges a round in `round` must hold, and loses if that round stands. */
export function challengeBondMicro(
  voids: Voids,
  round: number,
  parameters: Pick<ParameterValues, 'challengeBondMicro' | 'voidMemoryRounds' | 'maxBondDoublings'>,
): number {
  return parameters.challengeBondMicro * factor(voids, round, parameters);
}

function factor(
  voids: Voids,
  round: number,
  parameters: Pick<ParameterValues, 'voidMemoryRounds' | 'maxBondDoublings'>,
): number {
  return 2 ** Math.min(parameters.maxBondDoublings, remembered(voids, round, parameters));
}
