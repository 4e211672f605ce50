import type { Estimate } from '../../../training/statistics.ts';
import { shown, shownInterval } from '../numbers.ts';
import { element } from './markup.ts';
import { line, PLOT_WIDTH, plot, text } from './plot.ts';
import { extent, linear, type Scale, tickLabel } from './scale.ts';

export interface Bar {
  readonly label: string;
  readonly estimate: Estimate;
  /** The colour, as a class of the page. */
  readonly tone: string;
  readonly isBest: boolean;
}

const ROW = 22;
const LABELS = 138;
const FIGURES = 62;
const TOP = 6;

/** Horizontal bars from zero with their intervals; a row for each rule, its figure at the end. */
export function barPlot(title: string, unit: string, bars: readonly Bar[]): string {
  const height = TOP + bars.length * ROW + 22;
  const [low, high] = extent([0, ...bars.flatMap(({ estimate }) => [estimate.low, estimate.high])]);
  const scale = linear([low, high], [LABELS, PLOT_WIDTH - FIGURES - 8]);
  const rows = bars.map((bar, i) => row(bar, scale, TOP + i * ROW));
  const description = bars
    .map(({ label, estimate }) => `${label}: ${shownInterval(estimate)} ${unit}`)
    .join('; ');
  return plot(title, description, height, axis(scale, TOP, TOP + bars.length * ROW) + rows.join(''));
}

function axis({ ticks, at }: Scale, top: number, bottom: number): string {
  return ticks
    .map(
      (tick) =>
        line([at(tick), top], [at(tick), bottom], tick === 0 ? 'zero' : 'grid') +
        text(at(tick), bottom + 15, tickLabel(tick), 'tick middle'),
    )
    .join('');
}

function row({ label, estimate, tone, isBest }: Bar, { at }: Scale, y: number): string {
  const middle = y + ROW / 2;
  const name = text(LABELS - 8, middle + 4, label, `label end${isBest ? ' best' : ''}`);
  const figure = text(PLOT_WIDTH - 2, middle + 4, shown(estimate.value), `label end${isBest ? ' best' : ''}`);
  if (!Number.isFinite(estimate.value)) return name + figure;
  const [from, to] = [at(0), at(estimate.value)].sort((a, b) => a - b);
  const bar = element('rect', {
    x: from!,
    y: y + 4,
    width: to! - from!,
    height: ROW - 8,
    rx: 2,
    class: `bar ${tone}`,
  });
  const whisker = [
    line([at(estimate.low), middle], [at(estimate.high), middle], 'whisker'),
    line([at(estimate.low), middle - 4], [at(estimate.low), middle + 4], 'whisker'),
    line([at(estimate.high), middle - 4], [at(estimate.high), middle + 4], 'whisker'),
  ];
  return name + bar + whisker.join('') + figure;
}
