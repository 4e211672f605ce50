import type { Address, Hex, NodeId, Round, WorkloadId } from './ids.ts';

/** What a node is, as the match sees it (Types.sol `NodeRecord`). Codes are buckets, see docs/PROTOCOL.md. */
export interface NodeRecord {
  readonly gpus: number;
  readonly freeGpus: number;
  /** MiB per GPU. */
  readonly memoryCode: number;
  /** MFLOPS per GPU = decode(computeCode) · 2^computeShift. */
  readonly computeCode: number;
  readonly computeShift: number;
  /** Mbps. */
  readonly bandwidthCode: number;
  /** Microseconds. */
  readonly latencyCode: number;
  /** Watts per GPU. */
  readonly wattsCode: number;
  readonly classId: number;
  readonly trustBps: number;
  readonly active: boolean;
  readonly flagged: boolean;
  readonly excluded: boolean;
  readonly green: boolean;
  readonly freshUntilRound: number;
  readonly askMicroPerGpuHour: number;
  readonly matchedRound: number;
  readonly matchedEntry: number;
}

/** What a workload asks for (Types.sol `WorkloadSpec`). */
export interface WorkloadSpec {
  readonly gpus: number;
  readonly memoryCode: number;
  /** Bit i allows class i; 0 allows all. */
  readonly classMask: number;
  readonly computeGflop: number;
  readonly dataMB: number;
  /** 0 for a job. */
  readonly leaseSec: number;
  readonly maxDurationSec: number;
  /** 0..10000. */
  readonly priority: number;
  readonly minTrustBps: number;
  readonly maxRetries: number;
  readonly submittedRound: number;
}

/** Why a node cannot take a workload: the first that applies, in this order (Types.sol `Ineligible`). */
export const INELIGIBLE = [
  'None',
  'NotRegistered',
  'Inactive',
  'Excluded',
  'Flagged',
  'Stale',
  'TrustTooLow',
  'ClassNotAllowed',
  'TooFewGpus',
  'NoFreeGpus',
  'TooLittleMemory',
  'WorkloadNotOpen',
  'TooSlow',
] as const;
export type Ineligible = (typeof INELIGIBLE)[number];

export const STATUS = [
  'None',
  'Open',
  'Matched',
  'Running',
  'Completed',
  'Failed',
  'TimedOut',
  'Cancelled',
  'Contested',
  'Settled',
  'Refunded',
] as const;
export type Status = (typeof STATUS)[number];

export const CLOSE_REASON = [
  'None',
  'Completed',
  'NodeFault',
  'ClientFault',
  'TimedOut',
  'CancelledByClient',
  'NoShow',
  'RoundVoided',
  'Expired',
  'ContestUpheld',
] as const;
export type CloseReason = (typeof CLOSE_REASON)[number];

export const CONTEST_GROUND = [
  'WrongResult',
  'ResultNotReleased',
  'NotMyFault',
  'LessWorkThanDeclared',
] as const;
export type ContestGround = (typeof CONTEST_GROUND)[number];

/** What a challenge of a round claims to be broken (docs/PROTOCOL.md, "Dispute"). Order is the contracts'. */
export const CHALLENGE_KIND = ['E1', 'E2', 'E4'] as const;
export type ChallengeKind = (typeof CHALLENGE_KIND)[number];

/** The counters of the network that bind in a round. */
export interface NetworkCounters {
  readonly gpus: number;
  readonly freeGpus: number;
  readonly openWorkloads: number;
  readonly newestWorkload: number;
}

/** Everything that the weight of a pair consists of; amounts are exact, hence bigint. */
export interface Weight {
  readonly ineligible: Ineligible;
  readonly durationSec: bigint;
  readonly costMicro: bigint;
  /** The policy's output, 0..65535. */
  readonly penalty: number;
  readonly qualityMicro: bigint;
  readonly greenMicro: bigint;
  readonly weightMicro: bigint;
}

/** One line of a round. uMicro + vMicro is the weight of the pair, priceMicro = cost + vMicro. */
export interface Entry {
  readonly workload: WorkloadId;
  readonly node: NodeId;
  readonly uMicro: number;
  readonly vMicro: number;
  readonly priceMicro: number;
  /** The node that sets the price; 0 where uMicro is 0. */
  readonly next: NodeId;
  readonly rank: number;
}

/** A round as posted. */
export interface PostedRound {
  readonly round: Round;
  readonly matcher: Address;
  readonly cutoff: number;
  readonly entriesHash: Hex;
  readonly entries: readonly Entry[];
  /** Refuted by a challenge. */
  readonly voided: boolean;
}

export interface FeeRates {
  readonly communityFundBps: number;
  readonly auditorsBps: number;
  readonly matcherBps: number;
  readonly treasuryBps: number;
  readonly surchargeBps: number;
  readonly matcherFloorMicro: number;
}

/** Where an escrow went; the six add up to it. */
export interface Split {
  readonly nodeMicro: number;
  readonly communityFundMicro: number;
  readonly auditorsMicro: number;
  readonly matcherMicro: number;
  readonly treasuryMicro: number;
  readonly refundMicro: number;
}

/** What an operator says of a node, as codes. */
export interface Claims {
  readonly gpus: number;
  readonly classId: number;
  readonly memoryCode: number;
  readonly computeCode: number;
  readonly bandwidthCode: number;
  readonly latencyCode: number;
  readonly wattsCode: number;
}

export interface GpuClass {
  readonly name: string;
  readonly computeShift: number;
  readonly floorComputeCode: number;
  readonly floorBandwidthCode: number;
  readonly ceilingLatencyCode: number;
  readonly minWattsCode: number;
}

/** The median of what auditors saw of a node. */
export interface Measured {
  readonly answered: boolean;
  readonly latencyUs: number;
  readonly bandwidthMbps: number;
  /** Per GPU. */
  readonly computeMflops: number;
}

/** What one auditor saw of one node (ITruthfulReporting.Measurement). */
export interface Measurement extends Measured {
  readonly node: number;
}

/** The integer network 24-H-H-1 (docs/PROTOCOL.md). W1 is 24×H and W2 H×H, row = input. */
export interface IntegerNetwork {
  readonly hidden: number;
  readonly s1: number;
  readonly s2: number;
  readonly s3: number;
  readonly b1: Int32Array;
  readonly w1: Int8Array;
  readonly b2: Int32Array;
  readonly w2: Int8Array;
  readonly b3: number;
  readonly w3: Int8Array;
}

export const FEATURES = 24;
/** Index of the workload's priority among the features. */
export const PRIORITY_FEATURE = 3;
