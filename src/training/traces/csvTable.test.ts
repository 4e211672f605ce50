import { describe, expect, test } from 'vitest';
import { CsvTable } from './csvTable.ts';
import { parseJobCsv, parseNodeCsv } from './plainCsv.ts';

const HEADER = 'submitted_sec,gpus,run_sec,memory_mib,gpu_model,priority\n';
const jobs = (rows: string) => () => parseJobCsv(`${HEADER}${rows}`, 'jobs.csv');

describe('a table is refused, with line and column, for', () => {
  test.each([
    ['an empty file', () => new CsvTable('', 'a.csv'), 'a.csv:1:1: the file is empty'],
    [
      'a mark and nothing else',
      () => new CsvTable('\uFEFF\r\n\r\n', 'a.csv'),
      'a.csv:1:1: the file is empty',
    ],
    ['a column there twice', () => new CsvTable('a,b,a\n', 'a.csv'), 'a.csv:1:3: column "a" is there twice'],
    ['a cell too few', jobs('0,1,5,,,\n0,1\n'), 'jobs.csv:3:3: the row has 2 cells, must have 6'],
    ['a cell too many', jobs('0,1,5,,,,9\n'), 'jobs.csv:2:7: the row has 7 cells, must have 6'],
    [
      'a quote never closed',
      jobs('0,1,5,,,\n\n0,1,5,,"A100,\n1,1,5,,,\n'),
      'jobs.csv:4:5: a quote in this row',
    ],
    ['text after a quote', jobs('0,1,5,,"A"b,\n'), 'jobs.csv:2:5: text follows a closing quote'],
    ['a quote inside of a cell', jobs('0,1,5,,A"b,\n'), 'jobs.csv:2:5: a quote inside of a cell'],
  ])('%s', (_, read, message) => {
    expect(read).toThrow(message);
  });

  test('a column that is missing, by its name, beside those that are there', () => {
    expect(() => parseJobCsv('submitted_sec,gpu,run_sec\n', 'jobs.csv')).toThrow(
      'jobs.csv:1:4: column `gpus` is missing; there are "submitted_sec", "gpu", "run_sec"',
    );
    expect(() => parseNodeCsv('nam,gpus\n', 'nodes.csv')).toThrow('nodes.csv:1:3: column `name` is missing');
  });
});

describe('a number is refused, by the name of its column, where it is', () => {
  test.each([
    ['junk', '0,many,5,,,', '2:2: column `gpus`: must be a whole number from 1 to 4095, not "many"'],
    ['empty', '0,,5,,,', '2:2: column `gpus`: must be a whole number from 1 to 4095, not ""'],
    [
      'negative',
      '-1,1,5,,,',
      '2:1: column `submitted_sec`: must be a whole number from 0 to 4294967295, not "-1"',
    ],
    ['NaN', '0,1,NaN,,,', '2:3: column `run_sec`: must be a whole number from 1 to 4294967295, not "NaN"'],
    ['Infinity', '0,1,Infinity,,,', '2:3: column `run_sec`: must be a whole number'],
    ['a fraction', '0,0.5,5,,,', '2:2: column `gpus`: must be a whole number from 1 to 4095, not "0.5"'],
    ['too large', '0,4096,5,,,', '2:2: column `gpus`: must be a whole number from 1 to 4095, not "4096"'],
    [
      'too large for any number',
      `0,1,${'9'.repeat(400)},,,`,
      '2:3: column `run_sec`: must be a whole number',
    ],
    ['hexadecimal', '0,0x2,5,,,', '2:2: column `gpus`'],
    ['no time at all', '0,1,0,,,', '2:3: column `run_sec`: must be a whole number from 1'],
    ['memory that is junk', '0,1,5,1 GiB,,', '2:4: column `memory_mib`: must be a whole number'],
    ['a priority above 1', '0,1,5,,,10001', '2:6: column `priority`: must be a whole number from 0 to 10000'],
    [
      'a model without a name',
      '0,1,5,,A100|,',
      '2:5: column `gpu_model`: must be names with | between, not "A100|"',
    ],
  ])('%s', (_, row, message) => {
    expect(jobs(row)).toThrow(`jobs.csv:${message}`);
  });

  test('below quoted cells over several lines, blank lines and any line ends', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const rows = ['0,1,5,,"A', '100",', '', '0,"1', '",x,,,'].join(end);
      expect(() => parseJobCsv(HEADER.replace('\n', end) + rows, 'jobs.csv')).toThrow(
        'jobs.csv:6:3: column `run_sec`',
      );
    }
  });
});

describe('machines', () => {
  test('a name twice, and none, are refused', () => {
    expect(() => parseNodeCsv('name,gpus\na,1\nb,1\na,2\n', 'n.csv')).toThrow(
      'n.csv:4:1: column `name`: machine "a" is there twice',
    );
    expect(() => parseNodeCsv('name,gpus\n ,1\n', 'n.csv')).toThrow(
      'n.csv:2:1: column `name`: must be the name',
    );
  });
});

describe('a table', () => {
  test('takes a byte order mark, any line ends, blanks around cells, whole numbers as some programs write them', () => {
    const expected = { submittedSec: 0, gpus: 2, runSec: 60, gpuModels: [], memoryMiB: null, priority: null };
    for (const text of [
      'submitted_sec,gpus,run_sec\n7,2,60\n',
      '\uFEFFsubmitted_sec,gpus,run_sec\r\n7,2,60\r\n',
      '\n\nsubmitted_sec, gpus ,run_sec\r 7, 2 , 60 ',
      'gpus,"run_sec",note,submitted_sec\n2.0,60.0,"said ""so""",7.0\n\n',
    ])
      expect(parseJobCsv(text, 'jobs.csv').rows).toEqual([expected]);
  });

  test('of no rows is a trace of no jobs', () => {
    expect(parseJobCsv(HEADER, 'jobs.csv')).toMatchObject({ rows: [], dropped: 0, roundedUp: 0 });
  });
});
