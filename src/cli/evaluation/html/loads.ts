import { METRICS, type MetricName } from '../../../training/metrics.ts';
import type { Standing } from '../../../training/standings.ts';
import type { Estimate } from '../../../training/statistics.ts';
import { type EvaluationReport, type LoadStandings, mainStandings } from '../EvaluationReport.ts';
import { shownInterval } from '../numbers.ts';
import { type Line, linePlot } from './linePlot.ts';
import { escaped, htmlTable } from './markup.ts';
import { legend, tonesOf } from './tones.ts';

const SWEPT: readonly MetricName[] = ['welfare', 'urgentOnTime', 'completionShare', 'waitP95'];

/** How the rules hold as the load grows; nothing where one load was played. */
export function loadSection(report: EvaluationReport): string {
  const { byLoad } = report;
  if (byLoad.length < 2) return '';
  const { standings } = mainStandings(report);
  const toneOf = tonesOf(standings);
  const names = standings.rules.map(({ name }) => name);
  const lines = (of: (rule: Standing) => Estimate | null) => linesOf(byLoad, names, toneOf, of);
  const ratios = linePlot(
    'Welfare by load, over the best untuned rule at that load',
    { x: 'load', y: 'welfare / best untuned', level: 1 },
    lines(({ welfareRatio }) => welfareRatio),
  );
  const metrics = SWEPT.map((metric) => {
    const { title, unit } = METRICS[metric];
    const drawn = linePlot(
      `${title} by load`,
      { x: 'load', y: unit },
      lines(({ metrics: all }) => all[metric]),
    );
    return `<figure><h3>${escaped(title)} <span class="unit">${escaped(unit)}</span></h3>${drawn}</figure>`;
  });
  return `<section><h2>Load sweep</h2>
<p>Load is demanded GPU time over offered GPU time: above 1 not everything can be served.</p>
${legend(names, toneOf)}<div class="plots"><figure><h3>welfare ratio <span class="unit">to the best untuned rule</span></h3>${ratios}</figure>
${metrics.join('\n')}</div>
<details><summary>The same as tables</summary>${tables(byLoad, names)}</details></section>`;
}

function linesOf(
  byLoad: readonly LoadStandings[],
  names: readonly string[],
  toneOf: (name: string) => string,
  of: (rule: Standing) => Estimate | null,
): readonly Line[] {
  return names.map((label) => ({
    label,
    tone: toneOf(label),
    points: byLoad.flatMap(({ load, standings }) => {
      const estimate = estimateOf(standings.rules, label, of);
      return estimate && Number.isFinite(estimate.value)
        ? [{ x: load, y: estimate.value, low: estimate.low, high: estimate.high }]
        : [];
    }),
  }));
}

function estimateOf(
  rules: readonly Standing[],
  name: string,
  of: (rule: Standing) => Estimate | null,
): Estimate | null {
  const rule = rules.find((one) => one.name === name);
  return rule === undefined ? null : of(rule);
}

function tables(byLoad: readonly LoadStandings[], names: readonly string[]): string {
  const header = ['rule', ...byLoad.map(({ load }) => `load ${load}`)];
  const cells = (of: (rule: Standing) => Estimate | null) =>
    names.map((name) => [
      name,
      ...byLoad.map(({ standings }) => {
        const estimate = estimateOf(standings.rules, name, of);
        return estimate === null ? '–' : shownInterval(estimate);
      }),
    ]);
  const ofMetric = SWEPT.map((metric) =>
    htmlTable(
      `${METRICS[metric].title}, ${METRICS[metric].unit}`,
      header,
      cells(({ metrics }) => metrics[metric]),
    ),
  );
  const ratio = htmlTable(
    'Welfare over the best untuned rule',
    header,
    cells(({ welfareRatio }) => welfareRatio),
  );
  return [ratio, ...ofMetric].join('\n');
}
