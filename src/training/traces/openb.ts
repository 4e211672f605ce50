import { type CsvRow, CsvTable } from './csvTable.ts';
import { MAX_GPUS, MAX_MEMORY_MIB, MAX_SEC } from './limits.ts';
import { type Drop, traceOfJobs, traceOfNodes } from './rows.ts';
import type { Trace, TraceJob, TraceNode } from './Trace.ts';

export const OPENB_NODE_COLUMNS = ['sn', 'memory_mib', 'gpu', 'model'];
export const OPENB_POD_COLUMNS = [
  'num_gpu',
  'gpu_milli',
  'creation_time',
  'scheduled_time',
  'deletion_time',
  'gpu_spec',
  'memory_mib',
];
const WHOLE_GPU_MILLI = 1_000;

/**
 * A node list of Alibaba's trace of 2023 (openb). Machines without GPUs are dropped.
 *
 * @example parseOpenbNodes(readFileSync('openb_node_list_all_node.csv', 'utf8'), 'openb_node_list_all_node.csv')
 */
export function parseOpenbNodes(text: string, file: string): Trace<TraceNode> {
  const table = new CsvTable(text, file);
  table.require(OPENB_NODE_COLUMNS, 'A node list of openb has sn, cpu_milli, memory_mib, gpu, model.');
  return traceOfNodes(table, 'sn', (row, name) => {
    const gpus = row.whole('gpu', 0, MAX_GPUS);
    const memoryMiB = row.whole('memory_mib', 0, MAX_MEMORY_MIB);
    if (gpus === 0) return { dropped: 'without GPUs' };
    return { name, gpus, gpuModel: row.text('model') || null, memoryMiB };
  });
}

/**
 * A pod list of Alibaba's trace of 2023 (openb). A share of a GPU is rounded up to a whole one. Dropped are pods that use
 * no GPU, that never ran (no scheduled_time), that have no end, and that held their GPUs for no whole second.
 * A pod runs from scheduled_time to deletion_time; it is submitted at creation_time.
 */
export function parseOpenbPods(text: string, file: string): Trace<TraceJob> {
  const table = new CsvTable(text, file);
  table.require(
    OPENB_POD_COLUMNS,
    'Lists without times cannot be replayed; of openb, openb_pod_list_default.csv has them.',
  );
  return traceOfJobs(table, readPod);
}

function readPod(row: CsvRow): (TraceJob & { roundedUp: boolean }) | Drop {
  const gpus = row.whole('num_gpu', 0, MAX_GPUS);
  const milli = row.whole('gpu_milli', gpus === 0 ? 0 : 1, WHOLE_GPU_MILLI);
  const memoryMiB = row.whole('memory_mib', 0, MAX_MEMORY_MIB);
  const gpuModels = modelsOf(row, 'gpu_spec');
  const submittedSec = row.whole('creation_time', 0, MAX_SEC);
  const startedSec = row.wholeIfThere('scheduled_time', 0, MAX_SEC);
  const endedSec = row.wholeIfThere('deletion_time', 0, MAX_SEC);
  if (startedSec !== null && startedSec < submittedSec)
    row.refuse('scheduled_time', `is ${startedSec}, before creation_time, which is ${submittedSec}`);
  if (endedSec !== null && endedSec < (startedSec ?? submittedSec))
    row.refuse('deletion_time', `is ${endedSec}, before the pod began, at ${startedSec ?? submittedSec}`);
  if (gpus === 0) return { dropped: 'without GPUs' };
  if (startedSec === null) return { dropped: 'never ran' };
  if (endedSec === null) return { dropped: 'without an end' };
  if (endedSec === startedSec) return { dropped: 'ran for no second' };
  const runSec = endedSec - startedSec;
  return {
    submittedSec,
    gpus,
    runSec,
    gpuModels,
    memoryMiB,
    priority: null,
    roundedUp: milli < WHOLE_GPU_MILLI,
  };
}

/** Names with bars between; each once, in the order of the file. */
export function modelsOf(row: CsvRow, column: string): string[] {
  const text = row.text(column);
  if (text === '') return [];
  const models = text.split('|').map((model) => model.trim());
  if (models.includes('')) row.refuse(column, `must be names with | between, not ${JSON.stringify(text)}`);
  return [...new Set(models)];
}
