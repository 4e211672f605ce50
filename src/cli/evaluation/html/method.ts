import { METRIC_NAMES, METRICS } from '../../../training/metrics.ts';
import { type EvaluationReport, mainStandings } from '../EvaluationReport.ts';
import { escaped } from './markup.ts';

/** How the figures were made and what each means. */
export function methodSection(report: EvaluationReport): string {
  const { standings } = mainStandings(report);
  const [first, last] = [report.arrivalSeeds[0], report.arrivalSeeds.at(-1)];
  const trained = Math.max(...standings.rules.map(({ trainingSeeds }) => trainingSeeds));
  const definitions = METRIC_NAMES.map((name) => {
    const { title, unit, better, meaning, notJudged } = METRICS[name];
    const why = notJudged === null ? '' : ` Shown and not judged: ${notJudged}.`;
    const term = `${escaped(title)} <span class="unit">${escaped(unit)}, ${better} is better</span>`;
    return `<dt>${term}</dt><dd>${escaped(meaning + why)}</dd>`;
  });
  return `<section><h2>How it was measured</h2>
<p>Every rule met the same arrivals, failures and nodes: ${standings.arrivalSeeds} arrival seeds (${first} to ${last}), apart from
those of trainings. What is trained was trained with up to ${trained} seeds and each result played all of them.</p>
<p>An interquartile mean leaves out the lowest and the highest quarter of the runs. Intervals are the middle 95 % of 2,000
bootstrap resamples that draw training seeds and, for all of them alike, arrival seeds. Ratios resample rules in pairs, so what the
arrivals do to both cancels.</p>
<dl>${definitions.join('\n')}</dl></section>`;
}
