import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONTRACT_KEYS } from '../chain/deployment.ts';
import { commandOf } from '../chain/processes.ts';
import { monotoneNetwork } from '../chain/testing/testNetwork.ts';
import { loadPolicy } from '../policy/RLPolicyManager.ts';

import { encodeWeights } from '../policy/weightsBytes.ts';
import { cli, shell, temporaryFolder } from './testing/cli.ts';

let folder: string;
const file = (...parts: string[]) => join(folder, ...parts);
const aicchain = (...args: string[]) => cli('--data', file('data with a space'), ...args);
const firstLine = (text: string) => text.split('\n')[0];
const hex = (bytes: Uint8Array) => `0x${Buffer.from(bytes).toString('hex')}`;

beforeAll(async () => {
  folder = temporaryFolder();
  const addresses = Object.fromEntries(CONTRACT_KEYS.map((key) => [key, `0x${'1'.repeat(40)}`]));
  const clock = { genesis: 0, roundSec: 4, epochRounds: 12, startBlock: 1 };
  writeFileSync(
    file('network.json'),
    JSON.stringify({ chainId: 31_337, profile: 'dev', ...clock, addresses }),
  );
  await aicchain('wallet', 'create', 'me');
  await aicchain(
    ...['--rpc', 'http://127.0.0.1:1', 'context', 'add', 'gone', '--deployment', file('network.json')],
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a file that is not what it should be', () => {
  it('every wrong field of a workload is named with its line, in order', async () => {
    await aicchain('init', file('workload.yaml'));
    const wrong = readFileSync(file('workload.yaml'), 'utf8')
      .replace('gpus: 1', 'gpuz: 1')
      .replace('computeTflop: 0.01', 'computeTflop: 1e300')
      .replace('budget: 5', 'budget: -5')
      .replace('priority: 0.5', 'priority: much');
    writeFileSync(file('wrong.yaml'), wrong);
    const { code, stderr } = await aicchain('validate', file('wrong.yaml'));
    const named = [...stderr.matchAll(/:(\d+):\d+: field `(\w+)`/g)];
    expect([code, named.map(([, , field]) => field)]).toEqual([
      2,
      ['gpuz', 'computeTflop', 'budget', 'priority'],
    ]);
    const lines = named.map(([, line]) => Number(line));
    expect(lines).toEqual([...lines].sort((a, b) => a - b));
  });

  it('a policy whose bytecode is not that of its weights is refused before anything is sent', async () => {
    const weights = encodeWeights(monotoneNetwork());
    const { code, codeHash } = loadPolicy(weights);
    const whole = { policyHash: codeHash, code: hex(code), weights: hex(weights) };
    const flipped = Uint8Array.from(code, (byte, i) => (i === 100 ? byte ^ 1 : byte));
    for (const [what, policy] of [
      ['bytecode', { ...whole, code: hex(flipped) }],
      ['policyHash', { ...whole, policyHash: `0x${'0'.repeat(64)}` }],
    ] as const) {
      writeFileSync(file('policy.json'), JSON.stringify(policy));
      const refused = await aicchain('policy', 'register', file('policy.json'));
      expect([refused.code, firstLine(refused.stderr)]).toEqual([
        2,
        expect.stringContaining(`policy.json: its ${what} is not what its weights compile to`),
      ]);
    }
    writeFileSync(file('policy.json'), JSON.stringify(whole));
    expect((await aicchain('policy', 'register', file('policy.json'))).code).toBe(3); // only the network is missing
  });

  it('a damaged wallet and a damaged list of contexts are named', async () => {
    const data = file('damaged');
    mkdirSync(join(data, 'wallets'), { recursive: true });
    writeFileSync(join(data, 'wallets', 'me.key'), '0x12\n');
    writeFileSync(join(data, 'contexts.json'), '{"current":"local"}');
    const wallet = await cli('--data', data, 'wallet', 'list');
    expect([wallet.code, firstLine(wallet.stderr)]).toEqual([
      2,
      expect.stringContaining('me.key holds no private key'),
    ]);
    const contexts = await cli('--data', data, 'ps');
    expect([contexts.code, firstLine(contexts.stderr)]).toEqual([
      1,
      expect.stringContaining('contexts.json does not hold contexts'),
    ]);
  });
});

describe('a place where nothing can be written', () => {
  it.each([
    ['init', () => ['init', file('network.json', 'workload.yaml')], 2],
    ['demo', () => ['demo', '--data', file('network.json')], 1],
    ['wallet create', () => ['--data', file('network.json'), 'wallet', 'create', 'x'], 1],
  ])('%s says so', async (_, args, expected) => {
    const { code, stderr } = await aicchain(...args());
    expect(code).toBe(expected);
    expect(stderr).toContain(file('network.json'));
    expect(stderr.trim().split('\n')).toHaveLength(2);
  });
});

describe('a demo', () => {
  it('leaves a folder alone that holds no demo', async () => {
    mkdirSync(file('mine', 'demo'), { recursive: true });
    writeFileSync(file('mine', 'demo', 'thesis.txt'), 'years of work');
    const { code, stderr } = await aicchain('--data', file('mine'), 'demo');
    expect([code, stderr]).toEqual([1, expect.stringContaining('is not empty and holds no demo')]);
    expect(readdirSync(file('mine', 'demo'))).toEqual(['thesis.txt']);
  });

  it('leaves a demo alone that runs', async () => {
    mkdirSync(file('busy', 'demo', 'chain'), { recursive: true });
    writeFileSync(file('busy', 'demo', 'demo.json'), '{}');
    const lock = { pid: process.pid, command: commandOf(process.pid) };
    writeFileSync(file('busy', 'demo', 'chain', 'chain.lock'), JSON.stringify(lock));
    const { code, stderr } = await aicchain('--data', file('busy'), 'demo');
    expect([code, stderr]).toEqual([1, expect.stringContaining('a demo runs in')]);
  });

  it('needs a text that can be learned from', async () => {
    for (const text of [file('none.txt'), folder, file('network.json')]) {
      const { code, stderr } = await aicchain('demo', '--text', text);
      expect([code, stderr]).toEqual([2, expect.stringContaining(text)]);
    }
  });
});

describe('what else was typed', () => {
  it.each([
    [['--rpc', 'nonsense', 'ps'], '--rpc must be an address'],
    [['--json', 'ps', '--watch'], '--watch never ends'],
    [['submit', 'none.yaml', '-y'], 'there is no file none.yaml'],
  ])('%j', async (args, line) => {
    const { code, stderr } = await aicchain(...args);
    expect([code, firstLine(stderr)]).toEqual([2, expect.stringContaining(line)]);
  });

  it('a port that is taken is named, and nothing is left running', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const { code, stderr } = await aicchain('net', 'up', '--port', String(port));
    server.close();
    expect([code, stderr]).toEqual([1, expect.stringContaining(`port ${port} is taken`)]);
    expect(await aicchain('net', 'down')).toMatchObject({ code: 0, stdout: 'It does not run.\n' });
  });
});

describe('Ctrl-C', () => {
  const processesOf = (data: string) =>
    spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
      .stdout.split('\n')
      .filter((line) => line.includes(data) && !line.startsWith('ps '));

  it('ends a demo with 130, without an orphan; it may come twice', async () => {
    const data = file('stopped demo');
    const { child, ended } = shell(['--data', data, 'demo']);
    await new Promise<void>((resolve) =>
      child.stdout.on('data', (text: string) => text.includes('Step 2') && resolve()),
    );
    child.kill('SIGINT');
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect([code, stderr]).toEqual([130, expect.not.stringContaining('error:')]);
    expect(processesOf(data)).toEqual([]);
  });

  it('ends a start of the network with 130, without an orphan', async () => {
    const data = file('stopped network');
    const { child, ended } = shell(['--data', data, 'net', 'up', '--port', '0']);
    const keepers = () => processesOf(data).filter((line) => line.includes('keeper.ts'));
    await expect.poll(() => keepers().length, { interval: 20, timeout: 120_000 }).toBe(1);
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    await expect.poll(() => processesOf(data), { timeout: 120_000 }).toEqual([]);
  });
});
