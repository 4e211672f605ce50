import { parentPort } from 'node:worker_threads';
import { AICChainError } from '../domain/errors.ts';

/** Why a task could not be done, in a form that goes to other threads. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
}

/** What comes back for a task. */
export type Answer<Value> = { readonly value: Value } | { readonly failure: Failure };

/** What the file of a `Thread` does: task after task, in the order in which it is asked. */
export function answering<Task, Value>(work: (task: Task) => Value): void {
  parentPort!.on('message', (task: Task) => parentPort!.postMessage(answerTo(task, work)));
}

function answerTo<Task, Value>(task: Task, work: (task: Task) => Value): Answer<Value> {
  try {
    return { value: work(task) };
  } catch (error) {
    const code = error instanceof AICChainError ? error.code : 'THREAD_FAILED';
    const hint = error instanceof AICChainError ? error.hint : undefined;
    return { failure: { code, message: (error as Error).message, hint } };
  }
}
