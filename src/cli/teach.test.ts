import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPolicyFile } from './policyFile.ts';
import { cli, shell, temporaryFolder } from './testing/cli.ts';

let folder: string;
const file = (name: string) => join(folder, name);
const teach = (...args: string[]) => cli('--json', 'teach', ...args);
const OPENB = ['--scenario', 'openb', '--nodes', '10'];

beforeAll(() => {
  folder = temporaryFolder();
  writeFileSync(file('scenario.json'), JSON.stringify({ horizonRounds: 24 }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('aicchain teach', () => {
  test.each([
    [[...OPENB, '--load', 'heavy'], '--load must be a number'],
    [[...OPENB, '--load', '0'], '--load must be a number'],
    [[...OPENB, '--load', '1,1.3', '--shadow-prices', '0.1'], '1 prices for 2 loads'],
    [[...OPENB, '--price-scales', '1,,2'], '--price-scales must be numbers'],
    [[...OPENB, '--episodes', '0'], '--episodes must be a whole number from 1'],
    [['--scenario', 'nowhere.json'], 'cannot be read'],
  ])('refuses %j', async (args, why) => {
    const { code, stdout } = await teach(...args);
    expect(code).toBe(2);
    expect(JSON.parse(stdout).error.message).toContain(why);
  });

  test('the same seed gives the same policy, and training may begin with it', async () => {
    const short = ['--scenario', file('scenario.json'), '--episodes', '3', '--rounds', '2'];
    const one = JSON.parse((await teach(...short, '--out', file('one.json'))).stdout);
    const two = JSON.parse((await teach(...short, '--out', file('two.json'))).stdout);
    expect(one).toMatchObject({ policyHash: two.policyHash, rows: two.rows, seed: 1 });
    expect(readFileSync(file('one.json'))).toEqual(readFileSync(file('two.json')));
    expect(readPolicyFile(file('one.json')).codeHash).toBe(one.policyHash);
    expect(one.rows).toBeGreaterThan(0);
    expect(one.seconds).toBeGreaterThan(0);
    const other = await teach(...short, '--seed', '2', '--out', file('other.json'));
    expect(JSON.parse(other.stdout).policyHash).not.toBe(one.policyHash);

    const args = ['--scenario', file('scenario.json'), '--from', file('one.json'), '--updates', '1'];
    const trained = await cli('--json', 'train', ...args, '--workers', '1', '--out', file('trained.json'));
    expect(trained.code).toBe(0);
    expect(JSON.parse(trained.stdout).policyHash).toBe(readPolicyFile(file('trained.json')).codeHash);
  });

  test('a policy of several loads says what it brought at each', async () => {
    const args = [...OPENB, '--load', '0.9,1.3', '--episodes', '2', '--price-scales', '1'];
    const { code, stdout } = await teach(...args, '--out', file('openb.json'));
    expect(code).toBe(0);
    const { validation, priceScale } = JSON.parse(stdout);
    expect(priceScale).toBe(1);
    expect(validation.gains).toHaveLength(2);
    expect(validation.meanGain).toBeCloseTo((validation.gains[0] + validation.gains[1]) / 2, 12);
  });

  test('Ctrl-C ends it, and nothing is written', async () => {
    const args = ['teach', '--scenario', file('scenario.json'), '--episodes', '100000'];
    const { child, ended } = shell([...args, '--out', file('stopped.json')]);
    let told = '';
    child.stderr.on('data', (chunk) => {
      told += chunk;
      if (/playing, \d+ of/.test(told)) child.kill('SIGINT');
    });
    expect((await ended).code).toBe(130);
    expect(told).toContain('was not written');
    expect(existsSync(file('stopped.json'))).toBe(false);
  });
});
