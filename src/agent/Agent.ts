import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalAccount } from 'viem';
import { lockFolder } from '../chain/folderLock.ts';
import { AICChainError } from '../domain/errors.ts';
import { NodeId, WorkloadId } from '../domain/index.ts';
import { type Report, reportTypedData } from '../reports/index.ts';
import type { AgentChain, ChainTime } from './chainPort.ts';
import type { AgentConfig } from './config.ts';
import { ContentStore } from './contentStore.ts';
import type { Driver } from './drivers/Driver.ts';
import { ProcessDriver } from './drivers/process.ts';
import { MatchRun, type RunSurroundings } from './MatchRun.ts';
import type { SignedReport } from './NodeService.ts';
import { openSession, type Session } from './probe/session.ts';
import { type NodeServer, serve } from './server.ts';
import { Shaper } from './shaping.ts';
import { keyOf, WorkloadBook } from './WorkloadBook.ts';

export type AgentEvent = (event: string, details: Record<string, unknown>) => void;

/** Between two looks at a chain that does not answer. */
const LONGEST_WAIT_MS = 2_000;

export interface AgentOptions {
  readonly dataDir: string;
  readonly config: AgentConfig;
  /** The node's owner: signs reports and probes, and sends the node's transactions. */
  readonly account: LocalAccount;
  readonly chain: AgentChain;
  /** Default: processes, sandboxed where that works. */
  readonly driver?: Driver;
  readonly onEvent?: AgentEvent;
  /** How often the chain is looked at. */
  readonly pollMs?: number;
}

/** The daemon of a node: keeps it fresh, reports every epoch, answers probes, and carries out what it is matched with. */
export class Agent {
  readonly node: NodeId;
  readonly driver: Driver;
  private readonly options: AgentOptions;
  private readonly book: WorkloadBook;
  private readonly store: ContentStore;
  private readonly unlock: () => void;
  private readonly runs = new Map<string, { run: MatchRun; done: Promise<void> }>();
  private readonly freeGpus: Set<number>;
  private readonly stopping = new AbortController();
  private server: NodeServer | undefined;
  private loop: Promise<void> | undefined;
  private freshness = { rounds: 0, untilRound: 0 };
  private report: SignedReport | undefined;
  private session: Session | undefined;
  /** What went wrong last, so that it is said once and not at every look. */
  private problem = '';

  private constructor(
    options: AgentOptions,
    parts: { driver: Driver; store: ContentStore; book: WorkloadBook; unlock: () => void; gpus: number },
  ) {
    this.options = options;
    this.node = NodeId(options.config.nodeId);
    this.driver = parts.driver;
    this.store = parts.store;
    this.book = parts.book;
    this.unlock = parts.unlock;
    this.freeGpus = new Set(Array.from({ length: parts.gpus }, (_, index) => index));
  }

  /** Opens the data folder and starts to serve. Refuses a damaged journal, a folder in use, a port that is taken. */
  static async start(options: AgentOptions): Promise<Agent> {
    const { dataDir, config, account, chain } = options;
    const owner = await chain.ownerOf(NodeId(config.nodeId));
    if (owner.toLowerCase() !== account.address.toLowerCase())
      throw new AICChainError(
        'NOT_OWNER',
        `node ${config.nodeId} belongs to ${owner}, not ${account.address}`,
        {
          hint: 'Correct nodeId or keyFile in node.json.',
        },
      );
    const unlock = takeFolder(dataDir);
    let book: WorkloadBook | undefined;
    try {
      const known = new WorkloadBook(dataDir);
      book = known;
      const store: ContentStore = await ContentStore.open(join(dataDir, 'content'), {
        quotaBytes: config.storeQuotaMB * 1e6,
        needed: () => known.needed(store),
      });
      const driver = options.driver ?? (await ProcessDriver.open());
      const { gpus } = await chain.claimsOf(NodeId(config.nodeId));
      const agent = new Agent(options, { driver, store, book: known, unlock, gpus });
      await agent.open();
      return agent;
    } catch (error) {
      book?.close();
      unlock();
      throw error;
    }
  }

  get port(): number {
    return this.server?.port ?? 0;
  }

  /** Ends runs and service; what was running goes on in the next life, as far as its time allows. */
  async stop(): Promise<void> {
    if (this.stopping.signal.aborted) return;
    this.stopping.abort();
    for (const { run } of this.runs.values()) run.stop('Shutdown');
    await this.server?.close();
    await this.loop;
    await Promise.all([...this.runs.values()].map(({ done }) => done));
    this.book.close();
    this.unlock();
    this.emit('stopped', {});
  }

  private async open(): Promise<void> {
    const { account, chain, config } = this.options;
    const nowSec = Math.floor(Date.now() / 1000);
    const session = await openSession(account, { node: this.node, chainId: chain.chainId, nowSec });
    this.session = session;
    this.freshness = {
      rounds: await chain.freshnessRounds(),
      untilRound: await chain.freshUntilRound(this.node),
    };
    this.server = await serve({
      node: this.node,
      host: config.host,
      port: config.port,
      chain,
      store: this.store,
      book: this.book,
      driver: this.driver,
      session,
      shaper: new Shaper(config.profile),
      report: () => this.report,
      runOf: (match) => this.runs.get(keyOf(match))?.run,
      runsDir: this.runsDir,
    });
    const { driver } = this;
    this.emit('listening', { port: this.port, driver: driver.name, isolation: driver.isolation });
    this.loop = this.watch();
  }

  private async watch(): Promise<void> {
    const { signal } = this.stopping;
    const pollMs = this.options.pollMs ?? 150;
    for (let waitMs = pollMs; !signal.aborted; ) {
      try {
        await this.look(await this.options.chain.time());
        this.problem = '';
        waitMs = pollMs;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        if (message !== this.problem) this.emit('problem', { message });
        this.problem = message;
        waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
      }
      await sleep(waitMs, undefined, { signal }).catch(() => {});
    }
  }

  private async look(time: ChainTime): Promise<void> {
    // What is matched goes on, also where the node cannot be kept fresh (it is leaving, or has no gas left).
    await this.carryOut(time);
    await this.keepFresh(time.round);
    await this.reportEpoch(time);
    await this.session?.renew(Math.floor(Date.now() / 1000));
  }

  private async carryOut(time: ChainTime): Promise<void> {
    const assignments = await this.options.chain.assignmentsOf(this.node);
    const ours = new Set(assignments.map(keyOf));
    for (const [key, { run }] of this.runs) if (!ours.has(key)) run.stop('Withdrawn');
    for (const assignment of assignments) {
      const key = keyOf(assignment);
      const entry = this.runs.get(key) ?? this.take(new MatchRun(assignment, this.surroundings), key, time);
      entry?.run.see(assignment, time.round, time.timestamp);
    }
    await this.takeUpOpenEnds(time);
  }

  /** Matches of an earlier life that are over on chain, and were not yet when that life ended. */
  private async takeUpOpenEnds(time: ChainTime): Promise<void> {
    for (const match of this.book.all()) {
      if (match.closed !== undefined || this.runs.has(keyOf(match))) continue;
      const now = await this.options.chain.workload(WorkloadId(match.workload));
      if (now?.node === this.node && now.matchedRound === match.matchedRound)
        this.take(new MatchRun(now, this.surroundings), keyOf(match), time);
      else this.book.closed(match, 'Withdrawn', false);
    }
  }

  /** Begins to carry out a match that is not known to be over. */
  private take(run: MatchRun, key: string, time: ChainTime) {
    const known = this.book.get(run.assignment);
    // The chain had taken what was said of it and does not know of it any more: it was reorganised.
    const isTakenBack = known?.closed?.declared === true && run.assignment.status === 'Running';
    if (this.stopping.signal.aborted || (known?.closed !== undefined && !isTakenBack)) return undefined;
    const { workload, matchedRound: round } = run.assignment;
    if (!isTakenBack) this.emit('matched', { workload, round });
    run.see(run.assignment, time.round, time.timestamp);
    const done = run
      .carryOut(time.timestamp)
      .catch((error: Error) =>
        this.emit('problem', { workload: run.assignment.workload, message: error.message }),
      )
      .finally(() => this.runs.delete(key));
    const entry = { run, done };
    this.runs.set(key, entry);
    return entry;
  }

  /** A heartbeat well before freshness ends, also after the chain's clock has jumped. */
  private async keepFresh(round: number): Promise<void> {
    const { rounds, untilRound } = this.freshness;
    const everyRounds = Math.max(1, Math.floor(rounds / 3));
    if (round < untilRound - rounds + everyRounds) return;
    await this.options.chain.heartbeat(this.node);
    this.freshness = { rounds: await this.options.chain.freshnessRounds(), untilRound: round + rounds };
    this.emit('heartbeat', { round });
  }

  /** Signed once an epoch. A node that comes late in one can show its report, but commits to the next. */
  private async reportEpoch({ epoch, takesReports }: ChainTime): Promise<void> {
    if (this.report?.report.epoch === epoch) return;
    const { chain, account } = this.options;
    const report: Report = { node: this.node, epoch, ...(await chain.claimsOf(this.node)) };
    const signature = await account.signTypedData(
      reportTypedData(report, chain.chainId, chain.truthfulReporting),
    );
    if (takesReports && !(await chain.isReportCommitted(this.node, epoch)))
      await chain.commitReport(report, signature);
    this.report = { report, signature };
    this.emit('reported', { epoch });
  }

  private get runsDir(): string {
    return join(this.options.dataDir, 'runs');
  }

  private get surroundings(): RunSurroundings {
    return {
      node: this.node,
      runsDir: this.runsDir,
      chain: this.options.chain,
      store: this.store,
      book: this.book,
      driver: this.driver,
      fetchInputs: this.options.config.fetchInputs,
      takeGpus: (count) => this.takeGpus(count),
      giveGpus: (gpus) => {
        for (const gpu of gpus) this.freeGpus.add(gpu);
      },
      onEvent: (event, details) => this.emit(event, details),
    };
  }

  private takeGpus(count: number): number[] {
    const gpus = [...this.freeGpus].sort((a, b) => a - b).slice(0, count);
    if (gpus.length < count)
      throw new AICChainError(
        'NO_FREE_GPUS',
        `${count} GPUs are needed, ${gpus.length} are free on this node`,
      );
    for (const gpu of gpus) this.freeGpus.delete(gpu);
    return gpus;
  }

  private emit(event: string, details: Record<string, unknown>): void {
    this.options.onEvent?.(event, details);
  }
}

/** Makes and locks the data folder; only its owner may look into it. */
function takeFolder(dataDir: string): () => void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    // What clients hand over is theirs, whatever the folder around it allows.
    for (const name of ['content', 'runs']) mkdirSync(join(dataDir, name), { recursive: true, mode: 0o700 });
    return lockFolder(dataDir, join(dataDir, 'agent.lock')).release;
  } catch (cause) {
    if (cause instanceof AICChainError) throw cause;
    throw new AICChainError(
      'DATA_FOLDER',
      `the data folder ${dataDir} cannot be used: ${(cause as Error).message}`,
      {
        hint: 'Name a folder that you may write with --data.',
        cause,
      },
    );
  }
}
