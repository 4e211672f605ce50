import { shown } from '../numbers.ts';
import { element } from './markup.ts';
import { line, PLOT_WIDTH, plot, text } from './plot.ts';
import { extent, linear, type Scale, tickLabel } from './scale.ts';

export interface Line {
  readonly label: string;
  /** The colour, as a class of the page. */
  readonly tone: string;
  readonly points: readonly LinePoint[];
}

export interface LinePoint {
  readonly x: number;
  readonly y: number;
  /** The ends of its interval; as `y` where there is none. */
  readonly low: number;
  readonly high: number;
}

export interface LineAxes {
  readonly x: string;
  readonly y: string;
  /** A level to compare with, drawn across. */
  readonly level?: number;
}

const HEIGHT = 270;
const [LEFT, RIGHT, TOP, BOTTOM] = [52, 14, 12, 44];

/** Lines with their intervals as bands. The grey ones are drawn first, so that none hides one that has a colour. */
export function linePlot(title: string, axes: LineAxes, lines: readonly Line[]): string {
  const points = lines.flatMap((one) => one.points);
  const x = linear(extent(points.map((point) => point.x)), [LEFT, PLOT_WIDTH - RIGHT]);
  const ys = points.flatMap(({ low, high }) => [low, high]);
  const y = linear(
    padded(extent(axes.level === undefined ? ys : [...ys, axes.level])),
    [HEIGHT - BOTTOM, TOP],
    5,
  );
  const drawn = lines.toSorted((a, b) => Number(b.tone === 'rest') - Number(a.tone === 'rest'));
  const description = lines.map((one) => described(one)).join('; ');
  return plot(
    title,
    description,
    HEIGHT,
    [frame(axes, x, y), ...drawn.map((one) => curve(one, x, y))].join(''),
  );
}

function frame({ x: xTitle, y: yTitle, level }: LineAxes, x: Scale, y: Scale): string {
  const bottom = HEIGHT - BOTTOM;
  const across = y.ticks.map(
    (tick) =>
      line([LEFT, y.at(tick)], [PLOT_WIDTH - RIGHT, y.at(tick)], 'grid') +
      text(LEFT - 6, y.at(tick) + 4, tickLabel(tick), 'tick end'),
  );
  const below = x.ticks.map((tick) => text(x.at(tick), bottom + 16, tickLabel(tick), 'tick middle'));
  const middle = (TOP + bottom) / 2;
  const turned = element(
    'text',
    { x: 12, y: middle, class: 'tick middle', transform: `rotate(-90 12 ${middle})` },
    yTitle,
  );
  const mark =
    level === undefined ? '' : line([LEFT, y.at(level)], [PLOT_WIDTH - RIGHT, y.at(level)], 'zero');
  const title = text((LEFT + PLOT_WIDTH - RIGHT) / 2, HEIGHT - 8, xTitle, 'tick middle');
  return across.join('') + below.join('') + mark + title + turned;
}

function curve({ tone, points }: Line, x: Scale, y: Scale): string {
  const told = points.filter((point) => Number.isFinite(point.y));
  const at = (px: number, py: number) => `${x.at(px).toFixed(1)},${y.at(py).toFixed(1)}`;
  const upper = told.map((point) => at(point.x, point.high));
  const lower = told.toReversed().map((point) => at(point.x, point.low));
  const hasBand = tone !== 'rest' && told.some(({ low, high }) => high > low);
  const band = hasBand
    ? element('polygon', { points: [...upper, ...lower].join(' '), class: `band ${tone}` })
    : '';
  return (
    band +
    element('polyline', {
      points: told.map((point) => at(point.x, point.y)).join(' '),
      class: `line ${tone}`,
    })
  );
}

function described({ label, points }: Line): string {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return `${label}: nothing`;
  return `${label}: from ${shown(first.y)} at ${shown(first.x)} to ${shown(last.y)} at ${shown(last.x)}`;
}

function padded([low, high]: readonly [number, number]): [number, number] {
  const room = (high - low) * 0.04;
  return [low - room, high + room];
}
