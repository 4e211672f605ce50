import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { AICChainError } from '../domain/errors.ts';
import { PpoWorker } from '../training/PpoWorker.ts';
import type { OpenPool, Task, WorkerPool, WorkerSetup } from '../training/WorkerPool.ts';
import type { Answer } from './trainingThread.ts';

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
  readonly #threads: readonly Thread[];

  constructor(setup: WorkerSetup, workers: number) {
    this.#own = new PpoWorker(setup, 0);
    this.#threads = Array.from({ length: workers - 1 }, (_, i) => new Thread(setup, i + 1));
  }

  async run(task: Task): Promise<readonly unknown[]> {
    const others = Promise.all(this.#threads.map((thread) => thread.run(task)));
    try {
      const own = this.#own.do(task);
      return [own, ...(await others)];
    } catch (error) {
      // All have ended with the memory before anything else is done with it.
      await others.catch(() => {});
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

class Thread {
  readonly #worker: Worker;
  #settle: ((answer: Answer | Error) => void) | undefined;
  #failure: Error | undefined;

  constructor(setup: WorkerSetup, worker: number) {
    this.#worker = new Worker(threadFile(), { workerData: { setup, worker } });
    this.#worker.on('message', (answer: Answer) => this.#settle?.(answer));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('the thread ended')));
    // Nobody waits for a thread that nobody waits for.
    this.#worker.unref();
  }

  run(task: Task): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      this.#worker.ref();
      this.#settle = (answer) => {
        this.#settle = undefined;
        this.#worker.unref();
        if (answer instanceof Error) reject(answer);
        else if ('failure' in answer) reject(errorOf(answer.failure));
        else resolve(answer.value);
      };
      this.#worker.postMessage(task);
    });
  }

  #fail(cause: unknown): void {
    this.#failure ??= new AICChainError('TRAINING_THREAD_LOST', 'a training thread ended by itself', {
      cause,
    });
    this.#settle?.(this.#failure);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

function errorOf({ code, message, hint }: { code: string; message: string; hint: string | undefined }) {
  return new AICChainError(code, message, hint === undefined ? {} : { hint });
}

/** Beside this file: TypeScript in the repository, JavaScript in the published package. */
const threadFile = () =>
  new URL(`./trainingThread${extname(fileURLToPath(import.meta.url))}`, import.meta.url);
