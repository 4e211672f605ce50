import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DOCUMENT, documented } from './document.ts';

const page = readFileSync(DOCUMENT, 'utf8');
const marked = (name: string) => `<!-- figures: ${name} -->\n<!-- end -->`;

describe('docs/policy.md', () => {
  const links = [...page.matchAll(/\[([^\]\n]+)\]\(([^)#\s]+)\)/g)].map(([, text, target]) => ({
    text: text!.replaceAll('`', ''),
    target: join(dirname(DOCUMENT), target!),
  }));

  test('links to what there is', () => {
    expect(links.length).toBeGreaterThan(50);
    for (const { target } of links) expect(existsSync(target), target).toBe(true);
  });

  test('names of code are in the files that they are linked to', () => {
    const named = links.filter(
      ({ text, target }) => statSync(target).isFile() && !text.endsWith(basename(target)),
    );
    expect(named.length).toBeGreaterThan(50);
    for (const { text, target } of named) expect(readFileSync(target, 'utf8'), target).toContain(text);
  });

  test('has a place for every table', () => {
    const names = [...page.matchAll(/<!-- figures: (\w+) -->/g)].map(([, name]) => name);
    expect(names.toSorted()).toEqual(
      ['headline', 'rules', 'loads', 'openb', 'metrics', 'train', 'ablations'].toSorted(),
    );
    expect(() => documented(page, {})).not.toThrow();
  });
});

describe('a benchmark whose figures are printed as they are', () => {
  const figures = {
    decisionsPerSec2: { value: 1_200, unit: '1/s', better: 'higher', aim: null, n: 3, spread: 40 },
    secondsToBeatBestHeuristic: { value: 4.25, unit: 's', better: 'lower', aim: 60, n: 10, spread: 0 },
  } as const;

  test('every figure in its order, with its aim the way it is meant', () => {
    expect(documented(marked('train'), { train: figures })).toBe(
      [
        '<!-- figures: train -->',
        '',
        '| figure | value | aim | runs | spread |',
        '| --- | ---: | ---: | ---: | ---: |',
        '| `decisionsPerSec2` | 1200 1/s |  | 3 | 40.0 |',
        '| `secondsToBeatBestHeuristic` | 4.25 s | ≤ 60 | 10 |  |',
        '',
        '<!-- end -->',
      ].join('\n'),
    );
    expect(documented(marked('ablations'), { ablations: figures })).toContain('`decisionsPerSec2`');
  });

  test('one that was not run leaves its table as it is', () => {
    const both = `${marked('train')}\n${marked('ablations')}`;
    const told = documented(both, { train: figures });
    expect(told).toContain('`decisionsPerSec2`');
    expect(told.endsWith(marked('ablations'))).toBe(true);
    expect(documented(both, {})).toBe(both);
  });
});
