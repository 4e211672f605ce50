import { AICChainError } from '../domain/errors.ts';
import type { Scenario } from '../training/scenario.ts';
import type { WelfareOf } from '../training/tune.ts';
import type { PlayTask } from './evaluationThread.ts';
import type { Played } from './measuredEpisode.ts';
import { Thread } from './Thread.ts';

export interface PlayOptions {
  /** Called as episodes end, in any order. */
  readonly onPlayed?: () => void;
  /** Ends it at once; then the pool is good for nothing but `close`. */
  readonly signal?: AbortSignal;
}

/**
 * Plays episodes of some scenarios on worker threads. An episode depends on nothing but its task, and results are put
 * together by place, so that they are the same for any number of workers.
 *
 * @example
 * const pool = new EvaluationPool([scenario], 2);
 * const { network } = await tune(scenario, DEFAULT_ES, pool.welfare).finally(() => pool.close());
 */
export class EvaluationPool {
  readonly #threads: readonly Thread<PlayTask, Played>[];

  constructor(scenarios: readonly Scenario[], workers: number) {
    this.#threads = Array.from({ length: workers }, () => new Thread('evaluationThread', scenarios));
  }

  /** By task; undefined where it was stopped before. Begun in order, each thread the next one when it is free. */
  async play(
    tasks: readonly PlayTask[],
    { onPlayed, signal }: PlayOptions = {},
  ): Promise<readonly (Played | undefined)[]> {
    const played: (Played | undefined)[] = new Array(tasks.length).fill(undefined);
    let next = 0;
    const work = async (thread: Thread<PlayTask, Played>) => {
      while (next < tasks.length && !signal?.aborted) {
        const at = next++;
        const one = await playedOn(thread, tasks[at]!);
        if (signal?.aborted) return;
        played[at] = one;
        onPlayed?.();
      }
    };
    const all = Promise.all(this.#threads.map(work));
    await (signal === undefined ? all : Promise.race([all, abortOf(signal)]));
    return played;
  }

  /** Welfare of each quality on each seed of the first scenario, micro-AICC. */
  readonly welfare: WelfareOf = async (qualities, seeds) => {
    const tasks = qualities.flatMap((quality) =>
      seeds.map((seed): PlayTask => ({ scenario: 0, clears: { kind: 'certified', quality }, seed })),
    );
    const played = await this.play(tasks);
    return qualities.map((_, i) =>
      Float64Array.from(seeds, (_, s) => played[i * seeds.length + s]!.welfareMicro),
    );
  };

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

async function playedOn(thread: Thread<PlayTask, Played>, task: PlayTask): Promise<Played> {
  try {
    return await thread.run(task);
  } catch (cause) {
    const { message } = cause as Error;
    const { hint } = cause as AICChainError;
    throw new AICChainError('EVALUATION_FAILED', `seed ${task.seed} could not be played: ${message}`, {
      cause,
      ...(hint !== undefined && { hint }),
    });
  }
}

const abortOf = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
