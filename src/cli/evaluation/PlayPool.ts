import { Worker } from 'node:worker_threads';
import { AICChainError } from '../../domain/errors.ts';
import type { MetricValues } from '../../training/metrics.ts';
import type { Scenario } from '../../training/scenario.ts';
import type { PlayTask } from './playWorker.ts';

/** Plays episodes of some scenarios on worker threads, and measures them there. */
export class PlayPool implements AsyncDisposable {
  readonly #workers: readonly Worker[];

  /** @example await using pool = new PlayPool([scenario], 2); */
  constructor(scenarios: readonly Scenario[], workers: number) {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const file = new URL(`./playWorker.${extension}`, import.meta.url);
    this.#workers = Array.from({ length: workers }, () => new Worker(file, { workerData: scenarios }));
  }

  /** Plays them in order, each worker the next one when it is free, until all are played or `signal` says to stop. */
  async play(
    tasks: readonly PlayTask[],
    onPlayed: (task: number, values: MetricValues) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    let next = 0;
    const work = async (worker: Worker) => {
      while (next < tasks.length && !signal?.aborted) {
        const task = next++;
        const values = await answer(worker, tasks[task]!, signal);
        if (values !== null) onPlayed(task, values);
      }
    };
    await Promise.all(this.#workers.map(work));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

/** Null where it was stopped before there was one. */
function answer(worker: Worker, task: PlayTask, signal?: AbortSignal): Promise<MetricValues | null> {
  return new Promise((resolve, reject) => {
    const stop = () => end(() => resolve(null));
    const told = (values: MetricValues) => end(() => resolve(values));
    const failed = (cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      end(() =>
        reject(
          new AICChainError('EVALUATION_FAILED', `seed ${task.seed} could not be played: ${why}`, { cause }),
        ),
      );
    };
    const end = (settle: () => void) => {
      worker.off('message', told).off('error', failed);
      signal?.removeEventListener('abort', stop);
      settle();
    };
    worker.once('message', told).once('error', failed);
    signal?.addEventListener('abort', stop, { once: true });
    worker.postMessage(task);
  });
}
