import { PpoWorker } from '../training/PpoWorker.ts';
import type { OpenPool, Task, WorkerPool, WorkerSetup } from '../training/WorkerPool.ts';
import { Thread } from './Thread.ts';

/**
 * This thread and `workers` − 1 others over one shared memory. The network that comes of it does not depend on how many.
 *
 * @example await train(scenario, { seed: 7 }, undefined, { openPool: threadPool(2) });
 */
export function threadPool(workers: number): OpenPool {
  return {
    workers,
    async open(setup) {
      return new ThreadPool(setup, workers);
    },
  };
}

class ThreadPool implements WorkerPool {
  readonly #own: PpoWorker;
  readonly #threads: readonly Thread<Task, unknown>[];

  constructor(setup: WorkerSetup, workers: number) {
    this.#own = new PpoWorker(setup, 0);
    this.#threads = Array.from(
      { length: workers - 1 },
      (_, i) => new Thread('trainingThread', { setup, worker: i + 1 }),
    );
  }

  async run(task: Task): Promise<readonly unknown[]> {
    const others = this.#threads.map((thread) => thread.run(task));
    try {
      const own = this.#own.do(task);
      return [own, ...(await Promise.all(others))];
    } finally {
      // Also where one failed, all have ended with the memory before anything else is done with it.
      await Promise.allSettled(others);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}
