import { PROFILE_THRESHOLDS, type Standings } from '../../../training/standings.ts';
import { linePlot } from './linePlot.ts';
import { escaped, htmlTable } from './markup.ts';
import { legend, tonesOf } from './tones.ts';

const TABLED = PROFILE_THRESHOLDS.filter((_, i) => i % 5 === 0);

/** On how many runs each rule reaches how much of the best untuned rule's welfare. */
export function profileSection(standings: Standings): string {
  const { bestUntuned } = standings;
  const rules = standings.rules.filter(({ profile }) => profile.length > 0);
  if (bestUntuned === null || rules.length === 0) return '';
  const toneOf = tonesOf(standings);
  const lines = rules.map(({ name, profile }) => ({
    label: name,
    tone: toneOf(name),
    points: profile.map(({ value, low, high }, i) => ({
      x: PROFILE_THRESHOLDS[i]!,
      y: 100 * value,
      low: 100 * low,
      high: 100 * high,
    })),
  }));
  const axes = { x: 'τ: welfare over that of the best untuned rule', y: 'runs that reach τ, %' };
  const rows = rules.map(({ name, profile }) => [
    name,
    ...TABLED.map(
      (threshold) => `${Math.round(100 * profile[PROFILE_THRESHOLDS.indexOf(threshold)]!.value)} %`,
    ),
  ]);
  return `<section><h2>Performance profiles</h2>
<p>Each run, beside ${escaped(bestUntuned)} on the same arrivals: the part of the runs that reach τ times its welfare. Higher is
better; a line that falls late and steeply is good everywhere, not on average alone.</p>
<figure class="wide">${legend(
    rules.map(({ name }) => name),
    toneOf,
  )}${linePlot('Performance profiles', axes, lines)}</figure>
<details><summary>The same as a table</summary>${htmlTable(
    'Runs that reach τ times the welfare of the best untuned rule',
    ['rule', ...TABLED.map((threshold) => `τ = ${threshold}`)],
    rows,
  )}</details></section>`;
}
