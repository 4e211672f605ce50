import { spawnSync } from 'node:child_process';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../chain/anvil.ts';
import { CONTRACT_KEYS } from '../chain/deployment.ts';
import { cli, temporaryFolder } from './testing/cli.ts';

let data: string;
beforeAll(async () => {
  data = temporaryFolder();
  const addresses = Object.fromEntries(CONTRACT_KEYS.map((key) => [key, `0x${'1'.repeat(40)}`]));
  const deployment = {
    chainId: 31_337,
    profile: 'dev',
    genesis: 0,
    roundSec: 4,
    epochRounds: 12,
    startBlock: 1,
    addresses,
  };
  writeFileSync(join(data, 'network.json'), JSON.stringify(deployment));
  const rpc = `http://127.0.0.1:${await freePort()}`;
  await cli('--data', data, 'wallet', 'create', 'me');
  await cli(
    '--data',
    data,
    '--rpc',
    rpc,
    '--wallet',
    'me',
    'context',
    'add',
    'gone',
    '--deployment',
    join(data, 'network.json'),
  );
});
afterAll(() => rmSync(data, { recursive: true, force: true }));

describe('the command line refuses, with one line, a hint and exit code 2,', () => {
  it.each([
    [['nonsense'], "error: unknown command 'nonsense'"],
    [['net'], 'error: a command is missing'],
    [['net', 'up', '--port', 'abc'], 'error: --port must be a whole number from 0 to 65535, not "abc"'],
    [['net', 'up', '--sideways'], "error: unknown option '--sideways'"],
    [['describe', 'x'], 'error: workload must be a whole number from 1 to 4294967295, not "x"'],
    [['describe'], "error: missing required argument 'id'"],
    [
      ['wallet', 'create', '../evil'],
      'error: wallet "../evil" must consist of letters, digits, dots, dashes and underscores',
    ],
    [['wallet', 'create', 'me'], 'error: there is a wallet "me" already'],
    [['wallet', 'balance', 'you'], 'error: there is no wallet "you"'],
    [['--context', 'mars', 'market', 'list'], 'error: there is no context "mars"'],
    [['context', 'add', 'x', '--deployment', 'none.json'], 'error: a network needs an address'],
    [['vote', 'greenMicro', '1'], 'error: there is no parameter "greenMicro"'],
    [['vote', 'greenMicroPerKWh', '-5'], expect.stringContaining('error:')],
    [['wallet', 'faucet', '--aicc', 'lots'], 'error: "lots" is not an amount of AICC'],
    [['validate', 'none.yaml'], 'error: there is no file none.yaml'],
    [['policy', 'register', 'none.json'], expect.stringContaining('none.json')],
  ])('%j', async (args, line) => {
    const { code, stdout, stderr } = await cli('--data', data, ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.split('\n')[0]).toEqual(line);
    expect(stderr).not.toContain('    at ');
  });

  it('a network that is down with exit code 3, naming its address', async () => {
    for (const args of [['net', 'status'], ['market', 'list'], ['wallet', 'balance'], ['ps'], ['verify']]) {
      const { code, stderr } = await cli('--data', data, ...args);
      expect([args, code]).toEqual([args, 3]);
      expect(stderr).toMatch(
        /^error: no network answers at http:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\)\n {7}Start one with/,
      );
    }
  });

  it('under --json with one object on stdout, also where a result is told before', async () => {
    const checked = await cli('--data', data, '--json', 'node', 'check');
    expect([checked.code, JSON.parse(checked.stdout)]).toMatchObject([1, { ok: false }]);
    const { code, stdout } = await cli('--data', data, '--json', 'market', 'list');
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'RPC_UNREACHABLE', retryable: true } });
  });
});

describe('the command line', () => {
  it('explains itself, and every command with an example', async () => {
    const { code, stdout } = await cli('--help');
    expect(code).toBe(0);
    const commands = [...stdout.matchAll(/^ {2}([a-z]+) {2,}\S/gm)]
      .map(([, name]) => name!)
      .filter((name) => name !== 'help');
    expect(commands.length).toBeGreaterThan(18);
    for (const name of commands) {
      const help = await cli(name, '--help');
      const subcommands = [
        ...help.stdout.matchAll(/^ {2}([a-z]+)(?: \[options\])?(?: [<[].*?[>\]])? {2,}\S/gm),
      ]
        .map(([, sub]) => sub!)
        .filter((sub) => sub !== 'help' && help.stdout.includes('\nCommands:'));
      expect([name, help.code, /Examples?:\n/.test(help.stdout) || subcommands.length > 0]).toEqual([
        name,
        0,
        true,
      ]);
      for (const sub of subcommands) {
        const { stdout: text } = await cli(name, sub, '--help');
        expect([name, sub, text.includes('Example:')]).toEqual([name, sub, true]);
      }
    }
  });

  it('says its version', async () => {
    expect((await cli('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('keeps keys and contexts readable by their owner alone, and never prints a key', async () => {
    const made = await cli('--data', data, 'wallet', 'create', 'secret');
    expect(made.stdout).not.toMatch(/0x[0-9a-f]{64}/);
    for (const file of ['wallets/secret.key', 'contexts.json'])
      expect(statSync(join(data, file)).mode & 0o777).toBe(0o600);
    const { wallets } = JSON.parse((await cli('--data', data, '--json', 'wallet', 'list')).stdout);
    expect(wallets.map((one: { name: string }) => one.name)).toEqual(['me', 'secret']);
  });

  it('knows several networks and which one is current', async () => {
    const file = join(data, 'network.json');
    await cli(
      '--data',
      data,
      '--rpc',
      'http://127.0.0.1:1',
      'context',
      'add',
      'lab',
      '--deployment',
      file,
      '--manual-clock',
    );
    expect((await cli('--data', data, 'context', 'list')).stdout).toMatch(
      /\n\* +lab +http:\/\/127\.0\.0\.1:1 +31337 +-\n/,
    );
    await cli('--data', data, 'context', 'use', 'gone');
    const { contexts } = JSON.parse((await cli('--data', data, '--json', 'context', 'list')).stdout);
    expect(contexts).toMatchObject([
      { name: 'gone', isCurrent: true, wallet: 'me' },
      { name: 'lab', isCurrent: false },
    ]);
  });

  it('says which file is damaged', async () => {
    const broken = temporaryFolder();
    writeFileSync(join(broken, 'contexts.json'), '{"cur');
    const { code, stderr } = await cli('--data', broken, 'context', 'list');
    expect(code).toBe(1);
    expect(stderr).toContain(join(broken, 'contexts.json'));
    rmSync(broken, { recursive: true });
  });

  it('does not mind a reader that stops reading', () => {
    const main = fileURLToPath(new URL('./main.ts', import.meta.url));
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', `"$0" "${main}" --help | true; "$0" "${main}" --help | head -1`, process.execPath],
      {
        encoding: 'utf8',
      },
    );
    expect([status, stderr]).toEqual([0, '']);
  });
});
