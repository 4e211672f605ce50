import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { until } from '../agent.fixture.ts';
import { testDriver } from './driver.conformance.ts';
import { detectIsolation, type Isolation } from './isolation.ts';
import { ProcessDriver } from './process.ts';
import { beganAt, membersOf } from './processGroup.ts';

const detected = await detectIsolation();
const isolations: Isolation[] = detected === 'none' ? ['none'] : ['none', detected];

for (const isolation of isolations)
  testDriver({
    name: `process, isolation ${isolation}`,
    open: (options) => ProcessDriver.open({ ...options, isolation }),
  });

test('without saying otherwise it is sandboxed exactly where that works', async () => {
  expect((await ProcessDriver.open()).isolation).toBe(detected);
});

describe.skipIf(detected === 'none')('in the sandbox (skipped where bubblewrap does not work)', () => {
  async function inSandbox(script: string, hidden: string[] = [], workDir = folder()) {
    const driver = await ProcessDriver.open({ isolation: 'bubblewrap', hidden });
    const limits = { maxDurationSec: 20, memoryMiB: 512, outputMB: 1 };
    const job = { workload: 1, command: ['sh', '-c', script], env: {}, gpus: [], limits, outputs: [] };
    const log: Buffer[] = [];
    const context = {
      workDir,
      onLog: (chunk: Buffer) => log.push(chunk),
      signal: new AbortController().signal,
    };
    const { exitCode } = await driver.run(job, context);
    return { exitCode, log: Buffer.concat(log).toString() };
  }

  test('the root is read-only', async () => {
    expect((await inSandbox('echo x > /etc/aicchain-test')).exitCode).not.toBe(0);
  });

  test('there is no network but its own loopback', async () => {
    expect((await inSandbox('ls /sys/class/net; cat /proc/net/dev | tail -n +3 | cut -d: -f1')).log).toMatch(
      /lo/,
    );
    expect((await inSandbox('tail -n +3 /proc/net/dev | grep -vc "lo:"')).log.trim()).toBe('0');
  });

  test('the agent’s own data are not seen, only the job’s folder in them', async () => {
    const data = folder();
    writeFileSync(join(data, 'key'), 'secret');
    const workDir = join(data, 'runs', '1');
    mkdirSync(workDir, { recursive: true });
    const { log } = await inSandbox(`cat ${data}/key; ls ${data}`, [data], workDir);
    expect(log).not.toContain('secret');
    expect(log.split('\n')).toContain('runs');
  });

  test('no other processes are seen', async () => {
    expect((await inSandbox('ls /proc | grep -c "^[0-9]*$"')).log.trim()).toMatch(/^[1-9]$/);
  });
});

test('a killed agent takes its job along', async () => {
  const workDir = folder();
  const module = join(import.meta.dirname, 'process.ts');
  const script = `
    const { ProcessDriver } = await import(${JSON.stringify(module)});
    const driver = await ProcessDriver.open({ isolation: 'none' });
    const limits = { maxDurationSec: 60, memoryMiB: 512, outputMB: 1 };
    await driver.run(
      { workload: 1, command: ['sh', '-c', 'sleep 60 & sleep 60'], env: {}, gpus: [], limits, outputs: [] },
      { workDir: ${JSON.stringify(workDir)}, onLog() {}, signal: new AbortController().signal,
        onStarted: (record) => console.log(JSON.stringify(record)) },
    );`;
  const agent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const record = await new Promise<string>((resolve) =>
    agent.stdout.once('data', (data) => resolve(String(data))),
  );
  const run = JSON.parse(record);
  await until('the job', () => membersOf(run).length >= 3);
  agent.kill('SIGKILL');
  await until('its end', () => membersOf(run).length === 0);
});

test('sweeping leaves a group alone that only has the number of an old one', async () => {
  const stranger = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  const driver = await ProcessDriver.open({ isolation: 'none' });
  const group = stranger.pid!;
  expect(await driver.sweep({ token: 'other', group, startedAt: '1' })).toBe(false);
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  expect(await driver.sweep({ token: 'other', group, startedAt: beganAt(group) })).toBe(true);
});

function folder(): string {
  return mkdtempSync(join(tmpdir(), 'aicchain-process-'));
}
