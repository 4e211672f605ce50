import type { Command } from 'commander';
import { describeTrace, type TraceFigures } from '../../training/traces/describeTrace.ts';
import { formatDuration } from '../duration.ts';
import type { CommandModule, Session } from '../Session.ts';
import { readTraceFile } from '../traceFile.ts';

export const configure: CommandModule['configure'] = (trace, session) => {
  trace
    .command('describe <file>')
    .description('what a recorded cluster has: jobs or machines, GPUs, what was left out, run times')
    .addHelpText(
      'after',
      '\nReads node and pod lists of openb, job lists of Philly (JSON or CSV), and plain CSV.\n\nExample:\n  aicchain trace describe openb_pod_list_default.csv',
    )
    .action((file: string, _: object, command: Command) => describe(session(command), file));
};

function describe({ out }: Session, file: string): void {
  const figures = describeTrace(readTraceFile(file));
  out.result(figures, () => {
    for (const line of linesOf(figures)) out.line(line);
  });
}

const MOST_MODELS = 8;
const count = (n: number): string => n.toLocaleString('en');
const listed = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .slice(0, MOST_MODELS)
    .map(([what, n]) => `${count(n)} ${what}`)
    .join(', ');

function linesOf(figures: TraceFigures): string[] {
  const { file, format, kind, rows, gpus, gpusByModel, dropped, droppedFor, roundedUp, jobs } = figures;
  const more = Object.keys(gpusByModel).length - MOST_MODELS;
  const lines = [
    `${file} (${format}): ${count(rows)} ${kind === 'jobs' ? 'jobs for' : 'machines with'} ${count(gpus)} GPUs`,
    `GPU models: ${listed(gpusByModel) || 'none'}${more > 0 ? ` and ${more} more` : ''}`,
    `left out: ${count(dropped)}${dropped > 0 ? ` (${listed(droppedFor)})` : ''}`,
  ];
  if (jobs === undefined) return lines;
  return [
    ...lines,
    `shares of a GPU rounded up to one: ${count(roundedUp)}`,
    `submitted over ${formatDuration(jobs.spanSec)}; ${count(jobs.gpuHours)} GPU-hours; the largest job has ${count(jobs.largestGpus)} GPUs`,
    `run time: p50 ${count(jobs.runSecP50)} s, p95 ${count(jobs.runSecP95)} s`,
  ];
}
