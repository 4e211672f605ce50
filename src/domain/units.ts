import { AICChainError } from './errors.ts';

/** 1 AICC in micro-AICC. */
export const MICRO_PER_AICC = 1_000_000;
/** 1 micro-AICC in wei of AICC. */
export const WEI_PER_MICRO = 10n ** 12n;

/** "12.5" for 12_500_000: AICC without trailing zeros. */
export function formatAicc(micro: number | bigint): string {
  const value = BigInt(micro);
  const size = value < 0n ? -value : value;
  const fraction = (size % 1_000_000n).toString().padStart(6, '0').replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${size / 1_000_000n}${fraction ? `.${fraction}` : ''}`;
}

/** micro-AICC of "12.5"; more than six decimals, signs and amounts above 2^53 − 1 are refused. */
export function parseAicc(text: string): number {
  const match = /^(\d+)(?:\.(\d{1,6}))?$/.exec(text.trim());
  const micro = match
    ? Number(match[1]) * MICRO_PER_AICC + Number((match[2] ?? '').padEnd(6, '0'))
    : Number.NaN;
  if (Number.isSafeInteger(micro)) return micro;
  if (match) {
    throw new AICChainError('BAD_AMOUNT', `${text} AICC is more than any amount may be`, {
      hint: `The most is ${formatAicc(Number.MAX_SAFE_INTEGER)} AICC.`,
    });
  }
  throw new AICChainError('BAD_AMOUNT', `"${text}" is not an amount of AICC`, {
    hint: 'Write it as 12 or 12.5, with at most six decimals.',
  });
}
