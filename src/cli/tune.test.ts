import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPolicyFile } from './policyFile.ts';
import { cli, shell, temporaryFolder } from './testing/cli.ts';

let folder: string;
const file = (name: string) => join(folder, name);
const tune = (...args: string[]) => cli('--json', 'tune', '--scenario', file('scenario.json'), ...args);
const SHORT = ['--population', '4', '--episodes', '1'];

beforeAll(() => {
  folder = temporaryFolder();
  writeFileSync(file('scenario.json'), JSON.stringify({ horizonRounds: 8 }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('aicchain tune', () => {
  test.each([
    [['--method', 'annealing'], 'es or cem'],
    [['--quality', 'quadratic'], 'network or linear'],
    [['--sigma', '0'], 'above 0'],
    [['--population', '5'], 'even'],
    [['--method', 'cem', '--from', 'policy.json'], 'starts at price alone'],
    [['--load', '0'], '--load must be a number from 0.01'],
    [['--from', 'nowhere.json'], 'cannot be read'],
  ])('refuses %j', async (args, why) => {
    const { code, stdout } = await tune(...args);
    expect(code).toBe(2);
    expect(JSON.parse(stdout).error.message).toContain(why);
  });

  test('the same seed gives the same policy for any number of workers, and another may start from it', async () => {
    const linear = ['--method', 'cem', '--generations', '5', ...SHORT];
    const one = JSON.parse((await tune(...linear, '--workers', '1', '--out', file('one.json'))).stdout);
    const two = JSON.parse((await tune(...linear, '--workers', '2', '--out', file('two.json'))).stdout);
    expect(one).toMatchObject({ policyHash: two.policyHash, episodes: two.episodes });
    expect(readFileSync(file('one.json'))).toEqual(readFileSync(file('two.json')));

    const es = ['--from', file('one.json'), '--generations', '1', ...SHORT, '--workers', '1'];
    const further = JSON.parse((await tune(...es, '--out', file('es.json'))).stdout);
    expect(readPolicyFile(file('es.json')).codeHash).toBe(further.policyHash);
    expect(further.seconds).toBeGreaterThan(0);
  });

  test('Ctrl-C keeps the best so far', async () => {
    const args = ['tune', '--scenario', file('scenario.json'), '--generations', '100000', ...SHORT];
    const { child, ended } = shell([...args, '--workers', '1', '--out', file('stopped.json')]);
    let told = '';
    child.stderr.on('data', (chunk) => {
      told += chunk;
      if (/generation \d+ of/.test(told)) child.kill('SIGINT');
    });
    expect((await ended).code).toBe(130);
    expect(told).toContain('has the best so far');
    expect(readPolicyFile(file('stopped.json')).code.length).toBeGreaterThan(0);
  });
});
