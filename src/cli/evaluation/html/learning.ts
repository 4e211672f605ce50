import type { LearningCurve } from '../learningCurves.ts';
import { shown } from '../numbers.ts';
import { linePlot } from './linePlot.ts';
import { element, escaped, htmlTable } from './markup.ts';

/** What a training may tell of itself and a reader wants to see, in this order. */
const TOLD: Readonly<Record<string, string>> = {
  heldOutGain: 'welfare beside price alone, in validation',
  validation: 'welfare in validation',
  welfare: 'welfare',
  reward: 'reward of a step',
  entropy: 'entropy, of the largest possible',
  kl: 'KL divergence of an update',
  explainedVariance: 'variance that the critic explains',
  temperature: 'temperature',
};

/** How training went, a line for each training seed; nothing where no metrics were given. */
export function learningSection(curves: readonly LearningCurve[]): string {
  if (curves.length === 0) return '';
  const told = Object.keys(TOLD).filter((key) =>
    curves.some(({ points }) => points.some((point) => key in point)),
  );
  return `<section><h2>Learning curves</h2>
<p>A line for each of ${curves.length} training${curves.length === 1 ? '' : 's'}.</p>
<div class="plots">${told.map((key) => figure(key, curves)).join('\n')}</div>
<details><summary>First and last values</summary>${table(told, curves)}</details></section>`;
}

function figure(key: string, curves: readonly LearningCurve[]): string {
  const along = curves[0]!.along;
  const lines = curves.map(({ name, points }) => ({
    label: name,
    tone: 's0 thin',
    points: points.flatMap((point) => {
      const [x, y] = [point[along], point[key]];
      return x === undefined || y === undefined ? [] : [{ x, y, low: y, high: y }];
    }),
  }));
  const heading = `${escaped(key)} ${element('span', { class: 'unit' }, escaped(TOLD[key]!))}`;
  return `<figure><h3>${heading}</h3>${linePlot(TOLD[key]!, { x: along, y: key }, lines)}</figure>`;
}

function table(told: readonly string[], curves: readonly LearningCurve[]): string {
  const header = ['training', 'updates', ...told.flatMap((key) => [`${key}, first`, 'last'])];
  const rows = curves.map(({ name, points }) => {
    const values = told.flatMap((key) => {
      const known = points.flatMap((point) => point[key] ?? []);
      return [shown(known[0] ?? Number.NaN), shown(known.at(-1) ?? Number.NaN)];
    });
    return [name, String(points.length), ...values];
  });
  return htmlTable('Trainings', header, rows);
}
