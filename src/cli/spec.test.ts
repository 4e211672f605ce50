import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSpec } from './spec.ts';
import { FileProblems } from './yamlFile.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'aicchain-spec-'));
  writeFileSync(join(folder, 'text.txt'), 'x'.repeat(1_500_000));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const specOf = (text: string) => {
  writeFileSync(join(folder, 'w.yaml'), text);
  return readSpec(join(folder, 'w.yaml'));
};
/** What is wrong, without the folder. */
const problemsOf = (text: string): readonly string[] => {
  try {
    specOf(text);
  } catch (error) {
    if (error instanceof FileProblems) return error.problems.map((line) => line.replace(`${folder}/`, ''));
    throw error;
  }
  return [];
};
const VALID = 'command: [node, a.mjs]\ncomputeTflop: 1\nbudget: 5\n';

describe('a workload file is refused, with line, column and field, for', () => {
  it.each([
    ['an unknown field', `${VALID}gpu: 2\n`, 'w.yaml:4:1: field `gpu`: is unknown; did you mean `gpus`?'],
    ['a negative number', `${VALID}gpus: -1\n`, 'w.yaml:4:7: field `gpus`: must be from 1 to 4095, not -1'],
    [
      'an absurd number',
      `${VALID}dataMB: 1e300\n`,
      'w.yaml:4:9: field `dataMB`: must be from 0 to 4294967295, not 1e+300',
    ],
    ['infinity', `${VALID}priority: .inf\n`, 'w.yaml:4:11: field `priority`: must be a number, not Infinity'],
    ['half a GPU', `${VALID}gpus: 1.5\n`, 'w.yaml:4:7: field `gpus`: must be a whole number, not 1.5'],
    ['a text for a number', `${VALID}gpus: many\n`, 'w.yaml:4:7: field `gpus`: must be a number, not "many"'],
    ['an empty field', `${VALID}gpus:\n`, 'w.yaml:4:6: field `gpus`: must be a number, not empty'],
    ['a number for a list', `${VALID}outputs: 3\n`, 'w.yaml:4:10: field `outputs`: must be a list'],
    [
      'a path as an output',
      `${VALID}outputs: [../x]\n`,
      'w.yaml:4:10: field `outputs`: "../x" must be a plain file name (letters, digits, . _ -), named once',
    ],
    ['a budget of nothing', VALID.replace('5', '0'), 'w.yaml:3:9: field `budget`: must be more than 0'],
    [
      'a negative budget',
      VALID.replace('5', '-5'),
      'w.yaml:3:9: field `budget`: must be an amount of AICC like 12.5, at most six decimals, not -5',
    ],
    [
      'a budget beyond all money',
      VALID.replace('5', '99999999999'),
      'w.yaml:3:9: field `budget`: must be an amount of AICC like 12.5, at most six decimals, not 99999999999',
    ],
    [
      'two budgets',
      `${VALID}budgetForWork: 3\n`,
      'w.yaml:4:16: field `budgetForWork`: is beside `budget`: say one of the two',
    ],
    [
      'no budget',
      'command: [a]\ncomputeTflop: 1\n',
      'w.yaml:1:1: field `budget`: is missing: say what the workload may cost, in AICC',
    ],
    [
      'no work',
      'command: [a]\nbudget: 1\n',
      'w.yaml:1:1: field `computeTflop`: is missing: say how much work it is, or `lease` for how long',
    ],
    [
      'job and lease at once',
      `${VALID}lease: 2h\n`,
      'w.yaml:2:15: field `computeTflop`: is beside `lease`: a workload has one of the two',
    ],
    [
      'nothing to run',
      'computeTflop: 1\nbudget: 5\n',
      'w.yaml:1:1: field `command`: is missing: say what to run, or which image',
    ],
    [
      'a duration in words',
      `${VALID}maxDuration: soon\n`,
      'w.yaml:4:14: field `maxDuration`: must be a duration like 90s, 15m, 2h or 1h30m, not soon',
    ],
    [
      'a lease beyond its limit',
      'command: [a]\nlease: 2h\nbudget: 1\nmaxDuration: 1h\n',
      'w.yaml:4:14: field `maxDuration`: is shorter than the lease of 7200 s',
    ],
    ['too many retries', `${VALID}retries: 4\n`, 'w.yaml:4:10: field `retries`: must be from 0 to 3, not 4'],
    [
      'an input without a file',
      `${VALID}inputs:\n  - name: a\n    path: none.txt\n`,
      expect.stringMatching(/^w\.yaml:6:11: field `inputs\[0\]\.path`: there is no file .*none\.txt$/),
    ],
    [
      'an input named twice',
      `${VALID}inputs:\n  - path: text.txt\n  - path: text.txt\n`,
      'w.yaml:6:5: field `inputs[1].name`: "text.txt" is named twice',
    ],
    [
      'a field of an input that is unknown',
      `${VALID}inputs:\n  - path: text.txt\n    nam: x\n`,
      'w.yaml:6:5: field `inputs[0].nam`: is unknown; did you mean `name`?',
    ],
    ['no YAML', 'command: [a\n', expect.stringMatching(/^w\.yaml:\d+:\d+: .+/)],
    ['a field given twice', `${VALID}gpus: 1\ngpus: 2\n`, expect.stringMatching(/^w\.yaml:5:1: .*unique/)],
    ['a list instead of fields', '- a\n', 'w.yaml:1:1: the file must consist of fields like "gpus: 1"'],
  ])('%s', (_, text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  it('everything that is wrong at once', () => {
    expect(problemsOf(`${VALID}gpus: 0\nretries: x\n`)).toHaveLength(2);
  });

  it('a file that is not there', () => {
    expect(() => readSpec(join(folder, 'none.yaml'))).toThrow(/there is no file/);
  });
});

describe('a workload file', () => {
  it('may be short; the rest has defaults, and the data is the size of the inputs', () => {
    expect(specOf(`${VALID}inputs: [{ path: text.txt }]\n`)).toMatchObject({
      command: ['node', 'a.mjs'],
      gpus: 1,
      computeGflop: 1_000,
      leaseSec: 0,
      dataMB: 2,
      priority: 5_000,
      budget: { totalMicro: 5_000_000 },
      inputs: [{ name: 'text.txt', bytes: 1_500_000 }],
      retries: 1,
    });
  });

  it('may say everything', () => {
    const spec = specOf(
      'name: n\ncommand: echo hi\nlease: 1h30m\nbudgetForWork: 0.25\npriority: 0.8\nminTrust: 0.4\nclasses: [cpu]\nretries: 0\nopenFor: 90s\ndataMB: 7\n',
    );
    expect(spec).toMatchObject({
      command: ['sh', '-c', 'echo hi'],
      leaseSec: 5_400,
      budget: { forWorkMicro: 250_000 },
      priority: 8_000,
      minTrustBps: 4_000,
      classes: ['cpu'],
      retries: 0,
      openForSec: 90,
      dataMB: 7,
    });
  });

  it('counts its work in whole GFLOP, rounded up', () => {
    expect(specOf(VALID.replace('Tflop: 1', 'Tflop: 0.0011')).computeGflop).toBe(2);
    expect(specOf(VALID.replace('Tflop: 1', 'Tflop: 0.007')).computeGflop).toBe(7);
  });
});
