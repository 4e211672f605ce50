import { describe, expect, test } from 'vitest';
import { METRIC_NAMES, METRICS, type MetricValues } from './metrics.ts';
import { boundMetrics, metricRatios, PROFILE_THRESHOLDS, type RuleRuns, standingsOf } from './standings.ts';

/** Runs of one row that measured this welfare and these other things. */
function runsOf(welfare: readonly number[], others: Partial<MetricValues> = {}): MetricValues[] {
  return welfare.map((value) => ({ ...boundMetrics(value), ...others }));
}

const POLICY: RuleRuns = {
  name: 'policy',
  role: 'policy',
  runs: [runsOf([12, 24, 36], { waitP50: 6 }), runsOf([11, 22, 33], { waitP50: 6 })],
};
const CHEAPEST: RuleRuns = {
  name: 'cheapest',
  role: 'untuned',
  runs: [runsOf([10, 20, 30], { waitP50: 10 })],
};
const RANDOM: RuleRuns = { name: 'random', role: 'untuned', runs: [runsOf([1, 2, 3], { waitP50: 3 })] };
const TUNED: RuleRuns = { name: 'tuned', role: 'tuned', runs: [runsOf([11, 21, 31], { waitP50: 8 })] };
const BOUND: RuleRuns = { name: 'hindsight', role: 'bound', runs: [runsOf([40, 40, 40])] };

const standings = standingsOf([RANDOM, TUNED, POLICY, CHEAPEST, BOUND], 1);
const of = (name: string) => standings.rules.find((rule) => rule.name === name)!;

describe('standingsOf', () => {
  test('bounds come first, then the best welfare', () => {
    expect(standings.rules.map(({ name }) => name)).toEqual([
      'hindsight',
      'policy',
      'tuned',
      'cheapest',
      'random',
    ]);
  });

  test('the rule to beat is the best untuned one, neither tuned nor bound', () => {
    expect(standings.bestUntuned).toBe('cheapest');
    expect(of('cheapest').welfareRatio).toEqual({ value: 1, low: 1, high: 1 });
    expect(of('policy').welfareRatio!.value).toBeCloseTo(1.15, 12);
    expect(of('policy').welfareRatio!.low).toBeCloseTo(1.1, 12);
  });

  test('of bounds nothing but welfare is known, and none is best', () => {
    expect(standings.best.welfare).toBe('policy');
    expect(standings.best.waitP50).toBe('random');
    expect(standings.best.kgCo2).toBeNull();
    expect(of('hindsight').metrics.waitP50.value).toBeNaN();
  });

  test('profiles say on how many runs the best untuned rule is beaten, and by how much', () => {
    const share = (name: string, threshold: number) =>
      of(name).profile[PROFILE_THRESHOLDS.indexOf(threshold)]!.value;
    expect([1, 1.1, 1.2, 1.22].map((threshold) => share('policy', threshold))).toEqual([1, 1, 0.5, 0]);
    expect([share('cheapest', 1), share('random', 0.5)]).toEqual([1, 0]);
  });

  test('without an untuned rule nothing is compared with one', () => {
    const alone = standingsOf([POLICY], 1);
    expect([alone.bestUntuned, alone.rules[0]!.welfareRatio, alone.rules[0]!.profile]).toEqual([
      null,
      null,
      [],
    ]);
  });
});

describe('metricRatios', () => {
  const rivals = standings.rules.filter(({ role }) => role === 'untuned' || role === 'tuned');

  test('sets each metric beside whoever is best at it, above 1 where ours is better', () => {
    const ratios = metricRatios(of('policy'), rivals);
    expect(ratios.find(({ metric }) => metric === 'waitP50')).toEqual({
      metric: 'waitP50',
      rival: 'random',
      ratio: 0.5,
    });
    const welfare = ratios.find(({ metric }) => metric === 'welfare')!;
    expect([welfare.rival, welfare.ratio > 1]).toEqual(['tuned', true]);
  });

  test('leaves out what is not judged and what was not measured', () => {
    const judged = METRIC_NAMES.filter((metric) => METRICS[metric].notJudged === null);
    expect(judged).not.toContain('decisionMs');
    expect(metricRatios(of('policy'), rivals).map(({ metric }) => metric)).toEqual(['welfare', 'waitP50']);
  });
});
