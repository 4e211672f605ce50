import type { DetectedTrace } from './detectTrace.ts';
import type { Trace, TraceJob, TraceNode } from './Trace.ts';

/** A trace in figures. */
export interface TraceFigures {
  readonly file: string;
  readonly format: DetectedTrace['format'];
  readonly kind: DetectedTrace['kind'];
  readonly rows: number;
  readonly dropped: number;
  readonly droppedFor: Readonly<Record<string, number>>;
  readonly roundedUp: number;
  /** Of all jobs or machines together. */
  readonly gpus: number;
  /** GPUs by the model that a machine has or that a job must have; 'any' where it does not matter or is not said. */
  readonly gpusByModel: Readonly<Record<string, number>>;
  /** Of jobs only. */
  readonly jobs?: {
    /** From the first submission to the last. */
    readonly spanSec: number;
    readonly gpuHours: number;
    readonly runSecP50: number;
    readonly runSecP95: number;
    readonly largestGpus: number;
  };
}

export function describeTrace({ kind, format, trace }: DetectedTrace): TraceFigures {
  return kind === 'jobs'
    ? { ...figuresOf(format, kind, trace, modelsOfJob), jobs: jobFigures(trace) }
    : figuresOf(format, kind, trace, ({ gpuModel }) => gpuModel ?? 'any');
}

const modelsOfJob = ({ gpuModels }: TraceJob) => [...gpuModels].sort().join('|') || 'any';

function figuresOf<Row extends TraceJob | TraceNode>(
  format: DetectedTrace['format'],
  kind: DetectedTrace['kind'],
  { file, rows, dropped, droppedFor = {}, roundedUp }: Trace<Row>,
  modelOf: (row: Row) => string,
): TraceFigures {
  const byModel = new Map<string, number>();
  for (const row of rows) byModel.set(modelOf(row), (byModel.get(modelOf(row)) ?? 0) + row.gpus);
  const gpus = rows.reduce((sum, row) => sum + row.gpus, 0);
  const gpusByModel = Object.fromEntries([...byModel].sort(([, a], [, b]) => b - a));
  return { file, format, kind, rows: rows.length, dropped, droppedFor, roundedUp, gpus, gpusByModel };
}

function jobFigures({ rows }: Trace<TraceJob>): NonNullable<TraceFigures['jobs']> {
  const runs = rows.map(({ runSec }) => runSec).sort((a, b) => a - b);
  return {
    spanSec: rows.at(-1)?.submittedSec ?? 0,
    gpuHours: Math.round(rows.reduce((sum, { gpus, runSec }) => sum + gpus * runSec, 0) / 3_600),
    runSecP50: nearestRank(runs, 50),
    runSecP95: nearestRank(runs, 95),
    largestGpus: rows.reduce((largest, { gpus }) => Math.max(largest, gpus), 0),
  };
}

/** The smallest value that `percent` of all do not exceed; 0 of none. */
const nearestRank = (ascending: readonly number[], percent: number): number =>
  ascending[Math.max(0, Math.ceil((percent * ascending.length) / 100) - 1)] ?? 0;
