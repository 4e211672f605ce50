import type { Estimate } from '../../training/statistics.ts';

/**
 * A number as people read it: three digits or all before the point; a dash for what was not measured.
 *
 * @example shown(12345.6) // '12,346'
 */
export const shown = (value: number): string => withDigits(value, digitsOf(value));

/** The ends have as many digits as the value. @example shownInterval({ value: 1, low: 0.951, high: 1.2 }) // '1.00 [0.95, 1.20]' */
export function shownInterval({ value, low, high }: Estimate): string {
  if (!Number.isFinite(value)) return '–';
  const digits = digitsOf(value);
  return `${shown(value)} [${withDigits(low, digits)}, ${withDigits(high, digits)}]`;
}

/** After the point. */
function digitsOf(value: number): number {
  const size = Math.abs(value);
  return size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
}

function withDigits(value: number, digits: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
