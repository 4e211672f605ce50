import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AICChainError } from '../../domain/errors.ts';
import { describeTrace } from './describeTrace.ts';
import { detectTrace } from './detectTrace.ts';
import { jsonFault } from './jsonFault.ts';
import { jsonPlace } from './jsonPlace.ts';
import type { TraceJob, TraceNode } from './Trace.ts';

const name = fc.stringMatching(/^[A-Za-z0-9](?:[A-Za-z0-9 ,"\n.-]{0,8}[A-Za-z0-9])?$/);
const memoryMiB = fc.option(fc.nat(2 ** 20));
const job: fc.Arbitrary<TraceJob> = fc.record({
  submittedSec: fc.nat(10_000_000),
  gpus: fc.integer({ min: 1, max: 4_095 }),
  runSec: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
  gpuModels: fc.uniqueArray(name, { maxLength: 3 }),
  memoryMiB,
  priority: fc.option(fc.nat(10_000)),
});
const node: fc.Arbitrary<TraceNode> = fc.record({
  name,
  gpus: fc.integer({ min: 1, max: 4_095 }),
  gpuModel: fc.option(name),
  memoryMiB,
});
const jobs = fc.array(job, { minLength: 1, maxLength: 20 });
const nodes = fc.uniqueArray(node, { minLength: 1, maxLength: 20, selector: (one) => one.name });
const lineEnd = fc.constantFrom('\n', '\r\n');

/** As a program writes CSV: quotes where they are needed, some lines left blank. */
const csv = (rows: readonly (readonly unknown[])[], end: string) =>
  rows
    .map((row) => row.map((cell) => cellOf(String(cell ?? ''))).join(','))
    .join(end + end)
    .concat(end);
const cellOf = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const jobsCsv = (rows: readonly TraceJob[], end = '\n') =>
  csv(
    [
      ['priority', 'gpu_model', 'submitted_sec', 'gpus', 'memory_mib', 'run_sec'],
      ...rows.map((j) => [j.priority, j.gpuModels.join('|'), j.submittedSec, j.gpus, j.memoryMiB, j.runSec]),
    ],
    end,
  );

describe('what is written is read again', () => {
  test('jobs: in the order of their submission, which counts from the first', () => {
    const property = fc.property(jobs, lineEnd, (rows, end) => {
      const first = Math.min(...rows.map(({ submittedSec }) => submittedSec));
      const expected = rows.map((row) => ({ ...row, submittedSec: row.submittedSec - first }));
      expected.sort((a, b) => a.submittedSec - b.submittedSec);
      expect(detectTrace(jobsCsv(rows, end), 'jobs.csv')).toEqual({
        kind: 'jobs',
        format: 'csv',
        trace: { file: 'jobs.csv', rows: expected, dropped: 0, droppedFor: {}, roundedUp: 0 },
      });
    });
    fc.assert(property, { seed: 41, numRuns: 100 });
  });

  test('machines', () => {
    const property = fc.property(nodes, lineEnd, (rows, end) => {
      const written = rows.map((n) => [n.memoryMiB, n.name, n.gpuModel, n.gpus]);
      const text = csv([['memory_mib', 'name', 'gpu_model', 'gpus'], ...written], end);
      expect(detectTrace(text, 'n.csv')).toMatchObject({ kind: 'nodes', format: 'csv', trace: { rows } });
    });
    fc.assert(property, { seed: 42, numRuns: 100 });
  });

  test('pods of openb, and jobs of Philly in JSON', () => {
    const property = fc.property(jobs, (rows) => {
      const header = 'num_gpu,gpu_milli,gpu_spec,memory_mib,creation_time,scheduled_time,deletion_time'.split(
        ',',
      );
      const some = rows.map((row) => ({
        ...row,
        runSec: (row.runSec % 10_000_000) + 1,
        memoryMiB: row.memoryMiB ?? 0,
      }));
      const pods = some.map((j) => [
        j.gpus,
        1_000,
        j.gpuModels.join('|'),
        j.memoryMiB,
        j.submittedSec,
        j.submittedSec + 3,
        j.submittedSec + 3 + j.runSec,
      ]);
      const plain = detectTrace(jobsCsv(some.map((row) => ({ ...row, priority: null }))), 'f').trace.rows;
      expect(detectTrace(csv([header, ...pods], '\n'), 'f').trace.rows).toEqual(plain);
      const time = (sec: number) => new Date(sec * 1_000).toISOString().slice(0, 19).replace('T', ' ');
      const log = some.map(({ submittedSec: s, gpus, runSec }) => ({
        submitted_time: time(s),
        attempts: [
          {
            start_time: time(s + 9),
            end_time: time(s + 9 + runSec),
            detail: [{ gpus: Array(gpus).fill('g') }],
          },
        ],
      }));
      const unsaid = plain.map((row) => ({ ...row, gpuModels: [], memoryMiB: null }));
      expect(detectTrace(JSON.stringify(log), 'f').trace.rows).toEqual(unsaid);
    });
    fc.assert(property, { seed: 43, numRuns: 30 });
  });
});

describe('whatever a file holds, it is read or refused by line and column', () => {
  const readOrRefused = (text: string): AICChainError | undefined => {
    try {
      describeTrace(detectTrace(text, 'f'));
      return undefined;
    } catch (error) {
      expect(error).toBeInstanceOf(AICChainError);
      expect((error as AICChainError).message).toMatch(/^f:\d+:\d+: /);
      expect((error as AICChainError).hint).toBeTruthy();
      return error as AICChainError;
    }
  };
  const cell = fc.oneof(
    fc.constantFrom('', '-1', 'NaN', '1e3', '4096', '0', '99999999999', '"', '"a\n"', 'x,y', ' 7 '),
    fc.string(),
  );

  test('one changed cell of a list of jobs: what is refused is that cell, or the shape of its row', () => {
    const columns = ['submitted_sec', 'gpus', 'run_sec', 'memory_mib', 'gpu_model', 'priority'];
    const property = fc.property(fc.nat(9), fc.nat(5), cell, (row, column, text) => {
      const rows = Array.from({ length: 10 }, () => ['5', '1', '60', '1024', 'A100', '0']);
      rows[row]![column] = text;
      const error = readOrRefused([columns, ...rows].map((one) => one.join(',')).join('\n'));
      if (error === undefined || /[",\r\n]/.test(text)) return;
      expect(error.message).toMatch(`f:${row + 2}:${column + 1}: column \`${columns[column]}\`: `);
    });
    fc.assert(property, { seed: 44, numRuns: 500 });
  });

  test('any text, also behind the header of each form', () => {
    const header = fc.constantFrom(
      '',
      'submitted_sec,gpus,run_sec\n',
      'name,gpus\n',
      'sn,cpu_milli,memory_mib,gpu,model\n',
      'num_gpu,gpu_milli,creation_time,scheduled_time,deletion_time,gpu_spec,memory_mib\n',
      'num_gpu,submit_time,duration\n',
      '[',
      '[{"submitted_time":"2017-10-07 01:12:09","attempts":[',
    );
    const property = fc.property(
      header,
      fc.string({ unit: 'binary' }),
      (begin, text) => void readOrRefused(begin + text),
    );
    fc.assert(property, { seed: 45, numRuns: 500 });
  });

  test('any JSON', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (value) => void readOrRefused(JSON.stringify(value, null, 1))),
      { seed: 46, numRuns: 300 },
    );
  });
});

test('an unknown header, and bytes that are no text, are refused with the forms that are known', () => {
  for (const text of ['when,what\n1,2\n', 'PK\u0003\u0004\u0000\u0000']) {
    try {
      detectTrace(text, 'f');
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({
        code: 'BAD_TRACE',
        message: expect.stringContaining('f:1:1: is no trace that is known'),
      });
      expect((error as AICChainError).hint).toMatch(/openb.*Philly.*plain CSV/);
      expect((error as AICChainError).message).not.toMatch(/\p{Cc}/u);
    }
  }
});

describe('JSON', () => {
  const parses = (text: string) => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };

  test('has a fault exactly where the engine finds one', () => {
    const change = fc.constantFrom(
      '',
      ',',
      '"',
      '[',
      '}',
      ':',
      '0',
      '-',
      '.',
      'e',
      '\\',
      ' ',
      '\n',
      'tru',
      '\u0000',
      '\u00a0',
      '\u007f',
    );
    const property = fc.property(fc.json(), fc.nat(), fc.nat(2), change, (json, where, cut, insert) => {
      const at = where % (json.length + 1);
      const text = json.slice(0, at) + insert + json.slice(at + cut);
      expect(jsonFault(text) === undefined).toBe(parses(text));
    });
    fc.assert(property, { seed: 47, numRuns: 2_000 });
  });

  test('every value is found where it is', () => {
    const property = fc.property(fc.dictionary(fc.string(), fc.array(fc.jsonValue())), (value) => {
      const text = JSON.stringify(value, null, 2);
      for (const [key, list] of Object.entries(value))
        for (const [i, item] of list.entries()) {
          const { line, column } = jsonPlace(text, [key, i]);
          const rest = text
            .split('\n')
            .slice(line - 1)
            .join('\n')
            .slice(column - 1);
          expect(rest.startsWith(JSON.stringify(item, null, 2).replaceAll('\n', '\n    '))).toBe(true);
        }
    });
    fc.assert(property, { seed: 48, numRuns: 200 });
  });
});
