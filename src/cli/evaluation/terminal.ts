import { METRIC_NAMES } from '../../training/metrics.ts';
import type { Standing, Standings } from '../../training/standings.ts';
import { type EvaluationReport, mainStandings } from './EvaluationReport.ts';
import { titled } from './html/standing.ts';
import { shownInterval } from './numbers.ts';
import { leadOf } from './words.ts';

const WIDTH = 100;
const GAP = '  ';

/** A column to be: its title and its cell of each rule. */
type Column = readonly string[];

/** The tables of an evaluation, none wider than 100 columns; a star marks the best of each column. */
export function evaluationTables(report: EvaluationReport): string {
  const { load, standings } = mainStandings(report);
  const parts = [...wrapped(leadOf(report)), '', ...blocks(nameColumn(standings), columnsOf(standings))];
  if (report.byLoad.length > 1) {
    parts.push(`Welfare over the best untuned rule, by load (above: load ${load})`, '');
    parts.push(...blocks(nameColumn(standings), loadColumns(report, standings)));
  }
  parts.push('Interquartile means with 95 % intervals over training and arrival seeds; * is the best rule.');
  return `${parts.join('\n')}\n`;
}

function wrapped(text: string): readonly string[] {
  return [...text.matchAll(/(\S.{0,98}\S)(?=\s|$)/g)].map(([line]) => line);
}

const nameColumn = ({ rules }: Standings): Column => ['rule', ...rules.map(({ name }) => name)];

function columnsOf({ rules, best }: Standings): readonly Column[] {
  const metrics = METRIC_NAMES.filter((name) =>
    rules.some((rule) => Number.isFinite(rule.metrics[name].value)),
  ).map((name) => [
    titled(name),
    ...rules.map((rule) => marked(shownInterval(rule.metrics[name]), best[name] === rule.name)),
  ]);
  const [welfare, ...others] = metrics;
  return [welfare ?? [], ratioColumn(rules), ...others];
}

function loadColumns({ byLoad }: EvaluationReport, { rules }: Standings): readonly Column[] {
  return byLoad.map(({ load, standings }) => {
    const inOrder = rules.flatMap(({ name }) => standings.rules.find((rule) => rule.name === name) ?? []);
    return [String(load), ...ratioColumn(inOrder).slice(1)];
  });
}

function ratioColumn(rules: readonly Standing[]): Column {
  const cells = rules.map(({ welfareRatio: ratio }) =>
    ratio === null ? '–' : `${ratio.value.toFixed(2)} [${ratio.low.toFixed(2)}, ${ratio.high.toFixed(2)}]`,
  );
  return ['/ best untuned', ...cells.map((cell) => marked(cell, false))];
}

/** As many columns beside the names as fit, then the names again. */
function blocks(names: Column, columns: readonly Column[]): readonly string[] {
  const rows: Column[][] = [];
  let room = 0;
  for (const column of columns) {
    const needed = widthOf(column) + GAP.length;
    if (needed > room) {
      rows.push([]);
      room = WIDTH - widthOf(names);
    }
    rows.at(-1)!.push(column);
    room -= needed;
  }
  return rows.flatMap((block) => [...lines([names, ...block]), '']);
}

function lines(columns: readonly Column[]): readonly string[] {
  const widths = columns.map(widthOf);
  return columns[0]!.map((_, row) =>
    columns
      .map((column, i) => (i === 0 ? column[row]!.padEnd(widths[i]!) : column[row]!.padStart(widths[i]!)))
      .join(GAP)
      .trimEnd(),
  );
}

const marked = (cell: string, isBest: boolean) => `${cell}${isBest ? '*' : ' '}`;

const widthOf = (column: Column) => Math.max(...column.map((cell) => [...cell].length));
