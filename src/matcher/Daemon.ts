import { setTimeout as sleep } from 'node:timers/promises';
import { AICChainError } from '../domain/errors.ts';
import { Halted } from './Halted.ts';
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

  /** Goes on until nothing is left to do in a round; what waiting does not mend rejects. */
  runOnce(): Promise<void> {
    this.#running ??= this.#keepLooking({ once: true });
    return this.#running;
  }

  /** Lets what is under way finish. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running?.catch(() => {}); // told to whoever called `run`
  }

  async #keepLooking({ once = false } = {}): Promise<void> {
    const { signal } = this.#stopping;
    const { roundSec } = this.#view.network.deployment;
    const tickMs = Math.min(LONGEST_TICK_MS, (roundSec * 1_000) / LOOKS_A_ROUND);
    while (!signal.aborted) {
      const { isDone, problems } = await this.#look();
      const lasting = problems.find(({ retryable }) => !retryable);
      if (once && lasting) throw lasting;
      if (once && isDone) return;
      this.#tell(problems.map(sentence).join('; '));
      await sleep(tickMs, undefined, { signal }).catch(() => {});
    }
  }

  /** One duty that fails keeps no other from its work. */
  async #look(): Promise<{ isDone: boolean; problems: AICChainError[] }> {
    const problems: AICChainError[] = [];
    const attempt = async <T>(step: () => Promise<T>): Promise<T | undefined> => {
      try {
        return await step();
      } catch (error) {
        if (mustStop(error)) throw error;
        problems.push(error as AICChainError);
        return undefined;
      }
    };
    const moment = await attempt(() => this.#view.look());
    let isDone = moment !== undefined;
    for (const duty of moment ? this.#duties : [])
      isDone = (await attempt(() => duty.look(moment!))) === true && isDone;
    return { isDone, problems };
  }

  #tell(problem: string): void {
    if (problem && problem !== this.#problem) this.#say(problem);
    if (!problem && this.#problem) this.#say('goes on');
    this.#problem = problem;
  }
}

/** What is wrong, and what to do about it. */
const sentence = ({ message, hint }: AICChainError) => (hint ? `${message}. ${hint}` : message);

/** The log does not fit what was read of it before: only a new start, from its beginning, makes that good. */
const LOG_BROKEN = new Set(['ReorganisationTooDeep', 'EventsOutOfOrder', 'RoundsMisordered']);

const mustStop = (error: unknown) =>
  error instanceof Halted || (error instanceof AICChainError && LOG_BROKEN.has(error.code));
