import type { LocalAccount } from 'viem';
import { epochOfRound, roundAt } from '../chain/clock.ts';
import { readDeployment } from '../chain/deployment.ts';
import { ChainFeed, type Follower } from '../chain/feed.ts';
import { NetworkClient } from '../chain/NetworkClient.ts';
import { decode } from '../domain/codes.ts';
import type { Address, ChainEvent, NodeId, WorkloadId } from '../domain/index.ts';
import { isCommitPhase } from '../domain/roundClock.ts';
import type { Report } from '../reports/index.ts';
import type { AgentChain, Assignment, ChainTime, ReportedClaims } from './chainPort.ts';
import { type ContentHash, fromBytes32, toBytes32 } from './document.ts';

/** The network of a deployment file, as the agent with this account sees it. Throws in one line where there is none. */
export async function connectAgentChain(
  config: { readonly rpcUrl: string; readonly deployment: string },
  account: LocalAccount,
): Promise<AgentChain> {
  const deployment = readDeployment(config.deployment);
  const network = new NetworkClient({ rpcUrl: config.rpcUrl, deployment, account });
  await network.now();
  return new NetworkAgentChain(network);
}

/** An AgentChain over the contracts, for one node. What only events tell (spec hashes, durations) it reads from the log as it grows. */
export class NetworkAgentChain implements AgentChain {
  private readonly network: NetworkClient;
  private readonly log = new WorkloadLog();
  private readonly feed: ChainFeed;
  /** Hash of the newest block, as `time` last saw it: while it stays, nothing has changed. */
  private head = '';
  private lastRead: { head: string; assignments: Assignment[] } | undefined;

  constructor(network: NetworkClient) {
    this.network = network;
    this.feed = new ChainFeed(network.caller, this.log);
  }

  get chainId(): number {
    return this.network.deployment.chainId;
  }

  get truthfulReporting(): Address {
    return this.network.deployment.addresses.reporting;
  }

  async time(): Promise<ChainTime> {
    const block = await this.network.caller.request<{ timestamp: string; parentHash: string }>(
      'eth_getBlockByNumber',
      ['pending', false],
    );
    this.head = block.parentHash;
    const timestamp = Number(block.timestamp);
    const { deployment } = this.network;
    const round = roundAt(deployment, timestamp);
    return {
      timestamp,
      round,
      epoch: epochOfRound(deployment, round),
      takesReports: isCommitPhase(deployment, round),
    };
  }

  ownerOf(node: NodeId): Promise<Address> {
    return this.network.nodes.ownerOf(node);
  }

  async claimsOf(node: NodeId): Promise<ReportedClaims> {
    const claims = await this.network.nodes.claimsOf(node);
    const { computeShift } = await this.network.nodes.gpuClass(claims.classId);
    return {
      gpus: claims.gpus,
      latencyUs: decode(claims.latencyCode),
      bandwidthMbps: decode(claims.bandwidthCode),
      computeMflops: BigInt(decode(claims.computeCode)) << BigInt(computeShift),
      watts: decode(claims.wattsCode),
    };
  }

  /** As of the next round: what was written in this one binds from there. */
  async freshUntilRound(node: NodeId): Promise<number> {
    const { round } = await this.time();
    return (await this.network.nodes.recordAt(node, round + 1))?.freshUntilRound ?? 0;
  }

  freshnessRounds(): Promise<number> {
    return this.network.parameters.current('freshnessRounds');
  }

  async assignmentsOf(node: NodeId): Promise<readonly Assignment[]> {
    const { head } = this;
    if (this.lastRead?.head === head) return this.lastRead.assignments;
    await this.feed.poll();
    const assignments: Assignment[] = [];
    for (const id of this.log.matchedTo(node)) {
      const assignment = await this.read(id);
      if (assignment === undefined) continue;
      const isOurs = assignment.node === node;
      if (isOurs && (assignment.status === 'Matched' || assignment.status === 'Running'))
        assignments.push(assignment);
    }
    this.lastRead = { head, assignments };
    return assignments;
  }

  async workload(id: WorkloadId): Promise<Assignment | undefined> {
    await this.feed.poll();
    return this.read(id);
  }

  async isClientFor(account: Address, node: NodeId): Promise<boolean> {
    await this.feed.poll();
    for (const id of this.log.submittedBy(account).reverse()) {
      const { status, node: at } = await this.network.workloads.get(id);
      if (status === 'Open') return true;
      if (at === node && (status === 'Matched' || status === 'Running')) return true;
    }
    return false;
  }

  async isReportCommitted(node: NodeId, epoch: number): Promise<boolean> {
    return BigInt(await this.network.reporting.reportDigest(node, epoch)) !== 0n;
  }

  async heartbeat(node: NodeId): Promise<void> {
    await this.network.nodes.heartbeat(node);
  }

  async commitReport(report: Report): Promise<void> {
    await this.network.reporting.commitReport(report);
  }

  async start(workload: WorkloadId): Promise<void> {
    await this.network.workloads.start(workload);
  }

  async complete(workload: WorkloadId, resultHash: ContentHash): Promise<void> {
    await this.network.workloads.complete(workload, toBytes32(resultHash));
  }

  async fail(
    workload: WorkloadId,
    clientFault: boolean,
    doneBps: number,
    digest: ContentHash,
  ): Promise<void> {
    await this.network.workloads.fail(workload, clientFault, doneBps, toBytes32(digest));
  }

  async timeOut(workload: WorkloadId, doneBps: number, resultHash: ContentHash): Promise<void> {
    await this.network.workloads.timeOut(workload, doneBps, toBytes32(resultHash));
  }

  private async read(id: WorkloadId): Promise<Assignment | undefined> {
    const said = this.log.of(id);
    if (said === undefined) return undefined;
    const { spec, client, status, reason, node, matchedRound, startedAt } =
      await this.network.workloads.get(id);
    return {
      workload: id,
      client,
      specHash: said.specHash,
      status,
      reason,
      node: node as NodeId,
      gpus: spec.gpus,
      leaseSec: spec.leaseSec,
      matchedRound,
      lastStartRound: matchedRound + (await this.startWindow(id, spec.submittedRound)),
      startedAt,
      durationSec: said.durationSec,
      owedSec: said.owedSec,
    };
  }

  /** The parameter as it stood at the submission, which fixes it. */
  private async startWindow(id: WorkloadId, submittedRound: number): Promise<number> {
    const known = this.log.startWindows.get(id);
    if (known !== undefined) return known;
    const { parameters } = this.network;
    // Older than the history of parameters: what binds now is the best guess, and the chain decides anyway.
    const rounds = await parameters
      .at('startWindowRounds', submittedRound)
      .catch(() => parameters.current('startWindowRounds'));
    this.log.startWindows.set(id, rounds);
    return rounds;
  }
}

interface Said {
  readonly client: Address;
  readonly specHash: ContentHash;
  readonly node: number;
  readonly durationSec: number;
  readonly owedSec: number;
}

type WorkloadEvent = Extract<
  ChainEvent,
  { name: 'WorkloadSubmitted' | 'WorkloadMatched' | 'WorkloadStarted' | 'WorkloadClosed' }
>;

/** What the log says of workloads: kept as events, so that what a reorganisation takes back is simply dropped. */
class WorkloadLog implements Follower {
  readonly startWindows = new Map<WorkloadId, number>();
  private readonly events = new Map<number, WorkloadEvent[]>();

  apply(events: readonly ChainEvent[]): void {
    for (const event of events) {
      if (
        event.name !== 'WorkloadSubmitted' &&
        event.name !== 'WorkloadMatched' &&
        event.name !== 'WorkloadStarted' &&
        event.name !== 'WorkloadClosed'
      )
        continue;
      const list = this.events.get(event.workload) ?? [];
      list.push(event);
      this.events.set(event.workload, list);
    }
  }

  revertTo(blockNumber: number): void {
    this.startWindows.clear();
    for (const [id, list] of this.events)
      this.events.set(
        id,
        list.filter((event) => event.blockNumber <= blockNumber),
      );
  }

  matchedTo(node: NodeId): WorkloadId[] {
    return this.ids((list) => list.some((event) => event.name === 'WorkloadMatched' && event.node === node));
  }

  submittedBy(account: Address): WorkloadId[] {
    const wanted = account.toLowerCase();
    return this.ids(
      (list) => list[0]?.name === 'WorkloadSubmitted' && list[0].client.toLowerCase() === wanted,
    );
  }

  of(id: WorkloadId): Said | undefined {
    const list = this.events.get(id) ?? [];
    const submitted = list.find((event) => event.name === 'WorkloadSubmitted');
    if (submitted === undefined) return undefined;
    const matched = list.findLast((event) => event.name === 'WorkloadMatched');
    const started = list.findLast((event) => event.name === 'WorkloadStarted');
    return {
      client: submitted.client,
      specHash: fromBytes32(submitted.specHash),
      node: matched?.node ?? 0,
      durationSec: started?.durationSec ?? 0,
      owedSec: started?.owedSec ?? 0,
    };
  }

  /** Of workloads that are not over: those are not looked at again. */
  private ids(matches: (list: readonly WorkloadEvent[]) => boolean): WorkloadId[] {
    return [...this.events]
      .filter(([, list]) => list.at(-1)?.name !== 'WorkloadClosed' && matches(list))
      .map(([id]) => id as WorkloadId);
  }
}
