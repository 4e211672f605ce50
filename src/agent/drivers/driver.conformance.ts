import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Driver, Job, RunRecord, RunResult } from './Driver.ts';

export interface DriverUnderTest {
  readonly name: string;
  /** A driver that keeps at most so much log. */
  readonly open: (options: { maxLogBytes: number; graceMs: number }) => Promise<Driver>;
  /** Why a test cannot hold here. */
  readonly skip?: Partial<Record<'memory' | 'escapee', string>>;
}

const MAX_LOG_BYTES = 10_000;
/** Longer than any test: what still runs was not ended. */
const LONG = 'sleep 60';

/** What every driver must do with a job, whatever it runs it in. */
export function testDriver(subject: DriverUnderTest): void {
  const open = () => subject.open({ maxLogBytes: MAX_LOG_BYTES, graceMs: 100 });

  async function run(script: string | readonly string[], more: Partial<Job> = {}, signal?: AbortSignal) {
    const driver = await open();
    const workDir = mkdtempSync(join(tmpdir(), 'aicchain-driver-'));
    mkdirSync(join(workDir, 'inputs'));
    writeFileSync(join(workDir, 'inputs', 'in.txt'), 'input');
    const log: Buffer[] = [];
    let record: RunRecord | undefined;
    const result: RunResult = await driver.run(
      {
        workload: 1,
        command: typeof script === 'string' ? ['sh', '-c', script] : script,
        env: { GREETING: 'hello' },
        gpus: [2, 3],
        limits: { maxDurationSec: 30, memoryMiB: 512, outputMB: 1 },
        outputs: [],
        ...more,
      },
      {
        workDir,
        onLog: (chunk) => log.push(chunk),
        signal: signal ?? new AbortController().signal,
        onStarted: (started) => {
          record = started;
        },
      },
    );
    const leftOver = record === undefined ? false : await driver.sweep(record);
    return { ...result, workDir, log: Buffer.concat(log).toString(), leftOver };
  }

  describe(`driver ${subject.name}`, () => {
    test('a command that is not there cannot start', async () => {
      expect(await run(['no-such-command'])).toMatchObject({
        reason: 'CannotStart',
        exitCode: null,
        detail: 'the command no-such-command is not on this node',
      });
    });

    test('an exit code is told', async () => {
      expect(await run('exit 3')).toMatchObject({ reason: 'Exited', exitCode: 3, detail: 'exit code 3' });
    });

    test('a crash is no exit', async () => {
      expect(await run('kill -SEGV $$')).toMatchObject({ reason: 'Crashed', detail: 'ended by signal 11' });
    });

    test('an output that was promised and is not there', async () => {
      const result = await run('echo a > "$AICCHAIN_OUTPUT_DIR/a"', { outputs: ['a', 'b'] });
      expect(result).toMatchObject({ reason: 'OutputMissing', detail: 'no output b' });
    });

    test('a link is no output: it could point at what the job may not read', async () => {
      const result = await run('ln -s /etc/hostname "$AICCHAIN_OUTPUT_DIR/a"', { outputs: ['a'] });
      expect(result).toMatchObject({ reason: 'OutputMissing', outputs: [] });
    });

    test('outputs that grow too large end the run', async () => {
      const result = await run(`head -c 2000000 /dev/zero > "$AICCHAIN_OUTPUT_DIR/a"; ${LONG}`);
      expect(result).toMatchObject({ reason: 'OutputTooLarge', leftOver: false });
      expect(result.elapsedMs).toBeLessThan(20_000);
    });

    test('what is written beside the outputs counts like them', async () => {
      const result = await run(`head -c 2000000 /dev/zero > scratch; ${LONG}`);
      expect(result).toMatchObject({ reason: 'OutputTooLarge', detail: 'it wrote more than 1 MB' });
    });

    test('outputs that are too large at the end', async () => {
      const result = await run('head -c 2000000 /dev/zero > "$AICCHAIN_OUTPUT_DIR/a"', { outputs: ['a'] });
      expect(result.reason).toBe('OutputTooLarge');
    });

    test('time over: all is ended, also children, and what ignores being asked', async () => {
      const limits = { maxDurationSec: 1, memoryMiB: 512, outputMB: 1 };
      const result = await run(`trap "" TERM; (trap "" TERM; ${LONG}) & ${LONG}`, { limits });
      expect(result).toMatchObject({ reason: 'OutOfTime', exitCode: null, leftOver: false });
      expect(result.elapsedMs).toBeGreaterThanOrEqual(1_000);
      expect(result.elapsedMs).toBeLessThan(20_000);
    });

    test.skipIf(subject.skip?.memory)('memory over: the job is ended', async () => {
      const limits = { maxDurationSec: 30, memoryMiB: 150, outputMB: 1 };
      const hog = 'const a = []; setInterval(() => a.push(Buffer.alloc(1e7, 1)), 5)';
      const result = await run(['node', '-e', hog], { limits });
      expect(result).toMatchObject({ reason: 'OutOfMemory', leftOver: false });
    });

    test.skipIf(subject.skip?.escapee)('what leaves the process group ends with the job', async () => {
      const result = await run(`setsid ${LONG} & sleep 0.1`);
      expect(result).toMatchObject({ reason: 'Exited', exitCode: 0, leftOver: false });
    });

    test('stopping ends the run', async () => {
      const stop = new AbortController();
      const running = run(`echo begun; ${LONG}`, {}, stop.signal);
      await sleep(200);
      stop.abort();
      expect(await running).toMatchObject({ reason: 'Stopped', exitCode: null, leftOver: false });
    });

    test('stopped before it began, it does not begin', async () => {
      expect(await run('echo begun', {}, AbortSignal.abort())).toMatchObject({ reason: 'Stopped', log: '' });
    });

    test('standard output and error are the log', async () => {
      const { log } = await run('echo one; echo two >&2');
      expect(log.split('\n').sort()).toEqual(['', 'one', 'two']);
    });

    test('a log too long ends in one line that says so', async () => {
      const { log, reason } = await run('head -c 50000 /dev/zero | tr "\\0" "x"');
      expect(reason).toBe('Exited');
      expect(log.startsWith('x'.repeat(MAX_LOG_BYTES))).toBe(true);
      expect(log.slice(MAX_LOG_BYTES)).toBe(`\n[log ends: more than ${MAX_LOG_BYTES} bytes]\n`);
    });

    test('the environment is clean: what the node sets, what the job asks for, nothing of the agent', async () => {
      process.env.AGENT_SECRET = 'secret';
      const { log, workDir } = await run('env');
      delete process.env.AGENT_SECRET;
      expect(log).not.toContain('secret');
      for (const line of [
        'GREETING=hello',
        'AICCHAIN_GPUS=2,3',
        `HOME=${workDir}`,
        `AICCHAIN_INPUT_DIR=${workDir}/inputs`,
        `AICCHAIN_OUTPUT_DIR=${workDir}/outputs`,
      ])
        expect(log.split('\n')).toContain(line);
    });

    test('success: inputs are read, outputs are named with their size', async () => {
      const result = await run('cat "$AICCHAIN_INPUT_DIR/in.txt" > "$AICCHAIN_OUTPUT_DIR/out.txt"', {
        outputs: ['out.txt'],
      });
      expect(result).toMatchObject({ reason: 'Exited', exitCode: 0, leftOver: false });
      expect(result.outputs).toEqual([
        { name: 'out.txt', path: join(result.workDir, 'outputs', 'out.txt'), bytes: 5 },
      ]);
      expect(readFileSync(result.outputs[0]!.path, 'utf8')).toBe('input');
    });
  });
}
