import type { Estimate } from '../../training/statistics.ts';

/**
 * A number as people read it: three digits or all before the point; a dash for what was not measured.
 *
 * @example shown(12345.6) // '12,346'
 */
export function shown(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString('en-US');
  const digits = size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value === 0 ? '0' : value.toFixed(digits);
}

/** @example shownInterval({ value: 1.1, low: 1.05, high: 1.2 }) // '1.10 [1.05, 1.20]' */
export function shownInterval({ value, low, high }: Estimate): string {
  return Number.isFinite(value) ? `${shown(value)} [${shown(low)}, ${shown(high)}]` : '–';
}
