import { MICRO_PER_AICC } from '../domain/units.ts';

const DECIMALS = 3;

/** AICC for tables, rounded: what is not nothing is never shown as nothing. Exact amounts are `formatAicc`'s. */
export function roundAicc(micro: number | bigint, decimals = DECIMALS): string {
  const aicc = Number(micro) / MICRO_PER_AICC;
  const least = 10 ** -decimals;
  if (aicc > 0 && aicc < least / 2) return `<${least.toFixed(decimals)}`;
  return aicc.toFixed(decimals).replace(/^-(?=[0.]+$)/, '');
}

/** "1 match", "2 matches". */
export const counted = (count: number, noun: string, plural = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : plural}`;

/** A status with its reason, where that says more. */
export const because = (status: string, reason: string): string =>
  reason === 'None' || reason === status ? status : `${status} (${reason})`;
