import type { Address, Hex } from './ids.ts';
import type {
  ChallengeKind,
  Claims,
  CloseReason,
  ContestGround,
  Entry,
  GpuClass,
  Measured,
  Measurement,
  Split,
  Status,
} from './types.ts';

/** Where in the chain an event happened. */
export interface EventPlace {
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly timestamp: number;
  readonly logIndex: number;
  readonly transactionHash: Hex;
}

/**
 * What a contract said, with names and units of the Solidity events and values as the domain holds them:
 * ids, rounds and amounts as numbers, words (records, specs, open rounds) as bigint, enums by name.
 */
export type ChainEventBody =
  | { name: 'GpuClassAdded'; classId: number; gpuClass: GpuClass }
  | {
      name: 'NodeRegistered';
      node: number;
      owner: Address;
      claims: Claims;
      stakeMicro: number;
      endpoint: string;
    }
  | { name: 'EndpointChanged'; node: number; endpoint: string }
  | { name: 'ClaimsChanged'; node: number; claims: Claims }
  | {
      name: 'AuditApplied';
      node: number;
      measured: Measured;
      trustBps: number;
      unanswered: number;
      cleanAudits: number;
    }
  | { name: 'GreenCertified'; node: number; untilRound: number }
  | { name: 'ExitRequested'; node: number; stakeFreeFromRound: number }
  | { name: 'StakeChanged'; node: number; stakeMicro: number }
  | { name: 'NodeRecordWritten'; node: number; fromRound: number; record: bigint }
  | { name: 'NetworkGpusWritten'; fromRound: number; gpus: number; freeGpus: number }
  | {
      name: 'WorkloadSubmitted';
      workload: number;
      client: Address;
      spec: bigint;
      budgetMicro: number;
      escrowMicro: number;
      openUntilRound: number;
      specHash: Hex;
    }
  | {
      name: 'WorkloadMatched';
      workload: number;
      node: number;
      round: number;
      entry: number;
      priceMicro: number;
    }
  | { name: 'WorkloadStarted'; workload: number; node: number; durationSec: number; owedSec: number }
  | {
      name: 'WorkloadEnded';
      workload: number;
      status: Status;
      reason: CloseReason;
      doneBps: number;
      digest: Hex;
    }
  | { name: 'WorkloadReopened'; workload: number; reason: CloseReason; fromRound: number }
  | {
      name: 'WorkloadContested';
      workload: number;
      ground: ContestGround;
      bondMicro: number;
      deadlineRound: number;
    }
  | { name: 'ContestResolved'; workload: number; upheld: boolean }
  | { name: 'WorkloadClosed'; workload: number; status: Status; reason: CloseReason; split: Split }
  | { name: 'OpenRoundsWritten'; workload: number; openRounds: bigint }
  | { name: 'WorkloadCountersWritten'; fromRound: number; openWorkloads: number; newestWorkload: number }
  | {
      name: 'PolicyRegistered';
      policy: number;
      registrant: Address;
      code: Address;
      codeHash: Hex;
      hidden: number;
      weights: Hex;
    }
  | { name: 'PolicyActivated'; policy: number; codeHash: Hex; fromRound: number }
  | { name: 'ParameterWritten'; parameter: number; value: number; fromRound: number }
  | {
      name: 'RoundPosted';
      round: number;
      matcher: Address;
      cutoff: number;
      entriesHash: Hex;
      entries: readonly Entry[];
    }
  | {
      name: 'RoundVoided';
      round: number;
      challenger: Address;
      kind: ChallengeKind;
      workload: number;
      /** 0 where the challenge is about an entry. */
      node: number;
      /** What the matcher lost. */
      bondMicro: number;
    }
  | {
      name: 'ChallengeFailed';
      round: number;
      challenger: Address;
      kind: ChallengeKind;
      workload: number;
      /** 0 where the challenge is about an entry. */
      node: number;
      /** What the challenger lost. */
      bondMicro: number;
    }
  | { name: 'AuditorRegistered'; auditor: Address; stakeMicro: number }
  | { name: 'AuditorLeft'; auditor: Address }
  | { name: 'ReportCommitted'; node: number; epoch: number; digest: Hex }
  | {
      name: 'MeasurementsRevealed';
      auditor: Address;
      epoch: number;
      measurements: readonly Measurement[];
    }
  | {
      name: 'AuditClosed';
      node: number;
      epoch: number;
      reveals: number;
      discrepancyBps: number;
      trustBefore: number;
      trustAfter: number;
    };

export type ChainEvent = ChainEventBody & EventPlace;
export type EventName = ChainEventBody['name'];
export type EventOf<N extends EventName> = Extract<ChainEvent, { name: N }>;
