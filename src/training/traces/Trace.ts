/** A job of a recorded cluster, as far as a market needs it. */
export interface TraceJob {
  /** Since the first job of the trace. */
  readonly submittedSec: number;
  /** Whole GPUs; shares of one are rounded up. */
  readonly gpus: number;
  /** How long it held its GPUs. */
  readonly runSec: number;
  /** Names of GPU models, as the trace has them, of which it needed one; empty: any. */
  readonly gpuModels: readonly string[];
  /** Host memory it asked for; null where the trace does not say. */
  readonly memoryMiB: number | null;
  /** 0..10000; null where the trace does not say. */
  readonly priority: number | null;
}

/** A machine of a recorded cluster. */
export interface TraceNode {
  readonly name: string;
  readonly gpus: number;
  /** As the trace has it; null where it does not say. */
  readonly gpuModel: string | null;
  readonly memoryMiB: number | null;
}

/** What a reader made of a file, and what it left out. */
export interface Trace<Row> {
  /** Where it comes from, for messages. */
  readonly file: string;
  /** Jobs ascend by submission, then by their place in the file. */
  readonly rows: readonly Row[];
  /** Rows that are no work for GPUs, and rows with a share of a GPU that was rounded up. */
  readonly dropped: number;
  readonly roundedUp: number;
  /** What `dropped` consists of: why, in words, and how often. */
  readonly droppedFor?: Readonly<Record<string, number>>;
}
