/**
 * Writes the figures of benchmarks/results/{policy,train,ablations}.json into docs/policy.md, between marks that name the
 * table: node benchmarks/policy/document.ts
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { shown } from '../../src/cli/evaluation/numbers.ts';
import { METRIC_NAMES, METRICS, type MetricName } from '../../src/training/metrics.ts';
import { SHIPPED } from './contenders.ts';

export const DOCUMENT = fileURLToPath(new URL('../../docs/policy.md', import.meta.url));
const resultsOf = (bench: string) => fileURLToPath(new URL(`../results/${bench}.json`, import.meta.url));

interface Shown {
  readonly value: number;
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  readonly n: number;
  readonly aim: number | null;
  readonly spread: number;
  readonly interval?: readonly number[];
}
export type ShownFigures = Readonly<Record<string, Shown>>;

/** Each prints its figures as they are, in a table of its name. */
const PLAIN = ['train', 'ablations'] as const;
/** By benchmark; the tables of one that is absent stay as they are. */
export type ShownResults = Readonly<Partial<Record<'policy' | (typeof PLAIN)[number], ShownFigures>>>;

const AIMED = [
  ['welfare, beside the best untuned rule', 'welfareRatioBestBaseline'],
  ['… the shipped file alone', 'shippedWelfareRatioBestBaseline'],
  ['welfare, beside the tuned linear quality', 'welfareRatioTunedLinear'],
  ['welfare, beside the bound of hindsight', 'welfareRatioHindsight'],
  ['worst single metric, beside whoever is best at it', 'worstSingleMetricRatio'],
  ['welfare on openb lists, beside the best untuned rule', 'openbWelfareRatioBestBaseline'],
] as const;

type TableOf = (figures: ShownFigures) => string;
const POLICY_TABLES: Readonly<Record<string, TableOf>> = {
  headline: (figures) =>
    table(
      ['what', 'figure', 'aim', 'runs'],
      AIMED.filter(([, name]) => figures[name]).map(([what, name]) => {
        const figure = figures[name]!;
        return [
          what,
          `${ratio(figure)} ${figure.unit}`,
          figure.aim === null ? '' : `≥ ${figure.aim}`,
          String(figure.n),
        ];
      }),
    ),
  rules: (figures) =>
    table(
      ['rule', 'welfare, AICC', '/ best untuned', ...BESIDE.map((metric) => titled(metric))],
      rulesOf(figures).map((rule) => [
        rule,
        interval(figures[`welfare_${rule}`]),
        ratio(figures[`welfareRatio_${rule}`]),
        ...BESIDE.map((metric) => value(figures[`${metric}_${rule}`])),
      ]),
    ),
  metrics: (figures) =>
    table(
      ['metric', 'policy', 'best of the others', 'times as good', 'what it is'],
      METRIC_NAMES.filter((metric) => figures[`metricRatio_${metric}`]).map((metric) => {
        const beside = figures[`metricRatio_${metric}`]!;
        const rival = beside.unit.replace('× ', '');
        return [
          titled(metric),
          interval(figures[`${metric}_${SHIPPED}`]),
          `${interval(figures[`${metric}_${rival}`])} (${rival})`,
          beside.value.toFixed(3),
          METRICS[metric].meaning,
        ];
      }),
    ),
  loads: (figures) =>
    table(
      ['load', '/ best untuned', '/ tuned linear', '/ hindsight'],
      loadsOf(figures).map((load) => [
        load,
        ...['BestBaseline', 'TunedLinear', 'Hindsight'].map((to) => {
          const figure = figures[`welfareRatio${to}_${load}`];
          return figure === undefined
            ? ''
            : `${ratio(figure)} ${to === 'BestBaseline' ? figure.unit : ''}`.trim();
        }),
      ]),
    ),
  openb: (figures) =>
    table(
      ['list of openb', '/ best untuned'],
      keysAfter(figures, 'openbWelfareRatioBestBaseline_').map((list) => {
        const figure = figures[`openbWelfareRatioBestBaseline_${list}`]!;
        return [list, `${ratio(figure)} ${figure.unit}`];
      }),
    ),
};

const BESIDE: readonly MetricName[] = ['completionShare', 'urgentOnTime', 'waitP95', 'utilisation'];

/** Every figure of a benchmark, in its order. */
const plainly: TableOf = (figures) =>
  table(
    ['figure', 'value', 'aim', 'runs', 'spread'],
    Object.entries(figures).map(([name, { value, unit, better, aim, n, spread }]) => [
      `\`${name}\``,
      `${value} ${unit}`,
      aim === null ? '' : `${better === 'lower' ? '≤' : '≥'} ${aim}`,
      String(n),
      spread === 0 ? '' : shown(spread),
    ]),
  );

const TABLES: Readonly<Record<string, { readonly bench: keyof ShownResults; readonly tableOf: TableOf }>> =
  Object.fromEntries([
    ...Object.entries(POLICY_TABLES).map(([name, tableOf]) => [name, { bench: 'policy', tableOf }] as const),
    ...PLAIN.map((bench) => [bench, { bench, tableOf: plainly }] as const),
  ]);

/** The page with its tables made from these figures; what is outside the marks is left alone. */
export function documented(page: string, results: ShownResults): string {
  return page.replace(
    /(<!-- figures: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (before, begin: string, name: string, end: string) => {
      const known = TABLES[name];
      if (known === undefined)
        throw new Error(`there is no table "${name}": ${Object.keys(TABLES).join(', ')}`);
      const figures = results[known.bench];
      return figures === undefined ? before : `${begin}\n${known.tableOf(figures)}\n\n${end}`;
    },
  );
}

/** Best welfare first. */
function rulesOf(figures: ShownFigures): readonly string[] {
  const welfare = (rule: string) => figures[`welfare_${rule}`]!.value;
  return keysAfter(figures, 'welfare_').toSorted((a, b) => welfare(b) - welfare(a));
}

const loadsOf = (figures: ShownFigures) =>
  keysAfter(figures, 'welfareRatioBestBaseline_').toSorted((a, b) => Number(a) - Number(b));

const keysAfter = (figures: ShownFigures, prefix: string): readonly string[] =>
  Object.keys(figures)
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length));

function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...body.map(line)].join('\n');
}

const titled = (metric: MetricName) => `${METRICS[metric].title}, ${METRICS[metric].unit}`;

const value = (figure: Shown | undefined) => (figure === undefined ? '' : shown(figure.value));

function interval(figure: Shown | undefined): string {
  if (figure?.interval === undefined) return value(figure);
  return `${shown(figure.value)} [${figure.interval.map(shown).join(', ')}]`;
}

/** Three digits after the point, as gains of a percent matter. */
function ratio(figure: Shown | undefined): string {
  if (figure === undefined) return '';
  const ends = figure.interval?.map((end) => end.toFixed(3)).join(', ');
  return `${figure.value.toFixed(3)}${ends === undefined ? '' : ` [${ends}]`}`;
}

function readResults(): ShownResults {
  const benches = (['policy', ...PLAIN] as const).filter((bench) => existsSync(resultsOf(bench)));
  return Object.fromEntries(
    benches.map((bench) => [bench, JSON.parse(readFileSync(resultsOf(bench), 'utf8')).figures]),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(DOCUMENT, documented(readFileSync(DOCUMENT, 'utf8'), readResults()));
}
