import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { Random } from '../../src/training/random.ts';
import { parseOpenbNodes, parseOpenbPods } from '../../src/training/traces/openb.ts';
import type { TraceJob, TraceNode } from '../../src/training/traces/Trace.ts';

/** Where the public data lies, if it is there: $AICCHAIN_DATA, else beside the repository. */
export const DATA =
  process.env.AICCHAIN_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));

/** No training reads any of them: trainings play synthetic markets. Their pods differ in GPUs, and in the models asked for. */
export const OPENB_LISTS = ['default', 'multigpu20', 'multigpu30', 'gpuspec20'] as const;

export interface OpenbList {
  readonly list: string;
  readonly nodes: readonly TraceNode[];
  readonly jobs: readonly TraceJob[];
}

type Pod = Readonly<Record<string, string>>;
const TIMES = ['creation_time', 'deletion_time', 'scheduled_time'] as const;

/** The lists; null where the data folder does not have them. */
export function openbLists(folder = DATA): readonly OpenbList[] | null {
  const file = (name: string) => join(folder, 'openb', `openb_${name}.csv`);
  if (!existsSync(file('pod_list_default'))) return null;
  const read = (name: string) => readFileSync(file(name), 'utf8');
  const nodes = parseOpenbNodes(read('node_list_gpu_node'), 'openb_node_list_gpu_node.csv').rows;
  const timed = read('pod_list_default');
  return OPENB_LISTS.map((list) => ({
    list,
    nodes,
    jobs: parseOpenbPods(withTimes(read(`pod_list_${list}`), timed), `openb_pod_list_${list}.csv`).rows,
  }));
}

/**
 * The pods of a list with times: their own, else those of the same pod in the list that has them, else (a pod that was added)
 * those of a pod that is drawn.
 */
export function withTimes(text: string, timedText: string, seed = 1): string {
  const timed = podsOf(timedText);
  const byName = new Map(timed.map((pod) => [pod.name!, pod]));
  const random = new Random(seed);
  const columns = ['name', 'cpu_milli', 'memory_mib', 'num_gpu', 'gpu_milli', 'gpu_spec', ...TIMES];
  const lines = podsOf(text).map((pod) => {
    const times = pod.creation_time ? pod : (byName.get(pod.name!) ?? random.choice(timed));
    const whole: Pod = { ...pod, ...Object.fromEntries(TIMES.map((column) => [column, times[column]!])) };
    return columns.map((column) => whole[column] ?? '').join(',');
  });
  return `${[columns.join(','), ...lines].join('\n')}\n`;
}

const podsOf = (text: string): Pod[] => parse(text, { columns: true, bom: true }) as Pod[];
