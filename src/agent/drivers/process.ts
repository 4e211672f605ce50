import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { accessSync, constants, lstatSync, mkdirSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { capLog } from './capLog.ts';
import type { Driver, EndReason, Job, RunContext, RunRecord, RunResult } from './Driver.ts';
import {
  detectIsolation,
  environmentArgs,
  type Isolation,
  isProgramInSandbox,
  sandboxed,
} from './isolation.ts';
import { beganAt, endRun, membersOf, RUN_TOKEN } from './processGroup.ts';

export interface ProcessDriverOptions {
  /** Default: bubblewrap where it works. */
  readonly isolation?: Isolation;
  /** Between asking a job to end and ending it. */
  readonly graceMs?: number;
  readonly maxLogBytes?: number;
}

/** Runs a job as a child of the agent, in its own process group and folder, with a clean environment. */
export class ProcessDriver implements Driver {
  readonly name = 'process';
  readonly isolation: Isolation;
  private readonly graceMs: number;
  private readonly maxLogBytes: number;

  private constructor(isolation: Isolation, options: ProcessDriverOptions) {
    this.isolation = isolation;
    this.graceMs = options.graceMs ?? 2_000;
    this.maxLogBytes = options.maxLogBytes ?? 16 * 2 ** 20;
  }

  static async open(options: ProcessDriverOptions = {}): Promise<ProcessDriver> {
    return new ProcessDriver(options.isolation ?? (await detectIsolation()), options);
  }

  async run(job: Job, context: RunContext): Promise<RunResult> {
    const beganMs = performance.now();
    const workDir = realpathSync(context.workDir);
    const outputDir = join(workDir, 'outputs');
    mkdirSync(outputDir, { recursive: true });
    const end = (reason: EndReason, exitCode: number | null, detail: string): RunResult => ({
      reason,
      exitCode,
      detail,
      outputs: outputsOf(job, outputDir),
      elapsedMs: performance.now() - beganMs,
    });
    if (context.signal.aborted) return end('Stopped', null, 'stopped before it began');
    const missing = this.cannotRun(job.command[0], workDir);
    if (missing !== undefined) return end('CannotStart', null, missing);

    const token = randomUUID();
    const givenBytes = bytesUnder(workDir);
    const child = this.spawn(job, workDir, outputDir, token);
    const exited = new Promise<number | null>((done) => {
      child.once('exit', (code) => done(code));
      child.once('error', () => done(null));
    });
    const drained = new Promise<void>((done) => child.once('close', () => done()));
    if (child.pid === undefined) return end('CannotStart', null, 'the process could not be started');
    const record: RunRecord = { token, group: child.pid, startedAt: beganAt(child.pid) };
    const onLog = capLog(context.onLog, this.maxLogBytes);
    child.stdout?.on('data', onLog);
    child.stderr?.on('data', onLog);
    context.onStarted?.(record);

    const breach = watch(job, record, { workDir, givenBytes }, context.signal);
    const exitCode = await Promise.race([exited, breach.happened]);
    breach.stopWatching();
    const broken = breach.found();
    await endRun(record, broken === undefined ? 0 : this.graceMs);
    child.stdio[3]?.destroy();
    await drained;
    if (broken !== undefined) return end(broken.reason, null, broken.detail);
    return judge(job, { workDir, givenBytes }, exitCode, end);
  }

  async sweep(record: RunRecord): Promise<boolean> {
    // The number of a group that is gone may be somebody else's by now: only its leader's birth proves it is ours.
    const group = beganAt(record.group) === record.startedAt ? record.group : 0;
    return endRun({ ...record, group }, 0);
  }

  private spawn(job: Job, workDir: string, outputDir: string, token: string): ChildProcess {
    const run = { [RUN_TOKEN]: token };
    const environment = { ...job.env, ...environmentOf(job, workDir, outputDir), ...run };
    const start = (command: readonly string[], env: Readonly<Record<string, string>>, ...fds: 'pipe'[]) =>
      spawn('/bin/sh', ['-c', LEASH, 'job', ...command], {
        cwd: workDir,
        detached: true,
        env,
        stdio: ['ignore', 'pipe', 'pipe', 'pipe', ...fds],
      });
    if (this.isolation === 'none') return start(job.command, environment);
    const { memoryMiB } = job.limits;
    const sandbox = { workDir, gpus: job.gpus.length > 0, memoryMiB, environmentFd: 4 };
    const child = start(sandboxed(job.command, sandbox), { PATH, ...run }, 'pipe');
    const toSandbox = child.stdio[4] as Writable | undefined;
    toSandbox?.on('error', () => {}); // It ended before it read: its exit code says so.
    toSandbox?.end(environmentArgs(environment));
    return child;
  }

  private cannotRun(command: string | undefined, workDir: string): string | undefined {
    if (command === undefined) return 'the job has no command, and the process driver runs no images';
    const places = command.includes('/')
      ? [resolve(workDir, command)]
      : PATH.split(':').map((folder) => join(folder, command));
    const isThere = (place: string) =>
      isExecutable(place) && (this.isolation === 'none' || isProgramInSandbox(place, workDir));
    return places.some(isThere) ? undefined : `the command ${command} is not on this node`;
  }
}

/** Where commands are looked for: first beside the Node that runs the agent. */
const PATH = `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`;

/** Runs the job and ends with its exit code. Should the agent die, descriptor 3 closes, and the group dies with it. */
const LEASH = `ulimit -c 0
"$@" 3<&- &
job=$!
{ cat <&3; kill -KILL -$$; } 4<&- >/dev/null 2>&1 &
exec 3<&- 4<&- >/dev/null 2>&1
wait "$job"`;

function environmentOf(job: Job, workDir: string, outputDir: string): Record<string, string> {
  return {
    PATH,
    HOME: workDir,
    LANG: 'C.UTF-8',
    AICCHAIN_INPUT_DIR: join(workDir, 'inputs'),
    AICCHAIN_OUTPUT_DIR: outputDir,
    AICCHAIN_GPUS: job.gpus.join(','),
    CUDA_VISIBLE_DEVICES: job.gpus.join(','),
  };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

interface Breach {
  readonly reason: EndReason;
  readonly detail: string;
}

const LOOK_EVERY_MS = 100;

/** The job's folder, and what was in it before the job. */
interface Given {
  readonly workDir: string;
  readonly givenBytes: number;
}

const hasWrittenTooMuch = ({ workDir, givenBytes }: Given, { limits }: Job) =>
  bytesUnder(workDir) - givenBytes > limits.outputMB * 1e6;

/** Looks at what the run uses, until it breaks a limit or its caller stops it. */
function watch(job: Job, record: RunRecord, given: Given, signal: AbortSignal) {
  const { maxDurationSec, memoryMiB, outputMB } = job.limits;
  const deadlineMs = performance.now() + maxDurationSec * 1000;
  let found: Breach | undefined;
  let report: (code: null) => void = () => {};
  const happened = new Promise<null>((done) => {
    report = done;
  });
  const look = () => {
    const usedMiB = membersOf(record).reduce((sum, member) => sum + member.rssKiB, 0) / 1024;
    if (signal.aborted) found = { reason: 'Stopped', detail: 'stopped by the node' };
    else if (performance.now() >= deadlineMs)
      found = { reason: 'OutOfTime', detail: `longer than ${maxDurationSec} s` };
    else if (usedMiB > memoryMiB)
      found = { reason: 'OutOfMemory', detail: `${Math.ceil(usedMiB)} MiB, more than ${memoryMiB} MiB` };
    else if (hasWrittenTooMuch(given, job)) found = tooLarge(outputMB);
    if (found !== undefined) report(null);
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  signal.addEventListener('abort', look);
  return {
    happened,
    found: () => found,
    stopWatching: () => {
      clearInterval(timer);
      signal.removeEventListener('abort', look);
    },
  };
}

function judge(
  job: Job,
  given: Given,
  exitCode: number | null,
  end: (reason: EndReason, exitCode: number | null, detail: string) => RunResult,
): RunResult {
  if (exitCode === null) return end('Crashed', null, 'ended by a signal');
  if (exitCode > 128) return end('Crashed', exitCode, `ended by signal ${exitCode - 128}`);
  if (exitCode !== 0) return end('Exited', exitCode, `exit code ${exitCode}`);
  if (hasWrittenTooMuch(given, job)) {
    const { reason, detail } = tooLarge(job.limits.outputMB);
    return end(reason, exitCode, detail);
  }
  const there = outputsOf(job, join(given.workDir, 'outputs')).map((output) => output.name);
  const missing = job.outputs.filter((name) => !there.includes(name));
  if (missing.length > 0) return end('OutputMissing', exitCode, `no output ${missing.join(', ')}`);
  return end('Exited', exitCode, 'exit code 0');
}

const tooLarge = (outputMB: number): Breach => ({
  reason: 'OutputTooLarge',
  detail: `it wrote more than ${outputMB} MB`,
});

/** Plain files only: a link could make the node read what the job may not. */
function outputsOf(job: Job, outputDir: string) {
  return job.outputs.flatMap((name) => {
    const path = join(outputDir, name);
    try {
      const stat = lstatSync(path);
      if (!stat.isFile() || realpathSync(path) !== path) return [];
      return [{ name, path, bytes: stat.size }];
    } catch {
      return [];
    }
  });
}

function bytesUnder(folder: string): number {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, entry) => sum + lstatSync(join(entry.parentPath, entry.name)).size, 0);
  } catch {
    return 0; // A file went away while we looked: the next look counts.
  }
}
