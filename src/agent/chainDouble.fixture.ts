import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { LocalAccount } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { AICChainError } from '../domain/errors.ts';
import { type Address, type CloseReason, NodeId, type Status, WorkloadId } from '../domain/index.ts';
import type { AgentChain, Assignment, ReportedClaims } from './chainPort.ts';
import type { ContentHash } from './document.ts';

export const OWNER: LocalAccount = privateKeyToAccount(`0x${'11'.repeat(32)}`);
export const CLIENT: LocalAccount = privateKeyToAccount(`0x${'22'.repeat(32)}`);
export const STRANGER: LocalAccount = privateKeyToAccount(`0x${'33'.repeat(32)}`);

const START_WINDOW_ROUNDS = 4;

interface State {
  timestamp: number;
  /** Every write that was taken, in order. */
  readonly log: string[];
  readonly workloads: Record<number, Assignment & { digest?: string }>;
  readonly committed: string[];
  freshUntilRound: number;
}

/**
 * The rules of AIWorkloads that an agent meets, kept in a file so that they outlive an agent that is killed. Rounds
 * are of 10 s, epochs of 6 rounds; time is moved by hand. It stands in where the agent is the subject, not the chain.
 */
export class ChainDouble implements AgentChain {
  readonly chainId = 31337;
  readonly truthfulReporting: Address = `0x${'44'.repeat(20)}`;
  claims: ReportedClaims = {
    gpus: 4,
    latencyUs: 10_000,
    bandwidthMbps: 100,
    computeMflops: 200n,
    watts: 300,
  };
  private readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  static create(path: string): ChainDouble {
    const chain = new ChainDouble(path);
    chain.save({ timestamp: 100, log: [], workloads: {}, committed: [], freshUntilRound: 22 });
    return chain;
  }

  get log(): readonly string[] {
    return this.load().log;
  }

  state(id: number): Assignment & { digest?: string } {
    return this.load().workloads[id]!;
  }

  advance(seconds: number): void {
    this.change((state) => {
      state.timestamp += seconds;
    });
  }

  /** Matches a workload of CLIENT to node 1, in the current round. */
  match(id: number, specHash: ContentHash, terms: Partial<Assignment> = {}): void {
    this.change((state) => {
      const matchedRound = Math.floor(state.timestamp / 10);
      state.workloads[id] = {
        workload: WorkloadId(id),
        client: CLIENT.address,
        specHash,
        status: 'Matched',
        reason: 'None',
        node: NodeId(1),
        gpus: 2,
        leaseSec: 0,
        matchedRound,
        lastStartRound: matchedRound + START_WINDOW_ROUNDS,
        startedAt: 0,
        durationSec: 60,
        owedSec: 90,
        ...terms,
      };
    });
  }

  set(id: number, terms: Partial<Assignment>): void {
    this.change((state) => {
      state.workloads[id] = { ...state.workloads[id]!, ...terms };
    });
  }

  async time() {
    const { timestamp } = this.load();
    const round = Math.floor(timestamp / 10);
    return { timestamp, round, epoch: Math.floor(round / 6), takesReports: round % 6 < 4 };
  }

  async ownerOf() {
    return OWNER.address;
  }

  async claimsOf() {
    return this.claims;
  }

  async freshUntilRound() {
    return this.load().freshUntilRound;
  }

  async freshnessRounds() {
    return 12;
  }

  async assignmentsOf() {
    return Object.values(this.load().workloads).filter(({ status }) =>
      ['Matched', 'Running'].includes(status),
    );
  }

  async workload(id: WorkloadId) {
    return this.load().workloads[id];
  }

  async isClientFor(account: Address) {
    return Object.values(this.load().workloads).some(
      ({ client, status }) => client === account && ['Open', 'Matched', 'Running'].includes(status),
    );
  }

  async isReportCommitted(_node: NodeId, epoch: number) {
    return this.load().committed.includes(String(epoch));
  }

  async heartbeat() {
    this.change((state) => {
      state.freshUntilRound = Math.floor(state.timestamp / 10) + 12;
      state.log.push(`heartbeat ${Math.floor(state.timestamp / 10)}`);
    });
  }

  async commitReport(report: { epoch: number }) {
    this.change((state) => {
      state.committed.push(String(report.epoch));
      state.log.push(`report ${report.epoch}`);
    });
  }

  async start(id: WorkloadId) {
    this.move(id, 'Matched', 'Running', 'None', `start ${id}`, (w, now) => {
      if (Math.floor(now / 10) > w.lastStartRound) throw refused('StartWindowPassed');
      return { startedAt: now };
    });
  }

  async complete(id: WorkloadId, digest: ContentHash) {
    this.move(id, 'Running', 'Completed', 'Completed', `complete ${id}`, () => ({ digest }));
  }

  async fail(id: WorkloadId, clientFault: boolean, doneBps: number, digest: ContentHash) {
    const reason = clientFault ? 'ClientFault' : 'NodeFault';
    const status = clientFault ? 'Failed' : 'Open';
    this.move(id, 'Running', status, reason, `fail ${id} ${reason} ${doneBps}`, () => ({ digest }));
  }

  async timeOut(id: WorkloadId, doneBps: number, digest: ContentHash) {
    this.move(id, 'Running', 'TimedOut', 'TimedOut', `timeOut ${id} ${doneBps}`, (w, now) => {
      if (now < w.startedAt + w.owedSec) throw refused('TooEarly');
      return { digest };
    });
  }

  private move(
    id: WorkloadId,
    from: Status,
    to: Status,
    reason: CloseReason,
    line: string,
    rule: (workload: Assignment, now: number) => object,
  ): void {
    this.change((state) => {
      const workload = state.workloads[id];
      if (workload?.status !== from) throw refused(`WrongStatus ${workload?.status}`);
      state.workloads[id] = { ...workload, ...rule(workload, state.timestamp), status: to, reason };
      state.log.push(line);
    });
  }

  /** One writer at a time, of this process or another. */
  private change(edit: (state: State) => void): void {
    const lock = `${this.path}.lock`;
    for (let tries = 0; ; tries++) {
      try {
        mkdirSync(lock);
        break;
      } catch {
        // Whoever was killed while it wrote gives the lock back after a second.
        if (tries > 1_000) rmSync(lock, { recursive: true, force: true });
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      }
    }
    try {
      const state = this.load();
      edit(state);
      this.save(state);
    } finally {
      rmSync(lock, { recursive: true, force: true });
    }
  }

  private load(): State {
    return JSON.parse(readFileSync(this.path, 'utf8'));
  }

  private save(state: State): void {
    writeFileSync(`${this.path}.part`, JSON.stringify(state));
    renameSync(`${this.path}.part`, this.path);
  }
}

const refused = (why: string) => new AICChainError('REFUSED', why);
