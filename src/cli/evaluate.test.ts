import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawNetwork, seededWeights } from '../policy/randomNetwork.ts';
import { policyFileOf, policyFileText } from './policyFile.ts';
import { cli, shell, temporaryFolder } from './testing/cli.ts';

let folder: string;
const file = (...parts: string[]) => join(folder, ...parts);
const evaluate = (...args: string[]) => cli('--data', file('data'), 'evaluate', ...args);
const SMALL = ['--nodes', '10', '--workers', '1', '--no-bound'];

beforeAll(() => {
  folder = temporaryFolder();
  mkdirSync(file('trained'));
  mkdirSync(file('empty'));
  for (const seed of [1, 2]) {
    const policy = policyFileOf(drawNetwork(8, seededWeights(seed)), seed);
    writeFileSync(file('trained', `seed-${seed}.json`), policyFileText(policy));
  }
  writeFileSync(file('scenario.json'), JSON.stringify({ nodes: 10, load: 1, seed: 1, horizonRounds: 40 }));
  writeFileSync(file('curves.jsonl'), '{"update":1,"reward":0.1}\n{"update":2,"reward":0.3}\n');
  writeFileSync(file('nodes.csv'), 'sn,cpu_milli,memory_mib,gpu,model\na,1,1,2,T4\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('aicchain evaluate refuses', () => {
  it.each([
    ['a baseline that there is none of', () => ['--against', 'firstfit'], 'there is no baseline "firstfit"'],
    ['a policy that is not there', () => ['--policy', file('none.json')], 'none.json cannot be read'],
    ['a folder without policies', () => ['--policy', file('empty')], 'holds no policies'],
    [
      'a name that is taken',
      () => ['--policy', `random=${file('trained', 'seed-1.json')}`],
      'two rules are called random',
    ],
    ['no load', () => ['--load', '0.8,much'], '--load must be a number from 0.01 to 100, not "much"'],
    ['no seeds', () => ['--seeds', '0'], '--seeds must be a whole number'],
    ['seeds from more to less', () => ['--seeds', '9-3'], '--seeds 9-3 is from more to less'],
    ['a scenario that is not there', () => ['--scenario', file('none.json')], 'none.json cannot be read'],
    ['curves that are none', () => ['--curves', file('nodes.csv')], 'nodes.csv:1 is not a JSON object'],
  ])('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await evaluate(...args());
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(message)]);
  });
});

describe('aicchain evaluate', () => {
  it('plays a policy of two training seeds beside baselines, and writes a page', async () => {
    const { code, stdout } = await evaluate(
      ...[
        '--json',
        '--scenario',
        file('scenario.json'),
        '--policy',
        file('trained'),
        '--against',
        'price-alone,random',
      ],
      ...['--seeds', '2', '--load', '1,0.5', '--workers', '2', '--curves', file('curves.jsonl')],
      ...['--html', file('report.html')],
    );
    const found = JSON.parse(stdout);
    expect([code, found.complete, found.arrivalSeeds]).toEqual([0, true, [5_000_001, 5_000_002]]);
    expect(found.byLoad.map(({ load }: { load: number }) => load)).toEqual([0.5, 1]);
    const { rules, bestUntuned, arrivalSeeds } = found.byLoad[1].standings;
    expect(arrivalSeeds).toBe(2);
    expect(['price-alone', 'random']).toContain(bestUntuned);
    const byName = Object.fromEntries(rules.map((rule: { name: string }) => [rule.name, rule]));
    expect(Object.keys(byName).sort()).toEqual(['hindsight', 'policy', 'price-alone', 'random']);
    expect(byName.policy.trainingSeeds).toBe(2);
    expect(byName['price-alone'].metrics.welfare.value).toBeGreaterThan(0);
    expect(byName['price-alone'].metrics.decisionMs.value).toBeGreaterThan(0);
    const bound = byName.hindsight.metrics.welfare.value;
    for (const { metrics } of rules) expect(metrics.welfare.value).toBeLessThanOrEqual(bound);
    const page = readFileSync(file('report.html'), 'utf8');
    for (const section of [
      'Standing',
      'Learning curves',
      'Every metric',
      'Performance profiles',
      'Load sweep',
    ]) {
      expect(page).toContain(`<h2>${section}</h2>`);
    }
  });

  it('finds the same with any number of workers, but for the time', async () => {
    const args = [
      '--json',
      '--scenario',
      file('scenario.json'),
      '--against',
      'first-fit,fgd',
      '--seeds',
      '7-9',
      '--no-bound',
    ];
    const [one, three] = await Promise.all(
      ['1', '3'].map((workers) => evaluate(...args, '--workers', workers)),
    );
    const told = ({ stdout }: { stdout: string }) =>
      JSON.parse(stdout, (key, value) => (key === 'decisionMs' ? null : value));
    expect(told(three!)).toEqual(told(one!));
    expect(told(one!).arrivalSeeds).toEqual([7, 8, 9]);
  });

  it('shows what is done when it is stopped', async () => {
    const { child, ended } = shell(
      ['--data', file('data'), 'evaluate', ...SMALL, '--against', 'random,first-fit', '--seeds', '5000'],
      { cwd: folder },
    );
    await new Promise<void>((resolve) => {
      child.stderr.on('data', (text: string) => {
        // Each seed is two episodes: some are done, and far from all.
        if (/: ([4-9]|\d\d+) of 10000 episodes/.test(text)) resolve();
      });
    });
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    expect(stdout).toMatch(/^(random|first-fit) brought the most of the untuned rules at load 1/);
    expect(stdout).toContain('completion p99');
  });
});
