import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { until } from '../agent.fixture.ts';
import type { Job } from './Driver.ts';
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
  async function inSandbox(script: string, workDir = folder(), more: Partial<Job> = {}) {
    const driver = await ProcessDriver.open({ isolation: 'bubblewrap' });
    const limits = { maxDurationSec: 20, memoryMiB: 64, outputMB: 1 };
    const command = ['sh', '-c', script];
    const job: Job = { workload: 1, command, env: {}, gpus: [0], limits, outputs: [], ...more };
    const log: Buffer[] = [];
    let outside = '';
    const { exitCode } = await driver.run(job, {
      workDir,
      onLog: (chunk) => log.push(chunk),
      signal: new AbortController().signal,
      onStarted: ({ group }) => {
        outside = ['environ', 'cmdline'].map((file) => readFileSync(`/proc/${group}/${file}`, 'utf8')).join();
      },
    });
    return { exitCode, outside, log: Buffer.concat(log).toString() };
  }

  test('nothing but the job’s folder, /tmp and /dev/shm can be written', async () => {
    const script = `for f in / /etc /usr /dev /proc /home ${tmpdir()} . /dev/shm; do touch $f/x 2>/dev/null && echo $f; done`;
    const { log } = await inSandbox(script);
    expect(log.trim().split('\n')).toEqual([tmpdir(), '.', '/dev/shm']);
  });

  test('/tmp is the job’s own, and holds no more than its memory', async () => {
    writeFileSync(join(folder(), 'of-another'), 'x');
    const script = `ls ${tmpdir()}; head -c 100000000 /dev/zero > ${tmpdir()}/x; head -c 100000000 /dev/zero > /dev/shm/x`;
    const { log } = await inSandbox(script);
    expect(log.match(/No space left/g)).toHaveLength(2);
    expect(log).not.toContain('aicchain-driver');
  });

  test('there is no network but its own loopback', async () => {
    expect((await inSandbox('tail -n +3 /proc/net/dev | cut -d: -f1')).log.trim()).toBe('lo');
  });

  test('the root holds the system’s programs and nothing else', async () => {
    const workDir = folder();
    const { log } = await inSandbox('ls / /etc', workDir);
    const [root = '', etc = ''] = log.split('\n\n');
    const top = (path: string) => path.split('/')[1]!;
    const allowed = [
      'bin',
      'dev',
      'etc',
      'lib',
      'lib32',
      'lib64',
      'libx32',
      'proc',
      'sbin',
      'sys',
      'tmp',
      'usr',
    ];
    expect([...allowed, top(workDir), top(process.execPath)]).toEqual(
      expect.arrayContaining(root.trim().split('\n').slice(1)),
    );
    for (const secret of ['shadow', 'passwd', 'ssh', 'hosts', 'machine-id'])
      expect(etc.split('\n')).not.toContain(secret);
  });

  test('keys, homes, other nodes’ folders, the rest of the agent’s own and of this program are not there', async () => {
    const data = folder();
    const workDir = join(data, 'nodes', 'one', 'runs', '1', 'work');
    mkdirSync(workDir, { recursive: true });
    mkdirSync(join(data, 'nodes', 'two'));
    const files = ['nodes/one/key', 'nodes/two/key', 'wallet', 'nodes/one/runs/1/log'].map((f) =>
      join(data, f),
    );
    for (const file of files) writeFileSync(file, 'secret');
    const places = [...files, homedir(), join(homedir(), '.ssh'), '/etc/ssl/private', import.meta.filename];
    const script = `for f in ${places.join(' ')}; do test -e $f && echo "$f is there"; done; ls ${data}/nodes`;
    expect((await inSandbox(script, workDir)).log).toBe('one\n');
  });

  test('programs run: this node, the system’s, and those that come with the job', async () => {
    const workDir = folder();
    writeFileSync(join(workDir, 'own'), '#!/bin/sh\necho own', { mode: 0o755 });
    const { log } = await inSandbox(`node -p '"node"'; env true && echo system; ./own`, workDir);
    expect(log.trim().split('\n')).toEqual(['node', 'system', 'own']);
  });

  test('a program that only the machine has is not there', async () => {
    const command = [join(folder(), 'program')];
    writeFileSync(command[0]!, '#!/bin/sh\necho ran', { mode: 0o755 });
    expect(await inSandbox('', folder(), { command })).toMatchObject({ exitCode: null, log: '' });
  });

  test('its environment is its own, and never that of what builds the sandbox, nor readable from outside', async () => {
    const { log, outside } = await inSandbox('echo "$TOKEN, $LD_BIND_NOW"; sleep 0.1', folder(), {
      env: { TOKEN: 'of the client', LD_BIND_NOW: '1' },
    });
    expect(log.trim()).toBe('of the client, 1');
    expect(outside).toContain('AICCHAIN_RUN=');
    for (const text of ['of the client', 'LD_BIND_NOW=']) expect(outside).not.toContain(text);
  });

  test('no descriptor and no process of the agent is seen', async () => {
    const { log } = await inSandbox('ls /proc | grep -c "^[0-9]*$"; ls /proc/$$/fd');
    const [processes, ...descriptors] = log.trim().split('\n').map(Number);
    expect(processes).toBeLessThan(8);
    // Higher ones could only come from whoever started the tests.
    expect(descriptors.filter((fd) => fd < 10)).toEqual([0, 1, 2]);
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
