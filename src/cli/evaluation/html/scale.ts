/** From values to pixels, along a line. */
export interface Scale {
  readonly ticks: readonly number[];
  at(value: number): number;
}

/**
 * A linear scale over a domain, with ticks at round numbers.
 *
 * @example linear([0, 10], [0, 100]).at(5) // 50
 */
export function linear(
  domain: readonly [number, number],
  range: readonly [number, number],
  count = 4,
): Scale {
  const [from, to] = domain[0] === domain[1] ? [domain[0], domain[0] + 1] : domain;
  const at = (value: number) => range[0] + ((value - from) / (to - from)) * (range[1] - range[0]);
  return { at, ticks: roundNumbers(from, to, count) };
}

/** Steps of 1, 2 or 5 times a power of ten. */
function roundNumbers(from: number, to: number, count: number): readonly number[] {
  const rough = (to - from) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Ticks are round: all their digits, thousands apart. */
export const tickLabel = (tick: number): string =>
  tick.toLocaleString('en-US', { maximumFractionDigits: 12 });

/** The smallest and the largest of the numbers that are any. */
export function extent(values: readonly number[]): [number, number] {
  const told = values.filter((value) => Number.isFinite(value));
  return told.length === 0 ? [0, 1] : [Math.min(...told), Math.max(...told)];
}
