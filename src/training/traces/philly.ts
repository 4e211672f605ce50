import { refuseTrace, shown } from './badTrace.ts';
import { CsvTable } from './csvTable.ts';
import { jsonFault } from './jsonFault.ts';
import { type JsonPath, jsonPlace, placeAt } from './jsonPlace.ts';
import { MAX_GPUS, MAX_SEC } from './limits.ts';
import { phillyTimeSec } from './phillyTime.ts';
import { jobsTrace, type ReadJob, traceOfJobs } from './rows.ts';
import type { Trace, TraceJob } from './Trace.ts';

export const PHILLY_COLUMNS = ['submit_time', 'num_gpu', 'duration'];

/**
 * Jobs of Microsoft's Philly clusters: `cluster_job_log` (JSON), or the CSV form of simulators, with submit_time, num_gpu
 * and duration in seconds. A job holds the GPUs of its largest attempt for as long as its attempts ran, taken together;
 * an attempt whose beginning or end was not recorded counts for nothing. Dropped are jobs that never ran, that held no
 * GPU, that were still running when the log ends, and that ran for no whole second.
 */
export function parsePhilly(text: string, file: string): Trace<TraceJob> {
  return /^\uFEFF?\s*[[{]/.test(text) ? parseJobLog(text, file) : parseCsv(text, file);
}

function parseCsv(text: string, file: string): Trace<TraceJob> {
  const table = new CsvTable(text, file);
  table.require(PHILLY_COLUMNS, `Philly-style jobs in CSV have ${PHILLY_COLUMNS.join(', ')}.`);
  return traceOfJobs(table, (row) => {
    const submittedSec = row.whole('submit_time', 0, MAX_SEC);
    const gpus = row.whole('num_gpu', 0, MAX_GPUS);
    const runSec = row.whole('duration', 0, MAX_SEC);
    return jobOf(submittedSec, gpus, runSec);
  });
}

function parseJobLog(withMark: string, file: string): Trace<TraceJob> {
  const text = withMark.replace(/^\uFEFF/, '');
  const log = new JobLog(text, file);
  return jobsTrace(
    file,
    log.list(parseJson(text, file), []).map((job, i) => readJob(log, job, [i])),
  );
}

function jobOf(submittedSec: number, gpus: number, runSec: number): ReadJob {
  if (gpus === 0) return { dropped: 'without GPUs' };
  if (runSec === 0) return { dropped: 'ran for no second' };
  return { submittedSec, gpus, runSec, gpuModels: [], memoryMiB: null, priority: null };
}

interface Attempt {
  readonly gpus: number;
  /** Undefined where its beginning or its end is not recorded. */
  readonly runSec: number | undefined;
  readonly ended: boolean;
}

function readJob(log: JobLog, value: unknown, path: JsonPath): ReadJob {
  const job = log.object(value, path);
  const submittedSec = log.time(job.submitted_time, [...path, 'submitted_time']);
  if (submittedSec === undefined) log.refuse([...path, 'submitted_time'], 'a job must have been submitted');
  const at = [...path, 'attempts'];
  const attempts = log.list(job.attempts, at).map((one, i) => readAttempt(log, one, [...at, i]));
  const ran = attempts.filter(({ runSec }) => runSec !== undefined);
  if (attempts.length === 0) return { dropped: 'never ran' };
  if (!attempts.at(-1)!.ended) return { dropped: 'without an end' };
  if (ran.length === 0) return { dropped: 'never ran' };
  const gpus = ran.reduce((most, attempt) => Math.max(most, attempt.gpus), 0);
  const runSec = ran.reduce((sum, attempt) => sum + attempt.runSec!, 0);
  if (gpus > MAX_GPUS) log.refuse(at, `hold ${gpus} GPUs, must be at most ${MAX_GPUS}`);
  return jobOf(submittedSec, gpus, runSec);
}

function readAttempt(log: JobLog, value: unknown, path: JsonPath): Attempt {
  const attempt = log.object(value, path);
  const startSec = log.time(attempt.start_time, [...path, 'start_time']);
  const endSec = log.time(attempt.end_time, [...path, 'end_time']);
  const known = startSec !== undefined && endSec !== undefined;
  if (known && endSec < startSec)
    log.refuse([...path, 'end_time'], `is ${attempt.end_time}, before start_time, ${attempt.start_time}`);
  const detail = [...path, 'detail'];
  const gpus = log.list(attempt.detail, detail).map((machine, i) => {
    const { gpus: held } = log.object(machine, [...detail, i]);
    return log.list(held, [...detail, i, 'gpus']).length;
  });
  const sum = gpus.reduce((total, count) => total + count, 0);
  return { gpus: sum, runSec: known ? endSec - startSec : undefined, ended: endSec !== undefined };
}

/** Values of the log as what they must be; refuses others by line and column. */
class JobLog {
  readonly #text: string;
  readonly #file: string;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  list(value: unknown, path: JsonPath): unknown[] {
    return Array.isArray(value) ? value : this.refuse(path, `must be a list, not ${shown(value)}`);
  }

  object(value: unknown, path: JsonPath): Record<string, unknown> {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
    return this.refuse(path, `must be an object, not ${shown(value)}`);
  }

  /** Undefined where it was not recorded. */
  time(value: unknown, path: JsonPath): number | undefined {
    if (value === null || value === 'None' || value === '') return undefined;
    const seconds = typeof value === 'string' ? phillyTimeSec(value) : undefined;
    return seconds ?? this.refuse(path, `must be a time like "2017-10-07 01:12:09", not ${shown(value)}`);
  }

  refuse(path: JsonPath, what: string): never {
    const place = jsonPlace(this.#text, path);
    return refuseTrace(this.#file, place, `${nameOf(path)}: ${what}`);
  }
}

const nameOf = (path: JsonPath): string =>
  path.length === 0
    ? 'the log'
    : `\`${path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('')}\``;

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const fault = jsonFault(text) ?? text.length;
    const found =
      fault === text.length ? 'the text ends too early' : `${shown(text[fault])} is not expected here`;
    return refuseTrace(file, placeAt(text, fault), `is no JSON: ${found}`);
  }
}
