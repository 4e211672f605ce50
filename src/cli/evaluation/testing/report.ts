import { METRIC_NAMES, METRICS, type MetricName, type MetricValues } from '../../../training/metrics.ts';
import { Random } from '../../../training/random.ts';
import { boundMetrics, type Role, type RuleRuns, standingsOf } from '../../../training/standings.ts';
import type { EvaluationReport } from '../EvaluationReport.ts';
import { learningCurve } from '../learningCurves.ts';

const TYPICAL: Readonly<Record<MetricName, number>> = {
  welfare: 5_200,
  completionShare: 88,
  urgentOnTime: 91,
  waitP50: 14,
  waitP95: 640,
  waitP99: 2_100,
  completionP50: 420,
  completionP95: 3_900,
  completionP99: 9_800,
  pricePerGpuHour: 0.84,
  gCo2PerGpuHour: 152,
  kgCo2: 210,
  utilisation: 78,
  fragmentation: 6.2,
  jainFairness: 0.91,
  decisionMs: 2.4,
};

const RULES: readonly (readonly [name: string, role: Role, trainingSeeds: number, quality: number])[] = [
  ['policy', 'policy', 10, 1.13],
  ['linear-quality', 'tuned', 1, 1.08],
  ['price-alone', 'untuned', 1, 1],
  ['weight-greedy', 'untuned', 1, 0.97],
  ['fgd', 'untuned', 1, 0.86],
  ['best-fit', 'untuned', 1, 0.84],
  ['first-fit <&>', 'untuned', 1, 0.82],
  ['random', 'untuned', 1, 0.6],
];

/** An evaluation as one might come out, for tests of how it is shown. */
export function drawnReport(loads: readonly number[] = [0.8, 1, 1.2], arrivalSeeds = 12): EvaluationReport {
  const random = new Random(1);
  const byLoad = loads.map((load) => {
    const arrivals = Array.from({ length: arrivalSeeds }, () => 1 + 0.08 * random.normal());
    const rules = RULES.map(([name, role, seeds, quality]): RuleRuns => {
      const at = quality ** load;
      return {
        name,
        role,
        runs: Array.from({ length: seeds }, () => arrivals.map((worth) => drawn(worth, at, random))),
      };
    });
    const bound: RuleRuns = {
      name: 'hindsight',
      role: 'bound',
      runs: [arrivals.map((worth) => boundMetrics(TYPICAL.welfare * worth * 1.2))],
    };
    return { load, standings: standingsOf([...rules, bound], 1) };
  });
  return {
    scenario: 'openb: 64 nodes with 310 GPUs, 240 rounds of 60 s',
    arrivalSeeds: Array.from({ length: arrivalSeeds }, (_, i) => 5_000_001 + i),
    complete: true,
    byLoad,
    curves: [1, 2, 3].map((seed) => learningCurve(`seed-0${seed}`, drawnMetrics(random))),
  };
}

function drawn(worth: number, quality: number, random: Random): MetricValues {
  const values = METRIC_NAMES.map((name) => {
    const factor =
      METRICS[name].better === 'higher' ? Math.min(quality, name === 'welfare' ? 9 : 1.09) : 1 / quality;
    return [name, TYPICAL[name] * factor * (name === 'welfare' ? worth : 1) * (1 + 0.02 * random.normal())];
  });
  return Object.fromEntries(values) as MetricValues;
}

function drawnMetrics(random: Random): string {
  return Array.from({ length: 40 }, (_, update) => {
    const learned = update / (update + 8);
    const noise = 0.03 * random.normal();
    return JSON.stringify({
      update: update + 1,
      decisions: 8_192 * (update + 1),
      reward: 0.4 + 0.3 * learned + noise,
      entropy: 0.9 - 0.6 * learned + noise,
      explainedVariance: 0.9 * learned + noise,
    });
  }).join('\n');
}
