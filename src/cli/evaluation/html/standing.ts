import { METRICS, type MetricName } from '../../../training/metrics.ts';
import type { Role, Standings } from '../../../training/standings.ts';
import { shown, shownInterval } from '../numbers.ts';
import { htmlTable } from './markup.ts';

const SHOWN: readonly MetricName[] = ['welfare', 'completionShare', 'urgentOnTime', 'waitP95', 'utilisation'];

export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  policy: 'policy',
  untuned: 'untuned',
  tuned: 'tuned',
  bound: 'bound',
};

/** Who is where, in one table. */
export function standingSection(standings: Standings): string {
  const header = ['rule', 'kind', 'welfare / best untuned', ...SHOWN.map((name) => titled(name))];
  const rows = standings.rules.map(({ name, role, welfareRatio, metrics }) => [
    name,
    ROLE_WORDS[role],
    welfareRatio === null ? '–' : ratio(welfareRatio),
    shownInterval(metrics.welfare),
    ...SHOWN.slice(1).map((metric) => shown(metrics[metric].value)),
  ]);
  const base = standings.bestUntuned;
  const note =
    base === null
      ? ''
      : `<p>The ratio is of sums over the same arrivals, beside ${base}: of the untuned rules the best on these very
seeds, a choice in its favour.</p>`;
  return `<section><h2>Standing</h2>${note}${htmlTable('Rules by welfare, with 95 % intervals', header, rows)}</section>`;
}

export const titled = (name: MetricName): string => `${METRICS[name].title}, ${METRICS[name].unit}`;

const ratio = ({ value, low, high }: { value: number; low: number; high: number }) =>
  `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
