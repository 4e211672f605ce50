import { Worker } from 'node:worker_threads';
import { AICChainError } from '../domain/errors.ts';
import type { Quality } from '../training/play.ts';
import type { Scenario } from '../training/scenario.ts';
import type { WelfareOf } from '../training/tune.ts';
import type { EvaluationTask } from './evaluationWorker.ts';

/** Episodes of a task: few, so that threads end together. */
const EPISODES = 4;

interface Waiting {
  readonly task: EvaluationTask;
  readonly resolve: (welfareMicro: Float64Array) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Plays episodes of one scenario on worker threads. An episode depends on nothing but its quality and its seed, and results
 * are put together by place, so that they are the same for any number of workers.
 *
 * @example
 * await using pool = new EvaluationPool(scenario, 2);
 * const { network } = await tune(scenario, DEFAULT_ES, pool.welfare);
 */
export class EvaluationPool implements AsyncDisposable {
  readonly #workers: Worker[];
  readonly #idle: Worker[];
  readonly #queue: Waiting[] = [];
  readonly #running = new Map<Worker, Waiting>();
  #failure: Error | undefined;

  constructor(scenario: Scenario, workers: number) {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const file = new URL(`./evaluationWorker.${extension}`, import.meta.url);
    this.#workers = Array.from({ length: workers }, () => new Worker(file, { workerData: scenario }));
    for (const worker of this.#workers) {
      worker.on('message', (welfareMicro: Float64Array) => this.#finish(worker, welfareMicro));
      worker.on('error', (error) => this.#fail(error as Error));
      // It runs on only while something is asked of it.
      worker.unref();
    }
    this.#idle = [...this.#workers];
  }

  /** Welfare of each quality on each seed, micro-AICC. */
  readonly welfare: WelfareOf = async (qualities, seeds) => {
    const parts = qualities.map((quality) =>
      chunks(seeds, EPISODES).map((chunk) => this.#play({ quality, seeds: chunk })),
    );
    const all = await Promise.all(parts.map((ofQuality) => Promise.all(ofQuality)));
    return all.map((ofQuality) => Float64Array.from(ofQuality.flatMap((part) => [...part])));
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #play(task: { quality: Quality; seeds: readonly number[] }): Promise<Float64Array> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ task, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#failure !== undefined) {
      this.#fail(this.#failure);
      return;
    }
    const worker = this.#idle.pop();
    if (worker === undefined) return;
    const waiting = this.#queue.shift();
    if (waiting === undefined) {
      this.#idle.push(worker);
      return;
    }
    this.#running.set(worker, waiting);
    worker.ref();
    worker.postMessage(waiting.task);
  }

  #finish(worker: Worker, welfareMicro: Float64Array): void {
    this.#running.get(worker)!.resolve(welfareMicro);
    this.#running.delete(worker);
    worker.unref();
    this.#idle.push(worker);
    this.#next();
  }

  #fail(cause: Error): void {
    this.#failure = cause;
    const error = new AICChainError('EVALUATION_FAILED', `an episode could not be played: ${cause.message}`, {
      cause,
    });
    for (const { reject } of [...this.#running.values(), ...this.#queue.splice(0)]) reject(error);
    this.#running.clear();
  }
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
