import { refuseTrace, shown } from './badTrace.ts';
import { CsvTable } from './csvTable.ts';
import { OPENB_NODE_COLUMNS, parseOpenbNodes, parseOpenbPods } from './openb.ts';
import { PHILLY_COLUMNS, parsePhilly } from './philly.ts';
import { JOB_COLUMNS, NODE_COLUMNS, parseJobCsv, parseNodeCsv } from './plainCsv.ts';
import type { Trace, TraceJob, TraceNode } from './Trace.ts';

/** A trace of jobs or of machines, and in which form it came. */
export type DetectedTrace = { readonly format: 'openb' | 'philly' | 'csv' } & (
  | { readonly kind: 'jobs'; readonly trace: Trace<TraceJob> }
  | { readonly kind: 'nodes'; readonly trace: Trace<TraceNode> }
);

const FORMATS =
  'Known are the node and pod lists of openb (CSV), job lists of Philly (JSON, or CSV with ' +
  `${PHILLY_COLUMNS.join(', ')}), and plain CSV (jobs: ${JOB_COLUMNS.join(', ')}; machines: ${NODE_COLUMNS.join(', ')}).`;

/**
 * Reads a trace of any known form; refuses what is none of them.
 *
 * @example detectTrace('submitted_sec,gpus,run_sec\n0,2,3600\n', 'jobs.csv').kind // 'jobs'
 */
export function detectTrace(text: string, file: string): DetectedTrace {
  if (/^\uFEFF?\s*[[{]/.test(text)) {
    return { kind: 'jobs', format: 'philly', trace: parsePhilly(text, file) };
  }
  // The first record is all that is needed to choose; a header has no quoted line ends.
  const header = new CsvTable(/^\uFEFF?\s*[^\r\n]*/.exec(text)![0], file);
  if (header.has(...JOB_COLUMNS)) return { kind: 'jobs', format: 'csv', trace: parseJobCsv(text, file) };
  if (header.has('num_gpu', 'gpu_milli'))
    return { kind: 'jobs', format: 'openb', trace: parseOpenbPods(text, file) };
  if (header.has(...PHILLY_COLUMNS))
    return { kind: 'jobs', format: 'philly', trace: parsePhilly(text, file) };
  if (header.has(...OPENB_NODE_COLUMNS))
    return { kind: 'nodes', format: 'openb', trace: parseOpenbNodes(text, file) };
  if (header.has(...NODE_COLUMNS)) return { kind: 'nodes', format: 'csv', trace: parseNodeCsv(text, file) };
  const columns = header.header.map((name) => shown(name.slice(0, 30))).slice(0, 8);
  return refuseTrace(
    file,
    { line: 1, column: 1 },
    `is no trace that is known: it begins with ${columns.join(', ')}`,
    FORMATS,
  );
}
