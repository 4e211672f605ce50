import { METRIC_NAMES, METRICS, type MetricName, type MetricValues } from './metrics.ts';
import {
  type Estimate,
  type Grid,
  gridEstimate,
  pairedRatio,
  performanceProfile,
  relativeGain,
} from './statistics.ts';

/** What a rule is in a comparison. Untuned rules are as they come; tuned ones saw the scenario; a bound is no rule. */
export type Role = 'policy' | 'untuned' | 'tuned' | 'bound';

/** What a rule did: a row for each training seed (one where nothing is trained), a column for each arrival seed. */
export interface RuleRuns {
  readonly name: string;
  readonly role: Role;
  readonly runs: readonly (readonly MetricValues[])[];
}

/** A rule among the others. */
export interface Standing {
  readonly name: string;
  readonly role: Role;
  readonly trainingSeeds: number;
  /** Interquartile means over all runs. */
  readonly metrics: Readonly<Record<MetricName, Estimate>>;
  /** Welfare over that of the best untuned rule, ratio of sums on the same arrivals; null where there is none. */
  readonly welfareRatio: Estimate | null;
  /** The part of the runs whose welfare over that of the best untuned rule on the same arrivals reaches each τ. */
  readonly profile: readonly Estimate[];
}

/** How rules compare that met the same arrivals. */
export interface Standings {
  readonly arrivalSeeds: number;
  /** Best welfare first; bounds come before all. */
  readonly rules: readonly Standing[];
  /** The untuned rule of the highest mean welfare on these very seeds: chosen after the fact, in its favour. */
  readonly bestUntuned: string | null;
  /** By metric, of all rules but bounds. */
  readonly best: Readonly<Record<MetricName, string | null>>;
}

/** Thresholds of performance profiles. */
export const PROFILE_THRESHOLDS: readonly number[] = Array.from({ length: 51 }, (_, i) => (50 + i * 2) / 100);

/** @example standingsOf([{ name: 'policy', role: 'policy', runs }, { name: 'random', role: 'untuned', runs: [row] }], 1) */
export function standingsOf(rules: readonly RuleRuns[], bootstrapSeed: number): Standings {
  const untuned = bestByMeanWelfare(rules.filter(({ role }) => role === 'untuned'));
  const standings = rules.map((rule) => standingOf(rule, untuned, bootstrapSeed));
  const judged = standings.filter(({ role }) => role !== 'bound');
  return {
    arrivalSeeds: rules[0]?.runs[0]?.length ?? 0,
    rules: standings.toSorted(
      (a, b) =>
        Number(b.role === 'bound') - Number(a.role === 'bound') ||
        b.metrics.welfare.value - a.metrics.welfare.value ||
        (a.name < b.name ? -1 : 1),
    ),
    bestUntuned: untuned?.name ?? null,
    best: byMetric((metric) => bestAt(metric, judged)?.name ?? null),
  };
}

/** Of one metric, for statistics. */
export const gridOf = ({ runs }: Pick<RuleRuns, 'runs'>, metric: MetricName): Grid =>
  runs.map((row) => row.map((values) => values[metric]));

/** The rule that brought most, or undefined of none. */
export function bestByMeanWelfare(rules: readonly RuleRuns[]): RuleRuns | undefined {
  const welfare = rules.map((rule) => meanOf(gridOf(rule, 'welfare')));
  return rules[welfare.indexOf(Math.max(...welfare))];
}

/** How a rule does at one metric beside whichever other rule is best at that one. */
export interface MetricRatio {
  readonly metric: MetricName;
  readonly rival: string;
  /** Of interquartile means; above 1 where ours is better, whichever way better is. */
  readonly ratio: number;
}

/** At every metric that is judged and that both measured. */
export function metricRatios(ours: Standing, rivals: readonly Standing[]): readonly MetricRatio[] {
  return METRIC_NAMES.filter((metric) => METRICS[metric].notJudged === null).flatMap((metric) => {
    const rival = bestAt(metric, rivals);
    const [our, their] = [ours.metrics[metric].value, rival?.metrics[metric].value ?? Number.NaN];
    if (rival === undefined || Number.isNaN(our)) return [];
    const ratio = METRICS[metric].better === 'higher' ? timesBetter(our, their) : timesBetter(their, our);
    return [{ metric, rival: rival.name, ratio }];
  });
}

function standingOf(rule: RuleRuns, untuned: RuleRuns | undefined, seed: number): Standing {
  const welfare = gridOf(rule, 'welfare');
  // A bound may know the first arrivals alone.
  const base = untuned && gridOf(untuned, 'welfare').map((row) => row.slice(0, welfare[0]!.length));
  return {
    name: rule.name,
    role: rule.role,
    trainingSeeds: rule.runs.length,
    metrics: byMetric((metric) => gridEstimate(gridOf(rule, metric), seed)),
    welfareRatio: base ? pairedRatio(welfare, base, seed) : null,
    profile: base ? performanceProfile(overBase(welfare, base), PROFILE_THRESHOLDS, seed) : [],
  };
}

/** Each run over the mean of the base's runs on the same arrivals. */
function overBase(grid: Grid, base: Grid): Grid {
  const baseOf = grid[0]!.map((_, column) => meanOf(base.map((row) => [row[column]!])));
  return grid.map((row) => row.map((value, i) => 1 + relativeGain(value - baseOf[i]!, baseOf[i]!)));
}

function bestAt(metric: MetricName, rules: readonly Standing[]): Standing | undefined {
  const sign = METRICS[metric].better === 'higher' ? 1 : -1;
  const measured = rules.filter(({ metrics }) => !Number.isNaN(metrics[metric].value));
  const worth = measured.map(({ metrics }) => sign * metrics[metric].value);
  return measured[worth.indexOf(Math.max(...worth))];
}

/** Two that are nothing are equal. */
const timesBetter = (more: number, less: number) => (more === less ? 1 : more / less);

function byMetric<T>(of: (metric: MetricName) => T): Readonly<Record<MetricName, T>> {
  return Object.fromEntries(METRIC_NAMES.map((metric) => [metric, of(metric)])) as Record<MetricName, T>;
}

function meanOf(grid: Grid): number {
  const values = grid.flat();
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** What is known of a bound: welfare, and nothing else. */
export const boundMetrics = (welfare: number): MetricValues => ({
  ...byMetric(() => Number.NaN),
  welfare,
});
