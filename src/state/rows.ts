import type {
  Address,
  Claims,
  CloseReason,
  ContestGround,
  Hex,
  Measured,
  NodeId,
  NodeRecord,
  PolicyId,
  Split,
  Status,
  WorkloadId,
  WorkloadSpec,
} from '../domain/index.ts';
import type { RoundSeries } from './RoundSeries.ts';

/** A record with the word that the chain stored. */
export interface RecordWord {
  readonly word: bigint;
  /** undefined: the word is 0, the node does not exist in these rounds. */
  readonly record: NodeRecord | undefined;
}

/** Everything the log says of a node. Rows are never changed, only replaced; `records` is journalled by itself. */
export interface NodeState {
  readonly id: NodeId;
  readonly owner: Address;
  readonly claims: Claims;
  readonly stakeMicro: number;
  readonly endpoint: string;
  readonly records: RoundSeries<RecordWord>;
  /** Medians of the last audit that counted. */
  readonly measured: Measured | undefined;
  /** Audits in a row that it left unanswered, and that were clean. */
  readonly unanswered: number;
  readonly cleanAudits: number;
  /** 0: no certificate. */
  readonly greenUntilRound: number;
  /** 0: no exit requested. */
  readonly stakeFreeFromRound: number;
}

export interface Contest {
  readonly ground: ContestGround;
  readonly bondMicro: number;
  readonly deadlineRound: number;
  /** undefined: not decided. */
  readonly upheld: boolean | undefined;
}

/** Everything the log says of a workload. */
export interface WorkloadState {
  readonly id: WorkloadId;
  readonly client: Address;
  readonly specWord: bigint;
  readonly spec: WorkloadSpec;
  readonly budgetMicro: number;
  readonly escrowMicro: number;
  /** Exclusive. */
  readonly openUntilRound: number;
  readonly specHash: Hex;
  /** As last written by `OpenRoundsWritten`, or as a match has left them. It holds every round so far in which the workload was open. */
  readonly openRounds: bigint;
  /** As last written; see `statusIn` for what the round has made of it. */
  readonly status: Status;
  readonly reason: CloseReason;
  /** Of the last match; 0 before the first and once open again. */
  readonly node: NodeId;
  readonly priceMicro: number;
  readonly matchedRound: number;
  readonly entry: number;
  /** How often it was matched. */
  readonly matches: number;
  /** Timestamps in seconds; 0: not yet. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Predicted, and owed at most; 0 before it started. */
  readonly durationSec: number;
  readonly owedSec: number;
  /** Of the work, as its ending declares it. */
  readonly doneBps: number;
  /** sha256 of the outputs, or of what went wrong. */
  readonly digest: Hex | undefined;
  readonly contest: Contest | undefined;
  readonly split: Split | undefined;
}

export interface PolicyState {
  readonly id: PolicyId;
  readonly registrant: Address;
  readonly code: Address;
  readonly codeHash: Hex;
  readonly hidden: number;
  /** As published (docs/PROTOCOL.md, "The integer network"). */
  readonly weights: Hex;
}

export interface AuditorState {
  readonly address: Address;
  readonly stakeMicro: number;
}

/** What one auditor revealed of a node. */
export interface Reveal extends Measured {
  readonly auditor: Address;
}

/** What a node signed for an epoch, what auditors saw of it, and what came of that. */
export interface EpochState {
  readonly node: NodeId;
  readonly epoch: number;
  readonly reportDigest: Hex | undefined;
  /** In the order of the log. */
  readonly reveals: readonly Reveal[];
  readonly audit:
    | {
        readonly reveals: number;
        readonly discrepancyBps: number;
        readonly trustBefore: number;
        readonly trustAfter: number;
      }
    | undefined;
}
