import type { IntegerNetwork } from '../domain/types.ts';
import { type Comparison, compare } from '../training/evaluate.ts';
import type { Scenario } from '../training/scenario.ts';
import { heldOutSeeds } from '../training/seeds.ts';
import type { Session } from './Session.ts';

const SEEDS = heldOutSeeds(24);

/** What a command tells of a policy that it made. */
export interface HeldOut extends Pick<Comparison, 'gain' | 'gainInterval' | 'verdict'> {
  readonly welfare: { readonly policyMicro: number; readonly priceAloneMicro: number };
}

/** A new policy beside price alone, on arrivals that no training plays. */
export async function heldOut(
  { out }: Session,
  scenario: Scenario,
  network: IntegerNetwork,
): Promise<HeldOut> {
  const { policy, priceAlone, gain, gainInterval, verdict } = await out.task(
    'Playing held-out seeds',
    async () => compare(scenario, network, SEEDS),
  );
  const welfare = { policyMicro: policy.welfareMicro, priceAloneMicro: priceAlone.welfareMicro };
  return { welfare, gain, gainInterval, verdict };
}

/** @example shownGain({ gain: 0.051, gainInterval: { low: 0.032, high: 0.07 } }) // '5.1 % (95 %: 3.2 % to 7.0 %)' */
export const shownGain = ({ gain, gainInterval: { low, high } }: Pick<HeldOut, 'gain' | 'gainInterval'>) =>
  `${percent(gain)} (95 %: ${percent(low)} to ${percent(high)})`;

export const percent = (part: number) => `${(part * 100).toFixed(1)} %`;
