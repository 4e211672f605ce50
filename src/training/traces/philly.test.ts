import { describe, expect, test } from 'vitest';
import { parsePhilly } from './philly.ts';
import { phillyTimeSec } from './phillyTime.ts';

const attempt = (start: string | null, end: string | null, ...gpus: number[]) => ({
  start_time: start,
  end_time: end,
  detail: gpus.map((count, i) => ({ ip: `m${i}`, gpus: Array.from({ length: count }, (_, g) => `gpu${g}`) })),
});
const job = (submitted: string | null, ...attempts: unknown[]) => ({
  status: 'Pass',
  vc: 'ee9e8c',
  jobid: 'application_1',
  attempts,
  submitted_time: submitted,
  user: 'u',
});
const day = (time: string) => `2017-10-07 ${time}`;
const parse = (...jobs: unknown[]) => parsePhilly(JSON.stringify(jobs, null, 1), 'cluster_job_log');

test('a job holds the GPUs of its largest attempt for as long as its attempts ran together', () => {
  const trace = parse(
    job(
      day('01:11:39'),
      attempt(day('01:12:09'), day('01:13:23'), 8),
      attempt(day('23:59:30'), '2017-10-08 00:00:30', 8, 4),
    ),
    job(day('01:00:00'), attempt(null, day('02:00:00'), 64), attempt(day('02:00:00'), day('02:00:05'), 1)),
  );
  const any = { gpuModels: [], memoryMiB: null, priority: null };
  expect(trace.rows).toEqual([
    { submittedSec: 0, gpus: 1, runSec: 5, ...any },
    { submittedSec: 699, gpus: 12, runSec: 134, ...any },
  ]);
  expect(trace.dropped).toBe(0);
});

test('left out are jobs that never ran, were still running, held no GPU or ran for no second', () => {
  const start = day('01:00:00');
  const trace = parse(
    job(start),
    job(start, attempt(null, start, 1)),
    job(start, attempt(start, null, 1)),
    job(start, attempt(start, 'None' as string, 1)),
    job(start, attempt(start, day('02:00:00'))),
    job(start, attempt(start, start, 1)),
  );
  expect(trace.rows).toEqual([]);
  expect(trace.droppedFor).toEqual({
    'never ran': 2,
    'without an end': 2,
    'without GPUs': 1,
    'ran for no second': 1,
  });
});

describe('a job log is refused, with line and column, for', () => {
  const LOG = [
    '[',
    ' { "jobid": "a]}\\"", "attempts": [], "submitted_time": "2017-10-07 01:00:00" },',
    ' { "attempts": [ {',
    '     "start_time": "2017-10-07 01:00:00",',
    '     "end_time": "2017-10-07 02:00:00", "detail": [{ "gpus": ["gpu0"] }] } ],',
    '   "submitted_time": "2017-10-07 01:00:00" }',
    ']',
  ].join('\n');
  test.each([
    [
      'an end before its start',
      '02:00:00',
      '00:59:59',
      '5:18: `[1].attempts[0].end_time`: is 2017-10-07 00:59:59, before',
    ],
    [
      'a time that is none',
      '"2017-10-07 01:00:00",',
      '"2017-13-07 01:00:00",',
      '4:20: `[1].attempts[0].start_time`: must be a time like "2017-10-07 01:12:09", not "2017-13-07 01:00:00"',
    ],
    ['a number for a time', '"2017-10-07 02:00:00"', '5', '5:18: `[1].attempts[0].end_time`: must be a time'],
    [
      'GPUs that are no list',
      '["gpu0"]',
      '8',
      '5:62: `[1].attempts[0].detail[0].gpus`: must be a list, not 8',
    ],
    [
      'no submission',
      '   "submitted_time": "2017-10-07 01:00:00"',
      '   "submitted_time": null',
      '6:22: `[1].submitted_time`: a job must have been submitted',
    ],
    ['no attempts', '"attempts": [],', '', '2:2: `[0].attempts`: must be a list, not missing'],
    [
      'an attempt that is none',
      '"attempts": []',
      '"attempts": [7]',
      '2:35: `[0].attempts[0]`: must be an object, not 7',
    ],
    ['a comma too many', '] } ],', '] } ],,', '5:78: is no JSON: "," is not expected here'],
  ])('%s', (_, from, to, message) => {
    expect(LOG).toContain(from);
    expect(() => parsePhilly(LOG.replace(from, to), 'log.json')).toThrow(`log.json:${message}`);
  });

  test('an end too early', () => {
    expect(() => parsePhilly(LOG.slice(0, -2), 'log.json')).toThrow(
      'log.json:6:45: is no JSON: the text ends too early',
    );
  });

  test('one job instead of a list of them', () => {
    expect(() => parsePhilly('\n {}', 'log.json')).toThrow(
      'log.json:2:2: the log: must be a list, not an object',
    );
  });

  test('the last of a name that is there twice, which is the one that counts', () => {
    const twice = LOG.replace('"attempts": [],', '"attempts": [], "attempts": 4,');
    expect(() => parsePhilly(twice, 'log.json')).toThrow(
      'log.json:2:50: `[0].attempts`: must be a list, not 4',
    );
  });

  test('strings that are longer than a stack is deep', () => {
    const long = 'a\\n'.repeat(5_000_000);
    expect(() => parsePhilly(`[{"x":"${long}"}]`, 'log.json')).toThrow('log.json:1:2: `[0].submitted_time`');
    expect(() => parsePhilly(`["${long}`, 'log.json')).toThrow('log.json:1:2: is no JSON');
  });

  test('more nesting than a stack holds', () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    expect(() => parsePhilly(`[${deep}]`, 'log.json')).toThrow(
      'log.json:1:2: `[0]`: must be an object, not a list',
    );
  });
});

describe('the CSV form', () => {
  test('has submissions, GPUs and durations', () => {
    const text =
      'job_id,num_gpu,submit_time,iterations,model_name,duration,interval\n5,8,90,1,vgg16,60,1\n6,0,50,1,x,9,1\n7,1,50,1,x,0,1\n';
    expect(parsePhilly(text, 'jobs.csv')).toMatchObject({
      rows: [{ submittedSec: 0, gpus: 8, runSec: 60 }],
      droppedFor: { 'without GPUs': 1, 'ran for no second': 1 },
    });
  });

  test('is refused by line and column', () => {
    expect(() => parsePhilly('submit_time,num_gpu,duration\n1,1,-5\n', 'jobs.csv')).toThrow(
      'jobs.csv:2:3: column `duration`: must be a whole number',
    );
    expect(() => parsePhilly('submit_time,num_gpu\n', 'jobs.csv')).toThrow('column `duration` is missing');
  });
});

describe('times', () => {
  test.each([
    '2017-02-29 00:00:00',
    '2017-04-31 00:00:00',
    '2017-10-00 00:00:00',
    '2017-00-01 00:00:00',
    '2017-10-07 24:00:00',
    '2017-10-07 00:60:00',
    '2017-10-07',
    '2017-10-07T00:00:00',
    '',
  ])('"%s" is none', (text) => {
    expect(phillyTimeSec(text)).toBeUndefined();
  });

  test('count from 1970, over leap days', () => {
    expect(phillyTimeSec('1970-01-01 00:00:01')).toBe(1);
    expect(phillyTimeSec('2016-03-01 00:00:00')! - phillyTimeSec('2016-02-28 00:00:00')!).toBe(2 * 86_400);
    expect(phillyTimeSec('2017-10-07 01:12:09')).toBe(1_507_338_729);
  });
});
