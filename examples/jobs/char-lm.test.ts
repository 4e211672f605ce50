import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const JOB = join(import.meta.dirname, 'char-lm.mjs');
const TEXT = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'PROTOCOL.md'), 'utf8');

function folders(text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'aicchain-job-'));
  const env = {
    ...process.env,
    AICCHAIN_INPUT_DIR: join(folder, 'in'),
    AICCHAIN_OUTPUT_DIR: join(folder, 'out'),
  };
  mkdirSync(env.AICCHAIN_INPUT_DIR);
  mkdirSync(env.AICCHAIN_OUTPUT_DIR);
  writeFileSync(join(env.AICCHAIN_INPUT_DIR, 'text.txt'), text);
  return env;
}

function train(...args: string[]) {
  const env = folders(TEXT);
  const log = execFileSync(process.execPath, [JOB, ...args], { env, encoding: 'utf8' });
  const read = (name: string) => readFileSync(join(env.AICCHAIN_OUTPUT_DIR, name), 'utf8');
  const lines = log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return { lines, read, files: readdirSync(env.AICCHAIN_OUTPUT_DIR).sort() };
}

test('a text that is too short is refused', () => {
  const { status, stderr } = spawnSync(process.execPath, [JOB], { env: folders('short'), encoding: 'utf8' });
  expect(status).toBe(2);
  expect(stderr).toContain('text.txt has 5 characters');
});

test('the loss clearly goes down, and is told on the way', () => {
  const { lines, read, files } = train();
  expect(files).toEqual(['metrics.json', 'model.json', 'sample.txt']);
  const metrics = JSON.parse(read('metrics.json'));
  const { lossFirst, lossLast, steps } = metrics;
  expect(lossFirst).toBeGreaterThan(4);
  expect(lossLast).toBeLessThan(2.8);
  expect(lines.at(-1)).toEqual({ step: steps, loss: lossLast, progress: 1, ...metrics });
  expect(read('sample.txt').length).toBeGreaterThan(400);
});

test('the same seed gives the same bytes, another seed others', () => {
  const [one, two, other] = [
    train('--steps', '30'),
    train('--steps', '30'),
    train('--steps', '30', '--seed', '2'),
  ];
  for (const file of one.files) expect(one.read(file)).toBe(two.read(file));
  expect(other.read('model.json')).not.toBe(one.read('model.json'));
});
