import type { CsvRow, CsvTable } from './csvTable.ts';
import type { Trace, TraceJob, TraceNode } from './Trace.ts';

/** A row that is no work for GPUs, and why. */
export interface Drop {
  readonly dropped: string;
}

export type ReadJob = (TraceJob & { readonly roundedUp?: boolean }) | Drop;

/** Reads every row of a table as a job. */
export const traceOfJobs = (table: CsvTable, read: (row: CsvRow) => ReadJob): Trace<TraceJob> =>
  jobsTrace(table.file, table.rows.map(read));

/** Jobs in the order of their submission, which counts from the first of them. */
export function jobsTrace(file: string, read: readonly ReadJob[]): Trace<TraceJob> {
  const jobs = read.filter(isKept);
  const firstSec = jobs.reduce((first, { submittedSec }) => Math.min(first, submittedSec), Infinity);
  const rows = jobs.map(({ submittedSec, roundedUp: _, ...job }) => ({
    submittedSec: submittedSec - firstSec,
    ...job,
  }));
  rows.sort((a, b) => a.submittedSec - b.submittedSec); // stable: then by their place in the file
  return { file, rows, ...left(read), roundedUp: jobs.filter(({ roundedUp }) => roundedUp).length };
}

/** Reads every row of a table as a machine; no two may have the same name. */
export function traceOfNodes(
  table: CsvTable,
  nameColumn: string,
  read: (row: CsvRow, name: string) => TraceNode | Drop,
): Trace<TraceNode> {
  const names = new Set<string>();
  const all = table.rows.map((row) => {
    const name = row.text(nameColumn);
    if (name === '') row.refuse(nameColumn, 'must be the name of a machine, not empty');
    if (names.has(name)) row.refuse(nameColumn, `machine ${JSON.stringify(name)} is there twice`);
    names.add(name);
    return read(row, name);
  });
  return { file: table.file, rows: all.filter(isKept), ...left(all), roundedUp: 0 };
}

const isDrop = (row: object): row is Drop => 'dropped' in row;
const isKept = <Row extends object>(row: Row): row is Exclude<Row, Drop> => !isDrop(row);

function left(rows: readonly object[]): { dropped: number; droppedFor: Record<string, number> } {
  const droppedFor: Record<string, number> = {};
  let dropped = 0;
  for (const row of rows) {
    if (!isDrop(row)) continue;
    droppedFor[row.dropped] = (droppedFor[row.dropped] ?? 0) + 1;
    dropped++;
  }
  return { dropped, droppedFor };
}
