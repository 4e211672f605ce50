import type { Terms } from './welfare.ts';

/** How workloads left. */
export interface Endings {
  arrived: number;
  completed: number;
  expired: number;
  failedRuns: number;
  /** Given up after the last retry. */
  lost: number;
  /** From submission to the match that completed, summed over completions. */
  waitedRounds: number;
}

/** What became of one workload by the end of an episode. */
export interface WorkloadOutcome {
  readonly id: number;
  readonly gpus: number;
  /** 0..10000. */
  readonly priority: number;
  readonly submittedSec: number;
  /** Within this long after submission its worth is not all gone. */
  readonly patienceSec: number;
  readonly ending: 'completed' | 'expired' | 'lost' | 'running' | 'open';
  /** Start and end of the run that completed; null where none did. */
  readonly startedSec: number | null;
  readonly completedSec: number | null;
  readonly failedRuns: number;
  /** Of the run that completed, what the client pays: the price of its round. */
  readonly priceMicro: number;
  /** Of all its runs. */
  readonly gpuHours: number;
  readonly kWh: number;
  readonly gCo2: number;
}

/** One episode, in enough detail for every metric that is reported. */
export interface EpisodeOutcome {
  readonly seed: number;
  readonly durationSec: number;
  readonly welfareMicro: number;
  readonly terms: Terms;
  readonly endings: Endings;
  readonly workloads: readonly WorkloadOutcome[];
  /**
   * GPUs × time, of nodes that were up; held by runs, those of other work from before the episode too; held by those runs of
   * the workloads above that completed.
   */
  readonly offeredGpuSec: number;
  readonly heldGpuSec: number;
  readonly usefulGpuSec: number;
  /** By node index. */
  readonly servedGpuSec: Float64Array;
  readonly nodeGpus: Int32Array;
  /** Mean over rounds: free GPUs on nodes too small for the next workload, as a part of all GPUs. */
  readonly fragmentation: number;
}
