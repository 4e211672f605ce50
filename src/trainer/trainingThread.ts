/** What a thread of `threadPool` runs: one worker, task after task. */
import { parentPort, workerData } from 'node:worker_threads';
import { AICChainError } from '../domain/errors.ts';
import { PpoWorker } from '../training/PpoWorker.ts';
import type { Task, WorkerSetup } from '../training/WorkerPool.ts';

/** What comes back for a task. */
export type Answer =
  | { readonly value: unknown }
  | {
      readonly failure: {
        readonly code: string;
        readonly message: string;
        readonly hint: string | undefined;
      };
    };

const { setup, worker } = workerData as { readonly setup: WorkerSetup; readonly worker: number };
const own = new PpoWorker(setup, worker);

parentPort!.on('message', (task: Task) => parentPort!.postMessage(answerTo(task)));

function answerTo(task: Task): Answer {
  try {
    return { value: own.do(task) };
  } catch (error) {
    const code = error instanceof AICChainError ? error.code : 'TRAINING_THREAD_FAILED';
    const hint = error instanceof AICChainError ? error.hint : undefined;
    return { failure: { code, message: (error as Error).message, hint } };
  }
}
