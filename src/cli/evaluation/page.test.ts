import { describe, expect, test } from 'vitest';
import { METRIC_NAMES, METRICS } from '../../training/metrics.ts';
import { evaluationPage } from './html/page.ts';
import { linear } from './html/scale.ts';
import { learningCurve } from './learningCurves.ts';
import { shown, shownInterval } from './numbers.ts';
import { evaluationTables } from './terminal.ts';
import { drawnReport } from './testing/report.ts';
import { leadOf } from './words.ts';

const report = drawnReport();
const page = evaluationPage(report);

describe('a file of metrics that is not one', () => {
  test('is named with its line', () => {
    expect(() => learningCurve('a.jsonl', '{"update":1}\nupdate 2\n')).toThrow(
      'a.jsonl:2 is not a JSON object',
    );
    expect(() => learningCurve('a.jsonl', '{"reward":1}')).toThrow(
      'a.jsonl:1 is not a JSON object with an `update`',
    );
    expect(() => learningCurve('a.jsonl', 'null')).toThrow('a.jsonl:1');
    expect(() => learningCurve('a.jsonl', '\n')).toThrow('holds no updates');
  });
});

describe('the page', () => {
  test('needs nothing from outside, and runs nothing', () => {
    expect(page).not.toMatch(/<(script|link|img|iframe|object|embed)|@import|url\(|\bsrc=|https?:|\son\w+=/i);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  });

  test('is well-formed: every element that is opened is closed, in order', () => {
    const open: string[] = [];
    for (const [, slash, name] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/g)) {
      if (name === 'meta') continue;
      if (slash === '') open.push(name!);
      else expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
  });

  test('escapes names', () => {
    expect(page).toContain('first-fit &#60;&#38;&#62;');
    expect(page).not.toContain('first-fit <&>');
  });

  test('every plot says in words what it shows, and no plot has a number that is none', () => {
    const plots = [...page.matchAll(/<svg[^>]*role="img"[^>]*>(<title>.+?<\/title><desc>.+?<\/desc>)?/g)];
    expect(plots.length).toBeGreaterThan(METRIC_NAMES.length);
    expect(plots.filter(([, told]) => told === undefined)).toEqual([]);
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('every metric has its plot and its definition, every rule its row', () => {
    for (const name of METRIC_NAMES) {
      expect(page).toContain(`<h3>${METRICS[name].title} `);
      expect(page).toContain(`<dt>${METRICS[name].title} `);
    }
    for (const { name } of report.byLoad[0]!.standings.rules.filter((rule) => !rule.name.includes('<'))) {
      expect(page).toContain(`<th scope="row">${name}</th>`);
    }
  });

  test('one load and no trainings leave their sections out', () => {
    const plain = evaluationPage({ ...drawnReport([1], 3), curves: [] });
    expect(plain).not.toContain('Load sweep');
    expect(plain).not.toContain('Learning curves');
    expect(page).toContain('Load sweep');
    expect(page).toContain('Learning curves');
  });

  test('says when it was stopped', () => {
    expect(page).not.toContain('It was stopped');
    expect(evaluationPage({ ...report, complete: false })).toContain('It was stopped');
  });
});

describe('the tables of the terminal', () => {
  const tables = evaluationTables(report);

  test('fit 100 columns and hold every rule in every block', () => {
    const lines = tables.split('\n');
    expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(100);
    const blocks = lines.filter((line) => line.startsWith('rule'));
    expect(blocks.length).toBeGreaterThan(3);
    expect(lines.filter((line) => line.startsWith('random'))).toHaveLength(blocks.length);
  });

  test('mark the best rule of each metric, which is no bound', () => {
    expect(tables.match(/\]\*/g)).toHaveLength(METRIC_NAMES.length);
    expect(tables.split('\n').filter((line) => line.startsWith('hindsight') && line.includes('*'))).toEqual(
      [],
    );
  });

  test('begin with what was found', () => {
    expect(tables.replaceAll('\n', ' ')).toMatch(
      /^policy \(10 training seeds\) brought 1\.\d{3} times \(95 %: 1\.\d{3} to 1\.\d{3}\) the welfare of the best untuned rule, price-alone, at load 1, on 12 arrival seeds that no training saw\. It wins\./,
    );
  });
});

describe('numbers', () => {
  test('have three digits, or all before the point', () => {
    expect([12345.6, 123.4, 12.34, 1.234, 0.1234, 0, -12.34].map(shown)).toEqual([
      '12,346',
      '123',
      '12.3',
      '1.23',
      '0.123',
      '0',
      '-12.3',
    ]);
    expect(shown(Number.NaN)).toBe('–');
    expect(shownInterval({ value: 1.1, low: 1.05, high: 1.2 })).toBe('1.10 [1.05, 1.20]');
  });
});

describe('a scale', () => {
  test('has ticks at round numbers within its domain', () => {
    expect(linear([0, 10], [0, 100]).ticks).toEqual([0, 5, 10]);
    expect(linear([0.13, 0.94], [0, 1]).ticks).toEqual([0.5]);
    expect(linear([-3, 7], [0, 1], 5).ticks).toEqual([-2, 0, 2, 4, 6]);
    expect(linear([2, 4], [100, 0]).at(3)).toBe(50);
    expect(linear([5, 5], [0, 1]).at(5)).toBe(0);
  });
});

test('on fewer than six arrival seeds nobody is said to win', () => {
  const byLoad = report.byLoad.map(({ load, standings }) => ({
    load,
    standings: { ...standings, arrivalSeeds: 5 },
  }));
  expect(leadOf({ ...report, byLoad })).toMatch(/cannot tell who wins\.$/);
});
