import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { UpdateMetrics } from '../training/PpoOptions.ts';
import { emptyTerms } from '../training/welfare.ts';
import { MetricsFile } from './MetricsFile.ts';
import { progressLine } from './progressLine.ts';

const at = (name: string) => join(mkdtempSync(join(tmpdir(), 'aicchain-metrics-')), name);

const metrics = (update: number): UpdateMetrics => ({
  update,
  updates: 4,
  decisions: 1_024 * update,
  reward: 0.5,
  terms: { ...emptyTerms(), value: 1, waiting: 0.25, cost: 0.125, fairness: -0.125, shaping: 0.5 },
  deferred: 0.0625,
  penalty: 3,
  entropy: 0.75,
  approxKl: 0.0078125,
  clipFraction: 0.125,
  valueLoss: 0.5,
  explainedVariance: 0.875,
  learningRate: 0.01,
  temperature: 0.1,
  environmentSec: 0.5,
  learnerSec: 0.25,
  validationGain: update === 2 ? 0.03 : null,
});

test('another ending is refused', () => {
  expect(() => new MetricsFile(at('metrics.txt'))).toThrow('.csv or .jsonl');
});

describe('a line an update', () => {
  test('in CSV under a header, empty where no checkpoint was made', () => {
    const path = at('metrics.csv');
    const file = new MetricsFile(path);
    for (const update of [1, 2]) file.add(metrics(update));
    const [header, first, second, ...rest] = readFileSync(path, 'utf8').split('\n');
    expect(rest).toEqual(['']);
    const named = (line: string) =>
      Object.fromEntries(line.split(',').map((value, k) => [header!.split(',')[k], value]));
    expect(named(first!)).toMatchObject({ update: '1', reward_value: '1', validationGain: '' });
    expect(named(second!)).toMatchObject({ update: '2', reward_waiting: '0.25', validationGain: '0.03' });
  });

  test('in JSONL', () => {
    const path = at('metrics.jsonl');
    const file = new MetricsFile(path);
    for (const update of [1, 2]) file.add(metrics(update));
    const lines = readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { update: 1, decisions: 1_024, reward_fairness: -0.125, validationGain: null },
      { update: 2, decisions: 2_048, explainedVariance: 0.875, validationGain: 0.03 },
    ]);
  });

  test.each(['metrics.csv', 'metrics.jsonl'])(
    '%s: going on drops what is done again, and what is cut off',
    (name) => {
      const path = at(name);
      const before = new MetricsFile(path);
      for (const update of [1, 2, 3]) before.add(metrics(update));
      const whole = readFileSync(path, 'utf8');
      for (const cutOff of [0, 9]) {
        writeFileSync(path, whole.slice(0, whole.length - cutOff));
        const after = new MetricsFile(path, 2);
        after.add(metrics(3));
        expect(readFileSync(path, 'utf8')).toBe(whole);
      }
    },
  );
});

test('the line of progress names the reward by its terms, costs with a minus', () => {
  const line = progressLine(metrics(2), 12_345.6);
  expect(line).toMatch(
    /^update 2 of 4, reward 0\.500 \(value 1\.000, waiting -0\.250, cost -0\.125, .*energy 0\.000/,
  );
  expect(line).toMatch(
    /fairness -0\.125, shaping 0\.500\), KL 0\.0078, entropy 0\.75, explained variance 0\.88, 12346 steps\/s$/,
  );
});
