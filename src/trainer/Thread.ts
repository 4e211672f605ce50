import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { AICChainError } from '../domain/errors.ts';
import type { Answer, Failure } from './answering.ts';

/** The files that threads run: each calls `answering`. */
type ThreadFile = 'evaluationThread' | 'trainingThread';

interface Waiting<Value> {
  readonly resolve: (value: Value) => void;
  readonly reject: (error: Error) => void;
}

/** A worker thread that does one task after the other. The process does not wait for it unless a task does. */
export class Thread<Task, Value> {
  readonly #worker: Worker;
  /** It answers in the order in which it is asked. */
  readonly #waiting: Waiting<Value>[] = [];
  #lost: Error | undefined;

  constructor(file: ThreadFile, workerData: unknown) {
    this.#worker = new Worker(urlOf(file), { workerData });
    this.#worker.on('message', (answer: Answer<Value>) => this.#settle(answer));
    this.#worker.on('error', (cause) => this.#lose(cause as Error));
    this.#worker.on('exit', () => this.#lose(new Error('it ended')));
    this.#worker.unref();
  }

  run(task: Task): Promise<Value> {
    return new Promise((resolve, reject) => {
      if (this.#lost !== undefined) return reject(this.#lost);
      this.#waiting.push({ resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage(task);
    });
  }

  /** Whoever waits for a task learns that the thread was lost. */
  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(answer: Answer<Value>): void {
    const { resolve, reject } = this.#waiting.shift()!;
    if (this.#waiting.length === 0) this.#worker.unref();
    if ('failure' in answer) reject(errorOf(answer.failure));
    else resolve(answer.value);
  }

  #lose(cause: Error): void {
    this.#lost ??= new AICChainError('THREAD_LOST', `a thread was lost: ${cause.message}`, { cause });
    for (const { reject } of this.#waiting.splice(0)) reject(this.#lost);
  }
}

function errorOf({ code, message, hint }: Failure): AICChainError {
  return new AICChainError(code, message, hint === undefined ? {} : { hint });
}

/** Beside this file: TypeScript in the repository, JavaScript in the published package. */
const urlOf = (file: ThreadFile) =>
  new URL(`./${file}${extname(fileURLToPath(import.meta.url))}`, import.meta.url);
