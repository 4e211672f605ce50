import { describe, expect, test } from 'vitest';
import { METRIC_NAMES, METRICS, metricsOf } from './metrics.ts';
import type { EpisodeOutcome, WorkloadOutcome } from './outcome.ts';
import { emptyTerms } from './welfare.ts';

const MISSED: WorkloadOutcome = {
  id: 1,
  gpus: 1,
  priority: 0,
  submittedSec: 0,
  patienceSec: 500,
  ending: 'expired',
  startedSec: null,
  completedSec: null,
  failedRuns: 0,
  priceMicro: 0,
  gpuHours: 0,
  kWh: 0,
  gCo2: 0,
};

function completed(submittedSec: number, startedSec: number, completedSec: number): WorkloadOutcome {
  return { ...MISSED, ending: 'completed', submittedSec, startedSec, completedSec };
}

const EMPTY: EpisodeOutcome = {
  seed: 1,
  durationSec: 1_000,
  welfareMicro: 12_500_000,
  terms: emptyTerms(),
  endings: { arrived: 0, completed: 0, expired: 0, failedRuns: 0, lost: 0, waitedRounds: 0 },
  workloads: [],
  offeredGpuSec: 8_000,
  heldGpuSec: 2_000,
  usefulGpuSec: 1_800,
  servedGpuSec: Float64Array.of(1_000, 1_000),
  nodeGpus: Int32Array.of(4, 4),
  fragmentation: 0.25,
};

const measured = (outcome: Partial<EpisodeOutcome>) =>
  metricsOf({ outcome: { ...EMPTY, ...outcome }, decisionMs: 3 });

describe('the table of metrics', () => {
  test('every metric says in one sentence what it is, and why it is not judged where it is not', () => {
    for (const name of METRIC_NAMES) {
      expect(METRICS[name].meaning).toMatch(/^[A-Z][^.]*(?:0\.7[^.]*)?\.$/);
      expect(METRICS[name].notJudged).not.toBe('');
    }
    expect(new Set(METRIC_NAMES.map((name) => METRICS[name].title)).size).toBe(METRIC_NAMES.length);
  });
});

describe('metricsOf', () => {
  test('an episode in which nothing came has nothing to measure, and says so', () => {
    const values = measured({ usefulGpuSec: 0, heldGpuSec: 0, servedGpuSec: new Float64Array(2) });
    for (const name of [
      'waitP50',
      'completionShare',
      'urgentOnTime',
      'pricePerGpuHour',
      'jainFairness',
    ] as const) {
      expect([name, values[name]]).toEqual([name, Number.NaN]);
    }
    expect(values).toMatchObject({ welfare: 12.5, utilisation: 0, fragmentation: 25, decisionMs: 3 });
  });

  test('waits and completions count from submission', () => {
    const values = measured({ workloads: [completed(100, 110, 200), completed(200, 230, 500)] });
    expect(values).toMatchObject({ waitP50: 20, completionP50: 200, completionShare: 100 });
    expect(values.waitP95).toBeCloseTo(29, 9);
    expect(values.completionP99).toBeCloseTo(298, 9);
  });

  test('what never started counts until the end of the episode, so that dropping work is no way to be quick', () => {
    const one = [completed(0, 10, 50)];
    const dropped = [...one, { ...MISSED, submittedSec: 100 }];
    expect(measured({ workloads: one }).waitP50).toBe(10);
    expect(measured({ workloads: dropped })).toMatchObject({
      waitP50: (10 + 900) / 2,
      completionP50: (50 + 900) / 2,
      completionShare: 50,
    });
  });

  test('urgent work is on time within its patience, and not yet judged while its patience lasts', () => {
    const urgent = { priority: 7_000, patienceSec: 100 };
    const onTime = { ...completed(0, 10, 100), ...urgent };
    const late = { ...completed(0, 10, 101), ...urgent };
    const never = { ...MISSED, ...urgent };
    const notDue = { ...MISSED, ...urgent, submittedSec: 901 };
    const calm = { ...MISSED, priority: 6_999, patienceSec: 100 };
    expect(measured({ workloads: [onTime, late, never, notDue, calm] }).urgentOnTime).toBeCloseTo(100 / 3, 9);
  });

  test('price and carbon are by the GPU-hour that completed', () => {
    const paid = { ...completed(0, 10, 50), priceMicro: 3_000_000, gCo2: 40 };
    const failed = { ...MISSED, gCo2: 10, failedRuns: 1 };
    const values = measured({ workloads: [paid, failed], usefulGpuSec: 7_200 });
    expect(values).toMatchObject({ pricePerGpuHour: 1.5, gCo2PerGpuHour: 25, kgCo2: 0.05 });
  });

  test('fairness is 1 where every node is served by its size, and 1/n where one is served alone', () => {
    const nodeGpus = Int32Array.of(1, 3, 4);
    const jain = (...served: number[]) =>
      measured({ nodeGpus, servedGpuSec: Float64Array.from(served) }).jainFairness;
    expect(jain(100, 300, 400)).toBeCloseTo(1, 12);
    expect(jain(0, 0, 400)).toBeCloseTo(1 / 3, 12);
    expect(jain(100, 0, 400)).toBeCloseTo(2 / 3, 12);
  });

  test('utilisation is of what was offered', () => {
    expect(measured({}).utilisation).toBe(25);
  });
});
