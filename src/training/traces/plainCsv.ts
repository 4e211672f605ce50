import { CsvTable } from './csvTable.ts';
import { MAX_GPUS, MAX_MEMORY_MIB, MAX_PRIORITY, MAX_SEC } from './limits.ts';
import { modelsOf } from './openb.ts';
import { traceOfJobs, traceOfNodes } from './rows.ts';
import type { Trace, TraceJob, TraceNode } from './Trace.ts';

export const JOB_COLUMNS = ['submitted_sec', 'gpus', 'run_sec'];
export const NODE_COLUMNS = ['name', 'gpus'];

/**
 * Jobs of any cluster: submitted_sec, gpus, run_sec and, where known, memory_mib, gpu_model (several with | between),
 * priority (0..10000). Other columns are passed over. Every row is a job.
 *
 * @example parseJobCsv('submitted_sec,gpus,run_sec\n0,2,3600\n', 'jobs.csv')
 */
export function parseJobCsv(text: string, file: string): Trace<TraceJob> {
  const table = new CsvTable(text, file);
  table.require(JOB_COLUMNS, `A list of jobs has ${JOB_COLUMNS.join(', ')}.`);
  return traceOfJobs(table, (row) => ({
    submittedSec: row.whole('submitted_sec', 0, MAX_SEC),
    gpus: row.whole('gpus', 1, MAX_GPUS),
    runSec: row.whole('run_sec', 1, MAX_SEC),
    gpuModels: modelsOf(row, 'gpu_model'),
    memoryMiB: row.wholeIfThere('memory_mib', 0, MAX_MEMORY_MIB),
    priority: row.wholeIfThere('priority', 0, MAX_PRIORITY),
  }));
}

/**
 * Machines of any cluster: name, gpus and, where known, gpu_model, memory_mib. Every row is a machine.
 *
 * @example parseNodeCsv('name,gpus,gpu_model\na,8,A100\n', 'nodes.csv')
 */
export function parseNodeCsv(text: string, file: string): Trace<TraceNode> {
  const table = new CsvTable(text, file);
  table.require(NODE_COLUMNS, `A list of machines has ${NODE_COLUMNS.join(', ')}.`);
  return traceOfNodes(table, 'name', (row, name) => ({
    name,
    gpus: row.whole('gpus', 1, MAX_GPUS),
    gpuModel: row.text('gpu_model') || null,
    memoryMiB: row.wholeIfThere('memory_mib', 0, MAX_MEMORY_MIB),
  }));
}
