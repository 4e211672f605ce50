import type { Address, CloseReason, NodeId, Status, WorkloadId } from '../domain/index.ts';
import type { Report } from '../reports/index.ts';
import type { ContentHash } from './document.ts';

/** Where the chain is; `timestamp` is what a transaction sent now would carry. */
export interface ChainTime {
  readonly timestamp: number;
  readonly round: number;
  readonly epoch: number;
  /** Whether reports of the epoch are still taken. */
  readonly takesReports: boolean;
}

/** A workload as its node sees it. */
export interface Assignment {
  readonly workload: WorkloadId;
  readonly client: Address;
  readonly specHash: ContentHash;
  readonly status: Status;
  /** Why it ended, or was last reopened. */
  readonly reason: CloseReason;
  /** 0 while open. */
  readonly node: NodeId;
  readonly gpus: number;
  readonly leaseSec: number;
  readonly matchedRound: number;
  /** After this round a workload that has not started is a no-show. */
  readonly lastStartRound: number;
  /** Chain seconds; the three are 0 until it runs. */
  readonly startedAt: number;
  readonly durationSec: number;
  readonly owedSec: number;
}

/** What a node says of itself in every report. */
export type ReportedClaims = Omit<Report, 'node' | 'epoch'>;

/**
 * The chain as an agent needs it. Reads are of the latest state; a write returns once it is in a block, and throws
 * a retryable AICChainError where the chain could not be reached, another error where the chain refused.
 */
export interface AgentChain {
  readonly chainId: number;
  readonly truthfulReporting: Address;
  time(): Promise<ChainTime>;
  ownerOf(node: NodeId): Promise<Address>;
  claimsOf(node: NodeId): Promise<ReportedClaims>;
  freshUntilRound(node: NodeId): Promise<number>;
  freshnessRounds(): Promise<number>;
  /** Matched to the node, or running on it. */
  assignmentsOf(node: NodeId): Promise<readonly Assignment[]>;
  workload(id: WorkloadId): Promise<Assignment | undefined>;
  /** Whether the account is client of a workload that is open, or matched to or running on the node. */
  isClientFor(account: Address, node: NodeId): Promise<boolean>;
  isReportCommitted(node: NodeId, epoch: number): Promise<boolean>;

  heartbeat(node: NodeId): Promise<void>;
  commitReport(report: Report, signature: `0x${string}`): Promise<void>;
  start(workload: WorkloadId): Promise<void>;
  complete(workload: WorkloadId, resultHash: ContentHash): Promise<void>;
  fail(workload: WorkloadId, clientFault: boolean, doneBps: number, digest: ContentHash): Promise<void>;
  timeOut(workload: WorkloadId, doneBps: number, resultHash: ContentHash): Promise<void>;
}
