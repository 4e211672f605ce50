import type { JobLimits } from '../jobSpec.ts';

/** A workload as a driver runs it: inputs are already in `workDir/inputs`, outputs are looked for in `workDir/outputs`. */
export interface Job {
  readonly workload: number;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Indices of the GPUs that are the job's own while it runs. */
  readonly gpus: readonly number[];
  readonly limits: JobLimits;
  readonly outputs: readonly string[];
}

/** Why a run ended. Only `Exited` with code 0 and all outputs there is a success. */
export type EndReason =
  | 'Exited'
  | 'Crashed' // by a signal that nobody here sent
  | 'OutOfTime'
  | 'OutOfMemory'
  | 'OutputTooLarge'
  | 'OutputMissing'
  | 'CannotStart'
  | 'Stopped'; // by the caller's signal

export interface RunResult {
  readonly reason: EndReason;
  /** Null where the job did not exit by itself. */
  readonly exitCode: number | null;
  /** One line for people: what was exceeded, missing, or wrong. */
  readonly detail: string;
  /** The named outputs that are there, in the order of the job. */
  readonly outputs: readonly { readonly name: string; readonly path: string; readonly bytes: number }[];
  readonly elapsedMs: number;
}

/** What finds a run again after its agent died. */
export interface RunRecord {
  /** In the environment of every process of the run, and of no other. */
  readonly token: string;
  /** Process group of the run, and when its leader began (clock ticks since boot: pids are used again). */
  readonly group: number;
  readonly startedAt: string;
}

export interface RunContext {
  /** Absolute; the run may write only here. */
  readonly workDir: string;
  /** Standard output and error, as they come. */
  readonly onLog: (chunk: Buffer) => void;
  /** Aborting stops the run, whatever it has started. */
  readonly signal: AbortSignal;
  /** Called once, before the job does anything that outlives a crash unnoticed. */
  readonly onStarted?: (record: RunRecord) => void;
}

/** How a node runs jobs. Implementations pass `drivers/driver.conformance.ts`. */
export interface Driver {
  readonly name: string;
  /** What keeps the job from the rest of the machine: "bubblewrap", or "none". */
  readonly isolation: string;
  /** Runs the job to its end. Never throws for what a job does; nothing of it is alive afterwards. */
  run(job: Job, context: RunContext): Promise<RunResult>;
  /** Ends what is left of a run of an earlier life. True if something was. */
  sweep(record: RunRecord): Promise<boolean>;
}
