/** Training on a machine: threads, checkpoints on disk, files of metrics. */
export * from './CheckpointFile.ts';
export * from './EvaluationPool.ts';
export * from './MetricsFile.ts';
export * from './progressLine.ts';
export * from './threadPool.ts';
