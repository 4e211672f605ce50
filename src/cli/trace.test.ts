import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli, temporaryFolder } from './testing/cli.ts';

let folder: string;
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const describing = async (text: string, ...flags: string[]) => {
  writeFileSync(join(folder, 'trace.csv'), text);
  const ran = await cli(...flags, 'trace', 'describe', join(folder, 'trace.csv'));
  return {
    ...ran,
    stdout: ran.stdout.replace(`${folder}/`, ''),
    stderr: ran.stderr.replace(`${folder}/`, ''),
  };
};

describe('trace describe refuses, exit 2', () => {
  it('a bad row, by line and column', async () => {
    const { code, stderr } = await describing('submitted_sec,gpus,run_sec\n0,1,60\n5,-1,60\n');
    expect(code).toBe(2);
    expect(stderr).toContain(
      'error: trace.csv:3:2: column `gpus`: must be a whole number from 1 to 4095, not "-1"',
    );
  });

  it('a form that it does not know, with those that it knows', async () => {
    const { code, stderr } = await describing('a,b\n1,2\n');
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/no trace that is known.*\n.*openb.*Philly.*plain CSV/),
    ]);
  });

  it('a file that is not there', async () => {
    const { code, stderr } = await cli('trace', 'describe', join(folder, 'none.csv'));
    expect([code, stderr]).toEqual([2, expect.stringContaining('none.csv cannot be read')]);
  });
});

describe('trace describe tells', () => {
  it('of jobs: how many, for how many GPUs, for how long', async () => {
    const rows = Array.from(
      { length: 20 },
      (_, i) => `${i * 60},${i === 0 ? 8 : 1},${(i + 1) * 100},${i < 5 ? 'A100|H100' : ''}`,
    );
    const { stdout } = await describing(`submitted_sec,gpus,run_sec,gpu_model\n${rows.join('\n')}\n`);
    expect(stdout.split('\n')).toEqual([
      'trace.csv (csv): 20 jobs for 27 GPUs',
      'GPU models: 15 any, 12 A100|H100',
      'left out: 0',
      'shares of a GPU rounded up to one: 0',
      'submitted over 19m; 6 GPU-hours; the largest job has 8 GPUs',
      'run time: p50 1,000 s, p95 1,900 s',
      '',
    ]);
  });

  it('of machines: what was left out, and why; as one object under --json', async () => {
    const { stdout } = await describing(
      'sn,cpu_milli,memory_mib,gpu,model\na,1,1,8,G2\nb,1,1,0,\n',
      '--json',
    );
    expect(JSON.parse(stdout)).toMatchObject({
      format: 'openb',
      kind: 'nodes',
      rows: 1,
      dropped: 1,
      droppedFor: { 'without GPUs': 1 },
      gpusByModel: { G2: 8 },
    });
  });
});
