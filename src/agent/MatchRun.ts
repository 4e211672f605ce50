import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AICChainError } from '../domain/errors.ts';
import type { NodeId } from '../domain/index.ts';
import type { AgentChain, Assignment } from './chainPort.ts';
import type { ContentStore } from './contentStore.ts';
import { type ContentHash, canonicalDocument } from './document.ts';
import type { Driver, RunResult } from './drivers/Driver.ts';
import { fetchInput } from './fetchInput.ts';
import { decodeJobSpec, type JobSpec } from './jobSpec.ts';
import { RunLog } from './RunLog.ts';
import {
  keyOf,
  type MatchRecord,
  type Outcome,
  type StoredOutput,
  type WorkloadBook,
} from './WorkloadBook.ts';

/** Why a run is ended from outside. */
export type StopReason = 'Shutdown' | 'OwedTimeOver' | 'Withdrawn';

/** What a run needs of its agent. */
export interface RunSurroundings {
  readonly node: NodeId;
  readonly runsDir: string;
  readonly chain: AgentChain;
  readonly store: ContentStore;
  readonly book: WorkloadBook;
  readonly driver: Driver;
  readonly fetchInputs: boolean;
  /** GPUs for the run, while it runs. */
  readonly takeGpus: (count: number) => number[];
  readonly giveGpus: (gpus: readonly number[]) => void;
  readonly onEvent: (event: string, details: Record<string, unknown>) => void;
}

const LOOK_EVERY_MS = 50;

/**
 * One match, from the moment it is seen on chain until its ending stands there. Everything that must not happen twice
 * is in the book before it is done, and the chain is asked before it is told.
 */
export class MatchRun {
  assignment: Assignment;
  log: RunLog | undefined;
  private readonly around: RunSurroundings;
  private readonly abort = new AbortController();
  /** Rounds as the agent last saw them: the last moment to start decides when waiting for the client ends. */
  private round = 0;
  private isShutDown = false;

  constructor(assignment: Assignment, around: RunSurroundings) {
    this.assignment = assignment;
    this.around = around;
  }

  stop(reason: StopReason): void {
    if (reason === 'Shutdown') this.isShutDown = true;
    this.abort.abort(reason);
  }

  /** What the chain says now. */
  see(assignment: Assignment, round: number, timestamp: number): void {
    this.assignment = assignment;
    this.round = round;
    const { status, startedAt, owedSec, lastStartRound } = assignment;
    if (status === 'Matched' && round > lastStartRound) this.stop('Withdrawn');
    if (status === 'Running' && owedSec > 0 && timestamp >= startedAt + owedSec) this.stop('OwedTimeOver');
  }

  /** Carries the match out. Returns early on shutdown: the next life goes on from the book. */
  async carryOut(timestamp: number): Promise<void> {
    const { book, onEvent } = this.around;
    const known = book.get(this.assignment);
    if (known?.closed !== undefined && !(await this.isTakenBack(known))) return;
    if (known === undefined) book.accept(this.assignment);
    if (known?.run !== undefined) await this.around.driver.sweep(known.run);
    const outcome = known?.outcome ?? (await this.run(timestamp));
    if (outcome === undefined) return this.leave();
    if (known?.outcome === undefined) {
      book.ended(this.assignment, outcome);
      onEvent('ended', {
        workload: this.assignment.workload,
        ending: outcome.ending,
        detail: outcome.detail,
      });
    }
    await this.declare(outcome);
  }

  /** Undefined where there is nothing to declare: withdrawn, or shut down. */
  private async run(timestamp: number): Promise<Outcome | undefined> {
    const { workload, status } = this.assignment;
    if (status !== 'Matched' && status !== 'Running') return undefined;
    if (status === 'Running') {
      const { startedAt, durationSec, owedSec } = this.assignment;
      if (timestamp + durationSec > startedAt + owedSec)
        return this.failed('NodeFault', 'the node restarted too late to run it again', 0);
    } else {
      await this.untilDelivered();
      if (this.isStopped()) return undefined;
      // Started in any case: a start that fails at once costs the client nothing, a no-show costs the node.
      if (!(await this.start())) return undefined;
      this.around.onEvent('started', { workload });
    }
    if (!(await this.isDelivered()))
      return this.failed('ClientFault', 'the job spec or an input was not delivered in time', 0);
    return this.execute();
  }

  private async execute(): Promise<Outcome | undefined> {
    const { store, driver, runsDir } = this.around;
    const folder = join(runsDir, keyOf(this.assignment));
    const workDir = join(folder, 'work');
    rmSync(workDir, { recursive: true, force: true });
    mkdirSync(join(workDir, 'inputs'), { recursive: true });
    mkdirSync(join(workDir, 'outputs'));
    const log = new RunLog(join(folder, 'log'));
    this.log = log;
    let gpus: number[] = [];
    try {
      const spec = decodeJobSpec(await store.readBytes(this.assignment.specHash));
      if (spec.gpus > this.assignment.gpus)
        return await this.failed(
          'ClientFault',
          `the spec needs ${spec.gpus} GPUs, ${this.assignment.gpus} are paid`,
          0,
        );
      for (const input of spec.inputs) await store.copyTo(input.hash, join(workDir, 'inputs', input.name));
      gpus = this.around.takeGpus(spec.gpus);
      log.note(`workload ${this.assignment.workload}, driver ${driver.name}, isolation ${driver.isolation}`);
      const result = await driver.run(
        { ...spec, workload: this.assignment.workload, gpus },
        {
          workDir,
          onLog: (chunk) => log.write(chunk),
          signal: this.abort.signal,
          onStarted: (run) => this.around.book.running(this.assignment, run),
        },
      );
      log.note(`${result.reason}: ${result.detail}, after ${(result.elapsedMs / 1000).toFixed(2)} s`);
      return await this.judge(result, spec);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      log.note(detail);
      const isSpec = error instanceof AICChainError && error.code === 'BAD_JOB_SPEC';
      return await this.failed(isSpec ? 'ClientFault' : 'NodeFault', detail, 0);
    } finally {
      this.around.giveGpus(gpus);
      log.close();
      rmSync(workDir, { recursive: true, force: true });
    }
  }

  private async judge(result: RunResult, spec: JobSpec): Promise<Outcome | undefined> {
    const detail = `${result.reason}: ${result.detail}`;
    if (result.reason === 'Stopped' && this.abort.signal.reason !== 'OwedTimeOver') return undefined;
    if (result.reason === 'Stopped')
      return this.delivered('TimedOut', this.doneBps(), result, 'owed time over');
    if (result.reason === 'Exited' && result.exitCode === 0)
      return this.delivered('Completed', 10_000, result, detail);
    // Why a job crashed cannot be shown to be its own fault.
    if (result.reason === 'Crashed') return this.failed('NodeFault', detail, 0);
    return this.failed('ClientFault', `${detail} (${spec.command.join(' ').slice(0, 100)})`, this.doneBps());
  }

  /** A lease is done when its time is over; of a job, what it says itself: "progress" from 0 to 1 in its metrics. */
  private doneBps(): number {
    if (this.assignment.leaseSec > 0) return 10_000;
    const progress = this.log?.metrics.progress ?? 0;
    return Math.round(10_000 * Math.max(0, Math.min(1, progress)));
  }

  private async delivered(
    ending: 'Completed' | 'TimedOut',
    doneBps: number,
    result: RunResult,
    detail: string,
  ): Promise<Outcome> {
    const outputs: StoredOutput[] = [];
    for (const { name, path } of result.outputs)
      outputs.push({ name, ...(await this.around.store.putFile(path)) });
    outputs.sort((a, b) => (a.name < b.name ? -1 : 1));
    const digest = await this.document({ workload: this.assignment.workload, outputs });
    return { ending, digest, doneBps, detail, outputs, metrics: this.log?.metrics ?? {} };
  }

  private async failed(
    ending: 'ClientFault' | 'NodeFault',
    detail: string,
    doneBps: number,
  ): Promise<Outcome> {
    const digest = await this.document({ workload: this.assignment.workload, ending, detail });
    return { ending, digest, doneBps, detail, outputs: [], metrics: this.log?.metrics ?? {} };
  }

  private async document(value: unknown): Promise<ContentHash> {
    return (await this.around.store.putBytes(canonicalDocument(value))).hash;
  }

  /** Waits for spec and inputs, until they are there, the last round to start in, or a stop. */
  private async untilDelivered(): Promise<void> {
    while (!this.isStopped() && this.round < this.assignment.lastStartRound) {
      if (await this.isDelivered()) return;
      await sleep(LOOK_EVERY_MS);
    }
  }

  private async isDelivered(): Promise<boolean> {
    const { store, fetchInputs } = this.around;
    if ((await store.bytesOf(this.assignment.specHash)) === undefined) return false;
    let spec: JobSpec;
    try {
      spec = decodeJobSpec(await store.readBytes(this.assignment.specHash));
    } catch {
      return true; // Nothing better will come: running it says what is wrong.
    }
    for (const input of spec.inputs) {
      if ((await store.bytesOf(input.hash)) !== undefined) continue;
      if (!fetchInputs || input.url === undefined) return false;
      if (!(await fetchInput(input, store, this.abort.signal))) return false;
    }
    return true;
  }

  private async start(): Promise<boolean> {
    return (
      (
        await this.tell(
          () => this.around.chain.start(this.assignment.workload),
          (now) => now.status === 'Matched' && !this.isStopped(),
        )
      )?.status === 'Running'
    );
  }

  /** Closed here, and running on chain: a reorganisation took the declaration back. Asked now: what was seen may be old. */
  private async isTakenBack({ closed }: MatchRecord): Promise<boolean> {
    if (closed?.declared !== true) return false;
    const now = await this.around.chain.workload(this.assignment.workload);
    return now !== undefined && this.isStillOurs(now) && now.status === 'Running';
  }

  private async declare(outcome: Outcome): Promise<void> {
    const { workload } = this.assignment;
    const { chain } = this.around;
    const { ending, doneBps, digest } = outcome;
    const now = await this.tell(
      ({ status }) => {
        // Here too: the start itself may have been taken back while the job ran.
        if (status === 'Matched') return chain.start(workload);
        if (ending === 'Completed') return chain.complete(workload, digest);
        if (ending === 'TimedOut') return chain.timeOut(workload, doneBps, digest);
        return chain.fail(workload, ending === 'ClientFault', doneBps, digest);
      },
      (now) => now.status === 'Running' || (now.status === 'Matched' && this.round <= now.lastStartRound),
    );
    if (now === undefined) return;
    // Only what the chain took as this node said it counts as said: outputs are released for nothing else.
    this.around.book.closed(this.assignment, now.status, now.reason === ending);
    this.around.onEvent('closed', { workload, status: now.status, reason: now.reason, digest });
  }

  /** There is nothing to say on chain: it was cancelled, or came too late. On shutdown the next life goes on. */
  private leave(): void {
    if (this.isShutDown) return;
    const { workload } = this.assignment;
    this.around.book.closed(this.assignment, 'Withdrawn', false);
    this.around.onEvent('withdrawn', { workload });
  }

  /**
   * Sends until the chain has moved on from where the message was due; the chain is asked before each try, so that
   * nothing is sent twice. Returns what the chain says then, or undefined on shutdown.
   */
  private async tell(
    send: (now: Assignment) => Promise<void>,
    isDue: (now: Assignment) => boolean,
  ): Promise<Assignment | undefined> {
    let said = '';
    for (let waitMs = 100; !this.isShutDown; waitMs = Math.min(2_000, waitMs * 2)) {
      try {
        const now = await this.around.chain.workload(this.assignment.workload);
        if (now === undefined || !this.isStillOurs(now) || !isDue(now)) return now;
        await send(now);
        waitMs = 50;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        // A lease that was done early waits for the end of its time.
        const isWaiting = error instanceof AICChainError && error.code === 'TooEarly';
        if (message !== said && !isWaiting)
          this.around.onEvent('problem', { workload: this.assignment.workload, message });
        said = message;
        await sleep(waitMs);
      }
    }
    return undefined;
  }

  private isStillOurs(now: Assignment): boolean {
    return now.node === this.around.node && now.matchedRound === this.assignment.matchedRound;
  }

  private isStopped(): boolean {
    return this.abort.signal.aborted;
  }
}
