/** How time grows: power laws fitted to medians, and the figure of docs/matching.md. */

/** Medians against one quantity, the others held. */
export interface Growth {
  readonly of: 'nodes' | 'workloads' | 'classes';
  readonly held: string;
  readonly points: readonly { readonly x: number; readonly coldMs: number; readonly incrementalMs: number }[];
}

export interface PowerLaw {
  readonly exponent: number;
  readonly factor: number;
  /** Of the logarithms: 1 is a perfect fit. */
  readonly r2: number;
}

/** Least squares of log y on log x: y = factor · x^exponent. */
export function fitPowerLaw(points: readonly (readonly [x: number, y: number])[]): PowerLaw {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const mx = mean(logs.map(([x]) => x));
  const my = mean(logs.map(([, y]) => y));
  const sxx = logs.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
  const sxy = logs.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0);
  const syy = logs.reduce((sum, [, y]) => sum + (y - my) ** 2, 0);
  const exponent = sxy / sxx;
  return { exponent, factor: Math.exp(my - exponent * mx), r2: syy === 0 ? 1 : sxy ** 2 / (sxx * syy) };
}

const WIDTH = 300;
const HEIGHT = 240;
const LEFT = 52;
const BOTTOM = 40;
const TOP = 34;
const SERIES = [
  ['coldMs', '#b04a2f', 'cold'],
  ['incrementalMs', '#2f6cb0', 'incremental'],
] as const;

/** One panel a quantity, both axes logarithmic, with the fitted lines. */
export function growthSvg(growths: readonly Growth[]): string {
  const width = growths.length * (WIDTH + LEFT);
  const panels = growths.map((growth, i) => panel(growth, i * (WIDTH + LEFT) + LEFT));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width + 12} ${HEIGHT + TOP + BOTTOM}" font-family="sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    ...panels,
    '</svg>',
    '',
  ].join('\n');
}

function panel({ of, held, points }: Growth, left: number): string {
  const xs = points.map(({ x }) => x);
  const ys = points.flatMap(({ coldMs, incrementalMs }) => [coldMs, incrementalMs]);
  const x = axis(Math.min(...xs), Math.max(...xs), left, left + WIDTH - 20);
  const y = axis(decadeBelow(Math.min(...ys)), decadeAbove(Math.max(...ys)), TOP + HEIGHT, TOP);
  const parts = [
    `<text x="${left}" y="16" font-weight="bold">milliseconds by ${of}</text><text x="${left}" y="29" fill="#666">${held}</text>`,
    ...decades(y.from, y.to).map(
      (ms) =>
        `<line x1="${left}" x2="${left + WIDTH - 20}" y1="${y.at(ms)}" y2="${y.at(ms)}" stroke="#ddd"/><text x="${left - 5}" y="${y.at(ms) + 4}" text-anchor="end">${ms}</text>`,
    ),
    ...xs.map(
      (one) => `<text x="${x.at(one)}" y="${TOP + HEIGHT + 16}" text-anchor="middle">${short(one)}</text>`,
    ),
  ];
  SERIES.forEach(([name, colour, label], i) => {
    const law = fitPowerLaw(points.map((point) => [point.x, point[name]]));
    const ends = [Math.min(...xs), Math.max(...xs)].map(
      (end) => [x.at(end), y.at(law.factor * end ** law.exponent)] as const,
    );
    parts.push(
      ...points.map(
        (point) => `<circle cx="${x.at(point.x)}" cy="${y.at(point[name])}" r="3" fill="${colour}"/>`,
      ),
      `<line x1="${ends[0]![0]}" y1="${ends[0]![1]}" x2="${ends[1]![0]}" y2="${ends[1]![1]}" stroke="${colour}"/>`,
      `<text x="${left + 8}" y="${TOP + 14 + 14 * i}" fill="${colour}">${label}: ∝ ${of}^${law.exponent.toFixed(2)} (R² ${law.r2.toFixed(2)})</text>`,
    );
  });
  return parts.join('\n');
}

function axis(from: number, to: number, start: number, end: number) {
  const span = Math.log(to / from) || 1;
  const at = (value: number) =>
    Math.round((start + (Math.log(value / from) / span) * (end - start)) * 10) / 10;
  return { from, to, at };
}

const decadeBelow = (value: number) => 10 ** Math.floor(Math.log10(value));
const decadeAbove = (value: number) => 10 ** Math.ceil(Math.log10(value));

function decades(from: number, to: number): number[] {
  const all: number[] = [];
  for (let value = from; value <= to * 1.001; value *= 10) all.push(Number(value.toPrecision(1)));
  return all;
}

const short = (value: number) => (value >= 1_000 ? `${value / 1_000}k` : String(value));
