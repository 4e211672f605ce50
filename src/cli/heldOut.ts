import type { IntegerNetwork } from '../domain/types.ts';
import { EvaluationPool } from '../trainer/EvaluationPool.ts';
import { type Comparison, gainOver } from '../training/evaluate.ts';
import type { Scenario } from '../training/scenario.ts';
import { heldOutSeeds } from '../training/seeds.ts';
import { onInterrupt } from './interrupt.ts';
import type { Session } from './Session.ts';

const SEEDS = heldOutSeeds(24);

/** What a command tells of a policy that it made. */
export interface HeldOut extends Pick<Comparison, 'gain' | 'gainInterval' | 'verdict'> {
  readonly welfare: { readonly policyMicro: number; readonly priceAloneMicro: number };
}

/** A policy that is already written beside price alone, on arrivals that no training plays. */
export async function heldOut(
  { out }: Session,
  scenario: Scenario,
  network: IntegerNetwork,
  workers: number,
): Promise<HeldOut> {
  const pool = new EvaluationPool([scenario], workers);
  const forget = onInterrupt(() => out.note('Interrupted; the policy is written.'));
  const [ours, theirs] = await out
    .task('Playing held-out seeds', () => pool.welfare([network, null], SEEDS))
    .finally(() => {
      forget();
      return pool.close();
    });
  const { oursMicro, theirsMicro, ...told } = gainOver(ours!, theirs!);
  return { welfare: { policyMicro: oursMicro, priceAloneMicro: theirsMicro }, ...told };
}

/** @example shownGain({ gain: 0.051, gainInterval: { low: 0.032, high: 0.07 } }) // '5.1 % (95 %: 3.2 % to 7.0 %)' */
export const shownGain = ({ gain, gainInterval: { low, high } }: Pick<HeldOut, 'gain' | 'gainInterval'>) =>
  `${percent(gain)} (95 %: ${percent(low)} to ${percent(high)})`;

export const percent = (part: number) => `${(part * 100).toFixed(1)} %`;
