import { METRIC_NAMES, METRICS, type MetricName } from '../../../training/metrics.ts';
import type { Standings } from '../../../training/standings.ts';
import { shownInterval } from '../numbers.ts';
import { barPlot } from './barPlot.ts';
import { escaped, htmlTable } from './markup.ts';
import { titled } from './standing.ts';
import { tonesOf } from './tones.ts';

/** A plot for each metric that any rule measured, rules in the same order in all of them. */
export function metricsSection(standings: Standings): string {
  const { rules } = standings;
  const measured = METRIC_NAMES.filter((name) =>
    rules.some(({ metrics }) => Number.isFinite(metrics[name].value)),
  );
  const header = ['rule', ...measured.map(titled)];
  const rows = rules.map(({ name, metrics }) => [
    name,
    ...measured.map((metric) => shownInterval(metrics[metric])),
  ]);
  return `<section><h2>Every metric</h2>
<p>Interquartile means over all runs with 95 % intervals. Rules keep the order of their welfare; the best figure is bold.</p>
<div class="plots">${measured.map((metric) => figure(metric, standings)).join('\n')}</div>
<details><summary>The same as a table</summary>${htmlTable('Every metric of every rule', header, rows)}</details></section>`;
}

function figure(metric: MetricName, standings: Standings): string {
  const { title, unit, better, meaning } = METRICS[metric];
  const toneOf = tonesOf(standings);
  const bars = standings.rules
    .filter(({ role, metrics }) => role !== 'bound' || Number.isFinite(metrics[metric].value))
    .map(({ name, metrics }) => ({
      label: name,
      estimate: metrics[metric],
      tone: toneOf(name),
      isBest: standings.best[metric] === name,
    }));
  return `<figure><h3>${escaped(title)} <span class="unit">${escaped(unit)}, ${better} is better</span></h3>
<figcaption>${escaped(meaning)}</figcaption>${barPlot(title, unit, bars)}</figure>`;
}
