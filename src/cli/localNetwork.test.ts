import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../chain/anvil.ts';
import { until } from '../chain/clock.ts';
import { type ChainNotes, chainLockFile } from '../chain/embedded.ts';
import { readLock } from '../chain/folderLock.ts';
import { commandOf } from '../chain/processes.ts';
import { cli, shell, temporaryFolder } from './testing/cli.ts';

let folder: string;
let agent: ReturnType<typeof shell> | undefined;
const aicchain = (...args: string[]) => cli('--data', join(folder, 'data'), ...args);
const asJson = async (...args: string[]) => {
  const { code, stdout, stderr } = await aicchain('--json', ...args);
  if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  return JSON.parse(stdout);
};
const file = (name: string) => join(folder, name);
const keeperPid = () =>
  (JSON.parse(readFileSync(join(folder, 'data/local/keeper.json'), 'utf8')) as { pid: number }).pid;
const chainDir = () => join(folder, 'data/local/chain');

beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(async () => {
  agent?.child.kill('SIGTERM');
  await agent?.ended;
  await aicchain('net', 'down');
  rmSync(folder, { recursive: true, force: true });
});

describe('a network on this machine', () => {
  it('goes up in the background, once', async () => {
    expect(await asJson('net', 'up', '--port', '0')).toMatchObject({ started: true, context: 'local' });
    expect(await asJson('net', 'up', '--port', '0')).toMatchObject({ started: false });
    expect(await asJson('net', 'status')).toMatchObject({ context: 'local', nodes: 0, keeper: keeperPid() });
  });

  it('gives money to whoever asks, on a development chain', async () => {
    await asJson('wallet', 'create', 'client');
    await asJson('wallet', 'create', 'operator');
    for (const name of ['client', 'operator']) await asJson('wallet', 'faucet', name);
    expect(await asJson('wallet', 'balance', 'client')).toMatchObject({
      aiccMicro: 1_000_000_000,
      availableMicro: 0,
    });
  });

  it('comes back with its state after its keeper was killed, and leaves no chain behind', async () => {
    const anvil = readLock<ChainNotes>(chainLockFile(chainDir()))!.anvilPid!;
    process.kill(keeperPid(), 'SIGKILL');
    await until('the chain to end with its keeper', async () => commandOf(anvil) === undefined);
    const gone = await aicchain('net', 'status');
    expect(gone.code).toBe(3);
    expect(await asJson('net', 'up', '--port', '0')).toMatchObject({ started: true });
    expect(await asJson('wallet', 'balance', 'client')).toMatchObject({ aiccMicro: 1_000_000_000 });
  });

  it('matches, runs, returns and pays a workload', async () => {
    const port = String(await freePort());
    const claims = [
      '--gpus',
      '2',
      '--memory',
      '4096',
      '--compute',
      '0.2',
      '--bandwidth',
      '16',
      '--latency',
      '50',
      '--watts',
      '120',
    ];
    await asJson('node', 'register', ...claims, '--ask', '2.5', '--port', port, '--wallet', 'operator');
    agent = shell(['--data', join(folder, 'data'), 'node', 'run'], { cwd: folder });
    await until('the node to answer', async () => (await asJson('node', 'status')).answers, { everyMs: 300 });

    await asJson('init', file('workload.yaml'));
    const plan = await asJson('submit', file('workload.yaml'), '--plan', '--wallet', 'client');
    expect(plan.plan).toMatchObject([{ node: 1, verdict: 'Chosen' }]);
    const matched = await asJson('submit', file('workload.yaml'), '-y', '--wallet', 'client');
    expect(matched).toMatchObject({ workload: 1, node: 1 });
    expect((await asJson('logs', '1', '-f', '--wallet', 'client')).log).toContain('exit code 0');
    await until('its result on chain', async () => (await asJson('describe', '1')).status === 'Completed', {
      everyMs: 200,
    });
    await asJson('download', '1', file('results'), '--accept', '--wallet', 'client');
    expect(readFileSync(file('results/words.txt'), 'utf8').trim()).toBe('11');
    await until('the keeper to settle', async () => (await asJson('describe', '1')).status === 'Settled', {
      everyMs: 200,
    });
    const described = await asJson('describe', '1');
    const parts = Object.values(described.split as Record<string, number>);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(described.escrowMicro);
    expect((await asJson('ps', '--all')).workloads).toMatchObject([{ workload: 1, status: 'Settled' }]);
    expect((await asJson('market', 'list')).nodes).toMatchObject([{ node: 1, class: 'cpu' }]);
    expect((await asJson('round')).entries).toMatchObject([{ workload: 1, node: 1 }]);
    expect((await asJson('fund')).communityFundMicro).toBe(described.split.communityFundMicro);
    expect(await asJson('verify')).toMatchObject({ ok: true, rounds: 1, matches: 1 });
  });

  it('refuses what cannot be, and nothing is lost', async () => {
    const text = readFileSync(file('workload.yaml'), 'utf8');
    const before = await asJson('wallet', 'balance', 'client');
    writeFileSync(file('big.yaml'), text.replace('gpus: 1', 'gpus: 64'));
    writeFileSync(file('dear.yaml'), text.replace('budget: 5', 'budget: 5000'));
    writeFileSync(file('other.yaml'), `${text}classes: [abacus]\n`);
    const refused = async (name: string) => {
      const { code, stderr } = await aicchain('submit', file(name), '-y', '--wallet', 'client');
      return [code, stderr.split('\n').find((line) => line.startsWith('error:'))];
    };
    expect(await refused('big.yaml')).toEqual([
      1,
      'error: no node of the network can hold this workload: too few GPUs (1)',
    ]);
    expect(await refused('dear.yaml')).toEqual([1, 'error: 5000 AICC must be locked, the wallet has 995']);
    expect(await refused('other.yaml')).toEqual([
      2,
      expect.stringMatching(/^error: .*other\.yaml:\d+:\d+: field `classes`: there is no class "abacus"$/),
    ]);
    expect(await asJson('wallet', 'balance', 'client')).toEqual(before);
  });

  it('cancels a workload and gives the money back', async () => {
    const { workload } = await asJson(
      'submit',
      file('workload.yaml'),
      '-y',
      '--detach',
      '--wallet',
      'client',
    );
    expect(await asJson('cancel', String(workload), '--wallet', 'client')).toMatchObject({
      status: 'Refunded',
    });
  });

  it('goes down, and leaves no process behind', async () => {
    const keeper = keeperPid();
    const anvil = readLock<ChainNotes>(chainLockFile(chainDir()))!.anvilPid!;
    agent!.child.kill('SIGINT');
    expect((await agent!.ended).code).toBe(130);
    expect(await asJson('net', 'down')).toEqual({ stopped: true });
    expect([commandOf(keeper), commandOf(anvil)]).toEqual([undefined, undefined]);
    expect(existsSync(join(chainDir(), 'chain.lock'))).toBe(false);
  });

  it('names a damaged state file; --reset moves the network aside', async () => {
    const state = join(chainDir(), 'state.json');
    writeFileSync(state, readFileSync(state, 'utf8').slice(0, 1_000));
    const { code, stderr } = await aicchain('net', 'up', '--port', '0');
    expect([code, stderr]).toEqual([1, expect.stringContaining(`${state} cannot be read`)]);
    expect(stderr).toContain('--reset');
    expect(await asJson('net', 'up', '--port', '0', '--reset')).toMatchObject({ started: true });
    expect(existsSync(join(folder, 'data/local.old-1/chain/state.json'))).toBe(true);
  });
});
