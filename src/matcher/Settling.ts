import type { AICChainError } from '../domain/errors.ts';
import type { WorkloadState } from '../state/index.ts';
import type { Say } from './Daemon.ts';
import { dueWorkloads } from './due.ts';
import type { Duty, Moment, NetworkView } from './NetworkView.ts';

/** Another process was faster, or the clock that the chain will use is not that far yet. */
const DONE_OR_NOT_YET = new Set(['WrongStatus', 'TooEarly']);

/** Moves on, once a round, what the clock or a refuted round has ended: anyone may, and nobody is paid for it. */
export class Settling implements Duty {
  readonly #view: NetworkView;
  readonly #say: Say;
  #round = -1;

  constructor(view: NetworkView, say: Say) {
    this.#view = view;
    this.#say = say;
  }

  async look(moment: Moment): Promise<boolean> {
    if (this.#round === moment.round) return true;
    this.#round = moment.round;
    await this.settleDue(moment);
    return true;
  }

  /** One that is refused holds up no other. */
  async settleDue(
    { round, timeSec }: Moment,
    concerns: (workload: WorkloadState) => boolean = () => true,
  ): Promise<void> {
    const { state, network } = this.#view;
    const due = dueWorkloads(state, round, timeSec).filter((id) => concerns(state.workloads.get(id)!));
    for (const id of due) {
      try {
        await network.workloads.settle(id);
      } catch (error) {
        const { code, message, retryable } = error as AICChainError;
        if (!retryable && !DONE_OR_NOT_YET.has(code)) this.#say(`workload ${id} is not settled: ${message}`);
      }
    }
  }
}
