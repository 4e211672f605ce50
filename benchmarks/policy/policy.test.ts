import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { policyFileOf, policyFileText } from '../../src/cli/policyFile.ts';
import { drawNetwork, seededWeights } from '../../src/policy/randomNetwork.ts';
import type { MetricValues } from '../../src/training/metrics.ts';
import { boundMetrics, type RuleRuns } from '../../src/training/standings.ts';
import { parseOpenbPods } from '../../src/training/traces/openb.ts';
import { contenders } from './contenders.ts';
import { documented, type ShownFigures } from './document.ts';
import { figuresAtLoad, headline, openbFigures } from './figures.ts';
import { withTimes } from './openbLists.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'aicchain-policies-'));
  for (const [name, seeds] of [
    ['openb', [1, 2]],
    ['linear', [3]],
  ] as const) {
    mkdirSync(join(folder, name));
    for (const seed of seeds) {
      const policy = policyFileOf(drawNetwork(8, seededWeights(seed)), seed);
      writeFileSync(join(folder, name, `seed-${seed}.json`), policyFileText(policy));
    }
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('contenders', () => {
  test('refuses a folder without the shipped policy', () => {
    expect(() => contenders(join(folder, 'none'), 10)).toThrow('there are no policies in');
    expect(() => contenders(join(folder, 'openb'), 10)).toThrow('there are no policies in');
  });

  test('a folder is a policy, its files the training seeds; what is called linear is tuned', () => {
    const rules = contenders(folder, 10);
    const told = rules.slice(0, 2).map(({ name, role, versions }) => [name, role, versions.length]);
    expect(told).toEqual([
      ['linear', 'tuned', 1],
      ['openb', 'policy', 2],
    ]);
    expect(rules.map(({ name }) => name)).toContain('price-alone');
    expect(contenders(folder, 1)[1]!.versions).toHaveLength(1);
  });
});

describe('a list of openb without times', () => {
  const TIMED =
    'name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,creation_time,deletion_time,scheduled_time\n' +
    'a,1,1,1,1000,,10,110,20\nb,1,1,1,500,T4,30,90,40\n';
  const PLAIN = 'name,cpu_milli,memory_mib,num_gpu,gpu_milli\na,1,1,4,1000\nadded,1,1,8,1000\n';

  test('takes the times of the same pod, and of some pod where it adds one', () => {
    const { rows } = parseOpenbPods(withTimes(PLAIN, TIMED), 'list.csv');
    expect(rows.map(({ gpus }) => gpus).sort()).toEqual([4, 8]);
    expect(rows.find(({ gpus }) => gpus === 4)).toMatchObject({ runSec: 90 });
    expect([90, 50]).toContain(rows.find(({ gpus }) => gpus === 8)!.runSec);
    expect(withTimes(PLAIN, TIMED)).toBe(withTimes(PLAIN, TIMED));
  });

  test('keeps its own times', () => {
    expect(parseOpenbPods(withTimes(TIMED, TIMED), 'list.csv').rows.map(({ runSec }) => runSec)).toEqual([
      90, 50,
    ]);
  });
});

const row = (welfare: readonly number[], others: Partial<MetricValues> = {}) =>
  welfare.map((value) => ({ ...boundMetrics(value), ...others }));
const RUNS: readonly RuleRuns[] = [
  { name: 'openb', role: 'policy', runs: [row([12, 24], { waitP50: 8 }), row([11, 22], { waitP50: 8 })] },
  { name: 'linear', role: 'tuned', runs: [row([11, 20], { waitP50: 7 })] },
  { name: 'price-alone', role: 'untuned', runs: [row([10, 20], { waitP50: 9 })] },
  { name: 'random', role: 'untuned', runs: [row([2, 4], { waitP50: 4 })] },
  { name: 'hindsight', role: 'bound', runs: [row([12, 25])] },
];

describe('the figures', () => {
  const figures = {
    ...headline(RUNS),
    ...figuresAtLoad(1, RUNS),
    ...openbFigures(['default', 'other'], [RUNS, RUNS]),
  };

  test('have the names that scripts read', () => {
    expect(Object.keys(figures)).toEqual(
      expect.arrayContaining([
        'welfareRatioBestBaseline',
        'welfareRatioLow',
        'welfareRatioTunedLinear',
        'welfareRatioTunedLinearLow',
        'welfareRatioHindsight',
        'worstSingleMetricRatio',
        'openbWelfareRatioBestBaseline',
      ]),
    );
  });

  test('are ratios of sums over all training seeds, to the best of each sort', () => {
    expect(figures.welfareRatioBestBaseline).toMatchObject({ value: 1.15, unit: '× price-alone', n: 4 });
    expect(figures.welfareRatioLow!.value).toBe(1.1);
    expect(figures.welfareRatioTunedLinear!.value).toBeCloseTo(34.5 / 31, 4);
    expect(figures.welfareRatioHindsight!.value).toBeCloseTo(34.5 / 37, 4);
    expect(figures.shippedWelfareRatioBestBaseline!.value).toBe(1.2);
    expect(figures.welfareRatioBestBaseline_1!.value).toBe(1.15);
    expect(figures.openbWelfareRatioBestBaseline).toMatchObject({ value: 1.15, n: 8 });
  });

  test('the worst single metric is beside whoever is best at it', () => {
    expect(figures.worstSingleMetricRatio).toMatchObject({ value: 0.5, unit: '× random at wait p50' });
  });

  test('make every table of the document, and leave the rest alone', () => {
    const names = ['headline', 'rules', 'metrics', 'loads', 'openb'];
    const page = names
      .map((name) => `Before ${name}\n<!-- figures: ${name} -->\nold\n<!-- end -->`)
      .join('\n');
    const told = documented(page, { policy: figures as ShownFigures });
    expect(told).not.toContain('old');
    expect(told).not.toMatch(/undefined|NaN/);
    for (const name of names) expect(told).toContain(`Before ${name}\n<!-- figures: ${name} -->\n\n| `);
    expect(told).toContain(
      '| welfare, beside the best untuned rule | 1.150 [1.100, 1.200] × price-alone | ≥ 1.1 | 4 |',
    );
    expect(told).toContain('| 1 | 1.150 [1.100, 1.200] × price-alone |');
    expect(told).toContain('| wait p50, s | 8.00 [8.00, 8.00] | 4.00 [4.00, 4.00] (random) | 0.500 |');
    expect(documented(told, { policy: figures as ShownFigures })).toBe(told);
    expect(() => documented('<!-- figures: none -->\n<!-- end -->', {})).toThrow('there is no table "none"');
  });
});
