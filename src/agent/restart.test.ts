import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { job, specHash, TEXT, until } from './agent.fixture.ts';
import { ChainDouble, CLIENT } from './chainDouble.fixture.ts';
import { NodeClient } from './NodeClient.ts';

/** Leaves a line in a file for each time it runs, so that runs can be counted. */
let countFile: string;
let folder: string;
let chain: ChainDouble;
let child: ChildProcess;
let events: Record<string, unknown>[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aicchain-restart-'));
  countFile = join(folder, 'count');
  chain = ChainDouble.create(join(folder, 'chain.json'));
});
afterEach(async () => {
  child.stdin?.end();
  if (child.exitCode === null && child.signalCode === null) await gone();
});

const counting = (then: string) =>
  job(`echo run >> ${countFile}; ${then}; echo x > "$AICCHAIN_OUTPUT_DIR/copy.txt"`);
const runs = () => readFileSync(countFile, 'utf8').split('\n').length - 1;
const said = () => chain.log.filter((line) => !/^(heartbeat|report)/.test(line));
const saw = (event: string) => until(event, () => events.some((e) => e.event === event));
const gone = () => new Promise<void>((resolve) => child.once('exit', () => resolve()));

async function start(dieAt = ''): Promise<void> {
  events = [];
  const script = join(import.meta.dirname, 'agentChild.fixture.ts');
  child = spawn(process.execPath, [script, folder, dieAt], { stdio: ['pipe', 'pipe', 'inherit'] });
  createInterface({ input: child.stdout! }).on('line', (line) => events.push(JSON.parse(line)));
  await saw('listening');
}

async function deliver(spec: ReturnType<typeof job>): Promise<void> {
  chain.match(1, specHash(spec));
  const port = events.find((e) => e.event === 'listening')?.port;
  const client = new NodeClient({
    endpoint: `http://127.0.0.1:${port}`,
    node: 1,
    chainId: 31337,
    account: CLIENT,
  });
  await client.uploadBytes(TEXT);
  await client.handOver(1, spec);
}

describe('killed at any point, an agent neither loses a workload nor says anything twice', () => {
  test.each([
    ['before it says start', 'before:start', 1],
    ['after start was taken', 'after:start', 1],
    ['before it says complete', 'before:complete', 1],
    ['after complete was taken', 'after:complete', 1],
  ])('%s', async (_, dieAt, expectedRuns) => {
    await start(dieAt);
    const died = gone();
    await deliver(counting('true'));
    await died;
    await start();
    await saw('closed');
    expect(said()).toEqual(['start 1', 'complete 1']);
    expect(runs()).toBe(expectedRuns);
  });

  test('while the job runs: it dies too, and is run again while there is time', async () => {
    await start();
    await deliver(counting(`test $(wc -l < ${countFile}) -gt 1 || sleep 60`));
    await until('the run', () => said().length === 1 && events.some((e) => e.event === 'started'));
    await until('the job', () => countFileExists());
    const died = gone();
    child.kill('SIGKILL');
    await died;
    await start();
    await saw('closed');
    expect(said()).toEqual(['start 1', 'complete 1']);
    expect(runs()).toBe(2);
  });

  test('while the job runs, and too late to run it again: the fault is the node’s', async () => {
    await start();
    await deliver(counting('sleep 60'));
    await until('the job', () => countFileExists());
    const died = gone();
    child.kill('SIGKILL');
    await died;
    chain.advance(40);
    await start();
    await saw('closed');
    expect(said()).toEqual(['start 1', 'fail 1 NodeFault 0']);
    expect(runs()).toBe(1);
  });
});

test('when its standard input closes, it stops its jobs and ends with 0', async () => {
  await start();
  await deliver(counting('sleep 60'));
  await until('the job', () => countFileExists());
  const died = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.stdin?.end();
  expect(await died).toBe(0);
  expect(said()).toEqual(['start 1']);
});

test('a second agent on the same folder is refused', async () => {
  await start();
  const script = join(import.meta.dirname, 'agentChild.fixture.ts');
  const second = spawn(process.execPath, [script, folder], { stdio: ['pipe', 'ignore', 'pipe'] });
  let errors = '';
  second.stderr?.on('data', (data) => {
    errors += data;
  });
  const code = await new Promise((resolve) => second.once('exit', resolve));
  expect(code).not.toBe(0);
  expect(errors).toContain(`is in use by process ${child.pid}`);
});

function countFileExists(): boolean {
  try {
    return runs() > 0;
  } catch {
    return false;
  }
}
