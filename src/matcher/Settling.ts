import { ContractRefusal } from '../chain/failure.ts';
import type { AICChainError } from '../domain/errors.ts';
import type { WorkloadId } from '../domain/ids.ts';
import type { WorkloadState } from '../state/index.ts';
import type { Say } from './Daemon.ts';
import { dueWorkloads } from './due.ts';
import type { Duty, Moment, NetworkView } from './NetworkView.ts';

/** In one transaction: well below the gas that it may hold. */
const BATCH = 64;

/** Another process was faster, or an ending was not accepted. */
const DONE_OR_NOT_YET = new Set(['WrongStatus', 'TooEarly']);

/**
 * Moves on, once a round, what the clock or a refuted round has ended. Anyone may and nobody is paid for it; so that not
 * everybody pays for the same, whoever may post the round does it.
 */
export class Settling implements Duty {
  readonly #view: NetworkView;
  readonly #say: Say;
  #round = -1;

  constructor(view: NetworkView, say: Say) {
    this.#view = view;
    this.#say = say;
  }

  async look(moment: Moment): Promise<boolean> {
    if (this.#round === moment.round || !(await this.#view.isOurTurn(moment))) return true;
    this.#round = moment.round;
    await this.settleDue(moment);
    return true;
  }

  /** What is due among the workloads that it `concerns`. */
  async settleDue(
    { round, timeSec }: Moment,
    concerns: (workload: WorkloadState) => boolean = () => true,
  ): Promise<void> {
    const { state } = this.#view;
    const isConcerned = (id: WorkloadId) => concerns(state.workloads.get(id)!);
    const { certainly, ifAccepted } = dueWorkloads(state, round, timeSec);
    const due = certainly.filter(isConcerned);
    for (let from = 0; from < due.length; from += BATCH)
      await this.#settleMany(due.slice(from, from + BATCH));
    for (const id of ifAccepted.filter(isConcerned)) await this.#settle(id);
  }

  /** One that is refused holds up no other. */
  async #settleMany(ids: readonly WorkloadId[]): Promise<void> {
    try {
      await this.#view.network.workloads.settleMany(ids);
    } catch (error) {
      if (!(error instanceof ContractRefusal)) throw error;
      for (const id of ids) await this.#settle(id);
    }
  }

  /** What is not due is refused before it is sent. */
  async #settle(id: WorkloadId): Promise<void> {
    try {
      await this.#view.network.workloads.settle(id);
    } catch (error) {
      const { code, message, retryable } = error as AICChainError;
      if (!retryable && !DONE_OR_NOT_YET.has(code)) this.#say(`workload ${id} is not settled: ${message}`);
    }
  }
}
