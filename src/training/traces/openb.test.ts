import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeTrace } from './describeTrace.ts';
import { detectTrace } from './detectTrace.ts';
import { parseOpenbNodes, parseOpenbPods } from './openb.ts';

const HEADER =
  'name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time';
const pods = (...rows: string[]) => parseOpenbPods([HEADER, ...rows].join('\n'), 'pods.csv');
const pod = (gpus: string, times: string) => `p,1000,2048,${gpus},LS,Running,${times}`;

describe('a pod is refused for', () => {
  test.each([
    [
      'an end before its start',
      pod('1,1000,', '10,19,20'),
      '3:10: column `deletion_time`: is 19, before the pod began, at 20',
    ],
    [
      'a start before its creation',
      pod('1,1000,', '10,30,9'),
      '3:11: column `scheduled_time`: is 9, before creation_time, which is 10',
    ],
    [
      'a share of nothing',
      pod('1,0,', '10,30,20'),
      '3:5: column `gpu_milli`: must be a whole number from 1 to 1000',
    ],
    ['more than a whole GPU as a share', pod('1,1001,', '10,30,20'), '3:5: column `gpu_milli`'],
    ['no creation', pod('1,1000,', ',30,20'), '3:9: column `creation_time`: must be a whole number'],
    [
      'a model without a name',
      pod('1,1000,T4||P100', '10,30,20'),
      '3:6: column `gpu_spec`: must be names with | between',
    ],
  ])('%s', (_, row, message) => {
    expect(() => pods(pod('1,1000,', '0,1,0'), row)).toThrow(`pods.csv:${message}`);
  });

  test('a list without times is refused by the name of the column', () => {
    const text = 'name,cpu_milli,memory_mib,num_gpu,gpu_milli\np,1,1,1,1000\n';
    expect(() => parseOpenbPods(text, 'pods.csv')).toThrow('pods.csv:1:6: column `creation_time` is missing');
  });
});

test('a pod runs from its start to its end; a share of a GPU is a whole one; what is no work for GPUs is left out', () => {
  const trace = pods(
    pod('2,1000,T4|P100|T4', '160,300,200'),
    pod('1,460,', '100,150,130'),
    pod('0,0,', '0,50,10'),
    pod('1,1000,', '0,50,'),
    pod('1,1000,', '0,,10'),
    pod('1,1000,', '0,10,10'),
  );
  const any = { memoryMiB: 2_048, priority: null };
  expect(trace).toEqual({
    file: 'pods.csv',
    rows: [
      { submittedSec: 0, gpus: 1, runSec: 20, gpuModels: [], ...any },
      { submittedSec: 60, gpus: 2, runSec: 100, gpuModels: ['T4', 'P100'], ...any },
    ],
    dropped: 4,
    droppedFor: { 'without GPUs': 1, 'never ran': 1, 'without an end': 1, 'ran for no second': 1 },
    roundedUp: 1,
  });
});

test('machines without GPUs are left out', () => {
  const text = 'sn,cpu_milli,memory_mib,gpu,model\na,1,4096,0,\nb,1,8192,8,G2\nc,1,8192,2,\n';
  expect(parseOpenbNodes(text, 'nodes.csv')).toMatchObject({
    rows: [
      { name: 'b', gpus: 8, gpuModel: 'G2', memoryMiB: 8_192 },
      { name: 'c', gpus: 2, gpuModel: null, memoryMiB: 8_192 },
    ],
    dropped: 1,
    droppedFor: { 'without GPUs': 1 },
  });
});

const DATA = process.env.AICCHAIN_DATA ?? join(import.meta.dirname, '../../../../shared/data');
const OPENB = join(DATA, 'openb');
const isThere = existsSync(OPENB);
const list = (name: string) => detectTrace(readFileSync(join(OPENB, name), 'utf8'), name);

describe.skipIf(!isThere)(
  isThere ? 'the lists of openb' : `not run: the lists of openb are not in ${OPENB}`,
  () => {
    test('machines: 1,523, of which 1,213 have 6,212 GPUs', () => {
      const all = describeTrace(list('openb_node_list_all_node.csv'));
      expect(all).toMatchObject({ format: 'openb', kind: 'nodes', rows: 1_213, dropped: 310, gpus: 6_212 });
      const gpuNodes = describeTrace(list('openb_node_list_gpu_node.csv'));
      expect(gpuNodes).toEqual({ ...all, file: gpuNodes.file, dropped: 0, droppedFor: {} });
      expect(all.gpusByModel).toEqual({
        G2: 4_392,
        T4: 842,
        G3: 312,
        P100: 265,
        V100M32: 204,
        V100M16: 195,
        A10: 2,
      });
    });

    test('pods: 8,152, of which 6,203 ran on GPUs', () => {
      expect(describeTrace(list('openb_pod_list_default.csv'))).toEqual({
        file: 'openb_pod_list_default.csv',
        format: 'openb',
        kind: 'jobs',
        rows: 6_203,
        dropped: 1_949,
        droppedFor: { 'without GPUs': 1_088, 'never ran': 861 },
        roundedUp: 2_573,
        gpus: 6_571,
        gpusByModel: { any: 6_571 },
        jobs: { spanSec: 12_901_761, gpuHours: 59_612, runSecP50: 655, runSecP95: 16_994, largestGpus: 8 },
      });
    });

    test.each([
      ['cpu050', 6_203, 1_236],
      ['cpu100', 6_203, 1_650],
      ['gpushare40', 6_119, 2_033],
      ['gpushare100', 5_891, 2_261],
      ['gpuspec10', 6_203, 1_949],
      ['gpuspec20', 6_203, 1_949],
    ])('%s: %i jobs, %i left out', (name, rows, dropped) => {
      const { trace } = list(`openb_pod_list_${name}.csv`);
      expect([trace.rows.length, trace.dropped]).toEqual([rows, dropped]);
    });

    test('lists without times are refused', () => {
      for (const name of ['multigpu20', 'multigpu30'])
        expect(() => list(`openb_pod_list_${name}.csv`)).toThrow('column `creation_time` is missing');
    });
  },
);
