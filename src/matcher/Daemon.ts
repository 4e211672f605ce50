import { setTimeout as sleep } from 'node:timers/promises';
import { AICChainError } from '../domain/errors.ts';
import type { Duty, NetworkView } from './NetworkView.ts';

/** Looks so often that a round is noticed within a tenth of it, and at least each second. */
const LOOKS_A_ROUND = 10;
const LONGEST_TICK_MS = 1_000;

export type Say = (line: string) => void;

/** Looks at a network again and again and does its duties, one after the other, until it is stopped. */
export class Daemon {
  readonly #view: NetworkView;
  readonly #duties: readonly Duty[];
  readonly #say: Say;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  /** What went wrong last, so that it is said once and not at every look. */
  #problem = '';

  constructor(view: NetworkView, duties: readonly Duty[], say: Say) {
    this.#view = view;
    this.#duties = duties;
    this.#say = say;
  }

  /**
   * Resolves after `stop`, when what was under way is done. Rejects where it must not go on: with `Halted`, and with what
   * waiting does not mend of the log itself. What a duty or the network fails in is said, and tried again at the next look.
   */
  run(): Promise<void> {
    this.#running ??= this.#keepLooking();
    return this.#running;
  }

  /** Lets what is under way finish. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running?.catch(() => {}); // told to whoever called `run`
  }

  async #keepLooking(): Promise<void> {
    const { signal } = this.#stopping;
    const tickMs = Math.min(
      LONGEST_TICK_MS,
      (this.#view.network.deployment.roundSec * 1_000) / LOOKS_A_ROUND,
    );
    while (!signal.aborted) {
      this.#tell(await this.#look());
      await sleep(tickMs, undefined, { signal }).catch(() => {});
    }
  }

  /** What went wrong, in a line; nothing where all is well. */
  async #look(): Promise<string> {
    const problems: string[] = [];
    const orSay = async (step: Promise<void>) => {
      try {
        await step;
      } catch (error) {
        if (mustStop(error)) throw error;
        problems.push((error as Error).message);
      }
    };
    const moment = await this.#view.look().catch((error: unknown) => {
      if (mustStop(error)) throw error;
      problems.push((error as Error).message);
    });
    if (moment) for (const duty of this.#duties) await orSay(duty.look(moment));
    return problems.join('; ');
  }

  #tell(problem: string): void {
    if (problem && problem !== this.#problem) this.#say(problem);
    this.#problem = problem;
  }
}

/** The log does not fit what was read of it before: only a new start, from its beginning, makes that good. */
const LOG_BROKEN = new Set(['ReorganisationTooDeep', 'EventsOutOfOrder', 'RoundsMisordered']);

const mustStop = (error: unknown) =>
  error instanceof Halted || (error instanceof AICChainError && LOG_BROKEN.has(error.code));
