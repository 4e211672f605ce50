import type { TransactionReceipt } from 'viem';
import { type Address, type Hex, WorkloadId } from '../domain/ids.ts';
import {
  CLOSE_REASON,
  type CloseReason,
  CONTEST_GROUND,
  type ContestGround,
  STATUS,
  type Status,
  type WorkloadSpec,
} from '../domain/types.ts';
import { unpackWorkloadSpec } from '../domain/workloadSpec.ts';
import type { Caller } from './Caller.ts';
import type { DualTokenSystem } from './DualTokenSystem.ts';
import { decodeEvent, soleEvent } from './events.ts';
import type { Parameters } from './Parameters.ts';

/** What a client submits; widths as in IAIWorkloads.Submission. The chain adds the round. */
export interface Submission extends Omit<WorkloadSpec, 'submittedRound'> {
  /** For the work itself; fees and surcharge are locked beside it. */
  readonly budgetMicro: number;
  /** How many rounds it waits for a match. */
  readonly openRounds: number;
  /** sha256 of the spec document that the node gets. */
  readonly specHash: Hex;
}

/** A workload as the chain holds it now. */
export interface AIWorkload {
  readonly id: WorkloadId;
  readonly client: Address;
  readonly spec: WorkloadSpec;
  readonly budgetMicro: number;
  readonly escrowMicro: number;
  /** Exclusive. */
  readonly openUntilRound: number;
  readonly status: Status;
  readonly reason: CloseReason;
  readonly node: number;
  readonly priceMicro: number;
  readonly matchedRound: number;
  readonly entry: number;
  /** Timestamps, seconds. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly doneBps: number;
  readonly matches: number;
}

/**
 * Submit, cancel, start, complete, contest, settle: what clients and nodes do with workloads.
 *
 * @example
 * const workload = await network.workloads.submit(submission);
 * console.log((await network.workloads.get(workload)).status); // 'Open'
 */
export class AIWorkloads {
  readonly #caller: Caller;
  readonly #money: DualTokenSystem;
  readonly #parameters: Parameters;

  constructor(caller: Caller, money: DualTokenSystem, parameters: Parameters) {
    this.#caller = caller;
    this.#money = money;
    this.#parameters = parameters;
  }

  /** Locks the escrow, depositing what is missing for it; the workload is open from the next round on. */
  async submit(submission: Submission): Promise<WorkloadId> {
    await this.#money.ensureAvailable(await this.#escrowMicroOf(submission));
    const receipt = await this.#caller.write('workloads', 'submit', [submissionWords(submission)]);
    return WorkloadId(soleEvent(this.#caller.deployment, receipt.logs, 'WorkloadSubmitted').workload);
  }

  /** All in one transaction, or none; in their order. For many of them this costs a quarter of the gas of `submit`. */
  async submitMany(submissions: readonly Submission[]): Promise<WorkloadId[]> {
    if (submissions.length === 0) return [];
    const escrowsMicro = await Promise.all(submissions.map((submission) => this.#escrowMicroOf(submission)));
    await this.#money.ensureAvailable(escrowsMicro.reduce((sum, micro) => sum + micro, 0));
    const receipt = await this.#caller.write('workloads', 'submitMany', [submissions.map(submissionWords)]);
    return receipt.logs
      .map((log) => decodeEvent(this.#caller.deployment, log))
      .filter((event) => event?.name === 'WorkloadSubmitted')
      .map(({ workload }) => WorkloadId(workload));
  }

  /** Open or Matched: refunds all. Running: pays for the time that has passed. */
  cancel(workload: number): Promise<TransactionReceipt> {
    return this.#caller.write('workloads', 'cancel', [workload]);
  }

  /** The client is content: the node need not wait for the contest window. */
  accept(workload: number): Promise<TransactionReceipt> {
    return this.#caller.write('workloads', 'accept', [workload]);
  }

  /** Contests an ending, with a bond that is lost if the auditors find otherwise. */
  async contest(workload: number, ground: ContestGround): Promise<TransactionReceipt> {
    await this.#money.ensureAvailable(await this.#parameters.current('contestBondMicro'));
    return this.#caller.write('workloads', 'contest', [workload, CONTEST_GROUND.indexOf(ground)]);
  }

  start(workload: number): Promise<TransactionReceipt> {
    return this.#caller.write('workloads', 'start', [workload]);
  }

  /** All in one transaction, or none; on whichever nodes of the sender. */
  startMany(workloads: readonly number[]): Promise<TransactionReceipt> {
    return this.#caller.write('workloads', 'startMany', [workloads]);
  }

  /** `resultHash` is the sha256 of the outputs; post it before releasing them. */
  complete(workload: number, resultHash: Hex): Promise<TransactionReceipt> {
    return this.#caller.write('workloads', 'complete', [workload, resultHash]);
  }

  /** All in one transaction, or none. */
  completeMany(
    results: readonly { readonly workload: number; readonly resultHash: Hex }[],
  ): Promise<TransactionReceipt> {
    const workloads = results.map(({ workload }) => WorkloadId(workload));
    const hashes = results.map(({ resultHash }) => resultHash);
    return this.#caller.write('workloads', 'completeMany', [workloads, hashes]);
  }

  fail(workload: number, clientFault: boolean, doneBps: number, digest: Hex): Promise<TransactionReceipt> {
    return this.#caller.write('workloads', 'fail', [workload, clientFault, doneBps, digest]);
  }

  timeOut(workload: number, doneBps: number, resultHash: Hex): Promise<TransactionReceipt> {
    return this.#caller.write('workloads', 'timeOut', [workload, doneBps, resultHash]);
  }

  /** Ends what is to be ended, then pays, once the round of the match is final. Anyone may. */
  settle(workload: number): Promise<TransactionReceipt> {
    return this.#caller.write('workloads', 'settle', [workload]);
  }

  /** Settles those of which something is due and passes over the others: their statuses do not change. */
  settleMany(workloads: readonly number[]): Promise<TransactionReceipt> {
    return this.#caller.write('workloads', 'settleMany', [workloads]);
  }

  async get(workload: number): Promise<AIWorkload> {
    const w = await this.#caller.read('workloads', 'workload', [workload]);
    return {
      ...w,
      id: WorkloadId(workload),
      spec: unpackWorkloadSpec(w.spec),
      budgetMicro: Number(w.budgetMicro),
      escrowMicro: Number(w.escrowMicro),
      priceMicro: Number(w.priceMicro),
      startedAt: Number(w.startedAt),
      endedAt: Number(w.endedAt),
      status: STATUS[w.status] ?? 'None',
      reason: CLOSE_REASON[w.reason] ?? 'None',
    };
  }

  isOpenAt(workload: number, round: number): Promise<boolean> {
    return this.#caller.read('workloads', 'isOpenAt', [workload, round]);
  }

  async countersAt(round: number): Promise<{ openWorkloads: number; newestWorkload: number }> {
    const [openWorkloads, newestWorkload] = await this.#caller.read('workloads', 'countersAt', [round]);
    return { openWorkloads, newestWorkload };
  }

  /** What `submit` locks for a budget and a priority. */
  async escrowMicroFor(budgetMicro: number, priority: number): Promise<number> {
    return Number(await this.#caller.read('workloads', 'escrowMicroFor', [BigInt(budgetMicro), priority]));
  }

  #escrowMicroOf({ budgetMicro, priority }: Submission): Promise<number> {
    return this.escrowMicroFor(budgetMicro, priority);
  }
}

const submissionWords = (submission: Submission) => ({
  ...submission,
  budgetMicro: BigInt(submission.budgetMicro),
});
