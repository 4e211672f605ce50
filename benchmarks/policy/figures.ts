import { METRIC_NAMES, METRICS } from '../../src/training/metrics.ts';
import {
  bestByMeanWelfare,
  gridOf,
  metricRatios,
  type Role,
  type RuleRuns,
  type Standing,
  standingsOf,
} from '../../src/training/standings.ts';
import { type Estimate, type Grid, pairedRatio } from '../../src/training/statistics.ts';
import { exact, type Figure, type Figures } from '../report.ts';
import { SHIPPED } from './contenders.ts';

/** A figure with its 95 % interval; its spread is the interval's width. */
export interface IntervalFigure extends Figure {
  readonly interval: readonly [low: number, high: number];
}

const BOOTSTRAP_SEED = 1;
const AIM_BEST_BASELINE = 1.1;
const AIM_HINDSIGHT = 0.95;
const AIM_SINGLE_METRIC = 0.95;

/** The policy beside the best untuned rule, the best tuned one and hindsight at one load. */
export function figuresAtLoad(load: number, runs: readonly RuleRuns[]): Figures {
  return {
    ...ratioTo(`welfareRatioBestBaseline_${load}`, runs, 'untuned', null),
    ...ratioTo(`welfareRatioTunedLinear_${load}`, runs, 'tuned', null),
    ...ratioTo(`welfareRatioHindsight_${load}`, runs, 'bound', load <= 1 ? AIM_HINDSIGHT : null),
  };
}

/** All that is said of the main load: the names that scripts read, then every metric of every rule. */
export function headline(runs: readonly RuleRuns[]): Figures {
  const standings = standingsOf(runs, BOOTSTRAP_SEED);
  return {
    ...withLow(ratioTo('welfareRatioBestBaseline', runs, 'untuned', AIM_BEST_BASELINE), 'welfareRatioLow'),
    ...withLow(ratioTo('welfareRatioTunedLinear', runs, 'tuned', 1), 'welfareRatioTunedLinearLow'),
    ...ratioTo('welfareRatioHindsight', runs, 'bound', AIM_HINDSIGHT),
    ...singleMetrics(standings.rules),
    ...shippedAlone(runs),
    ...Object.fromEntries(standings.rules.flatMap((rule) => figuresOf(rule, standings.arrivalSeeds))),
  };
}

/** What several scenarios, played by the same rules, gave together. */
function pooled(runs: readonly (readonly RuleRuns[])[]): RuleRuns[] {
  return runs[0]!.map((rule, i): RuleRuns => {
    const rows = rule.runs.map((_, row) => runs.flatMap((one) => one[i]!.runs[row]!));
    return { ...rule, runs: rows };
  });
}

/** Over markets pooled, then market by market. */
export function marketFigures(markets: readonly number[], runs: readonly (readonly RuleRuns[])[]): Figures {
  const name = 'marketsWelfareRatioBestBaseline';
  const each = markets.map((market, i) => ratioTo(`${name}_${market}`, runs[i]!, 'untuned', null));
  return Object.assign(
    withLow(ratioTo(name, pooled(runs), 'untuned', AIM_BEST_BASELINE), 'marketsWelfareRatioLow'),
    ...each,
  );
}

/** Over lists pooled, then list by list. */
export function openbFigures(lists: readonly string[], runs: readonly (readonly RuleRuns[])[]): Figures {
  const together = pooled(runs);
  const each = lists.map((list, i) =>
    ratioTo(`openbWelfareRatioBestBaseline_${list}`, runs[i]!, 'untuned', null),
  );
  return Object.assign(
    {
      ...withLow(
        ratioTo('openbWelfareRatioBestBaseline', together, 'untuned', AIM_BEST_BASELINE),
        'openbWelfareRatioLow',
      ),
      ...ratioTo('openbWelfareRatioTunedLinear', together, 'tuned', 1),
      ...ratioTo('openbWelfareRatioHindsight', together, 'bound', AIM_HINDSIGHT),
    },
    ...each,
  );
}

/** Of the shipped file alone: the first of its folder. */
function shippedAlone(runs: readonly RuleRuns[]): Figures {
  const alone = runs.map((rule) => (rule.name === SHIPPED ? { ...rule, runs: rule.runs.slice(0, 1) } : rule));
  return withLow(
    ratioTo('shippedWelfareRatioBestBaseline', alone, 'untuned', AIM_BEST_BASELINE),
    'shippedWelfareRatioLow',
  );
}

/** Nothing where there is no rule of that role. */
function ratioTo(name: string, runs: readonly RuleRuns[], role: Role, aim: number | null): Figures {
  const ours = runs.find((rule) => rule.name === SHIPPED)!;
  const rival = bestByMeanWelfare(runs.filter((rule) => rule.role === role));
  if (rival === undefined) return {};
  const their = gridOf(rival, 'welfare');
  // A bound takes long: it may know fewer of the arrivals, the first ones.
  const our = gridOf(ours, 'welfare').map((row) => row.slice(0, their[0]!.length));
  return {
    [name]: intervalFigure(pairedRatio(our, their, BOOTSTRAP_SEED), `× ${rival.name}`, aim, cells(our)),
  };
}

/** The lower end as a figure of its own: above 1 the policy wins. */
function withLow(figures: Figures, name: string): Figures {
  const [figure] = Object.values(figures) as IntervalFigure[];
  if (figure === undefined) return figures;
  return { ...figures, [name]: exact(figure.interval[0], figure.unit, 'higher', 1, figure.n) };
}

function singleMetrics(standings: readonly Standing[]): Figures {
  const ours = standings.find(({ name }) => name === SHIPPED)!;
  const rivals = standings.filter(({ role }) => role === 'untuned' || role === 'tuned');
  const ratios = metricRatios(ours, rivals);
  const worst = ratios.reduce((least, one) => (one.ratio < least.ratio ? one : least));
  return {
    worstSingleMetricRatio: exact(
      rounded(worst.ratio),
      `× ${worst.rival} at ${METRICS[worst.metric].title}`,
      'higher',
      AIM_SINGLE_METRIC,
      ratios.length,
    ),
    ...Object.fromEntries(
      ratios.map(({ metric, rival, ratio }) => [
        `metricRatio_${metric}`,
        exact(rounded(ratio), `× ${rival}`, 'higher', AIM_SINGLE_METRIC),
      ]),
    ),
  };
}

/** Welfare beside the best untuned rule, then every metric that was measured. */
function figuresOf(rule: Standing, arrivalSeeds: number): readonly (readonly [string, Figure])[] {
  const n = rule.trainingSeeds * arrivalSeeds;
  const ratio = rule.welfareRatio === null ? [] : [rule.welfareRatio];
  return [
    ...ratio.map(
      (estimate) =>
        [`welfareRatio_${rule.name}`, intervalFigure(estimate, '× best untuned rule', null, n)] as const,
    ),
    ...METRIC_NAMES.filter((metric) => Number.isFinite(rule.metrics[metric].value)).map((metric) => {
      const { unit, better } = METRICS[metric];
      return [
        `${metric}_${rule.name}`,
        { ...intervalFigure(rule.metrics[metric], unit, null, n), better },
      ] as const;
    }),
  ];
}

function intervalFigure(
  { value, low, high }: Estimate,
  unit: string,
  aim: number | null,
  n: number,
): IntervalFigure {
  return {
    value: rounded(value),
    unit,
    better: 'higher',
    aim,
    n,
    spread: rounded(high - low),
    interval: [rounded(low), rounded(high)],
  };
}

const cells = (grid: Grid) => grid.reduce((sum, row) => sum + row.length, 0);

/** Five digits. */
const rounded = (value: number) => Number(value.toPrecision(5));
