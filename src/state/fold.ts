import {
  AICChainError,
  type ChainEvent,
  type CloseReason,
  type EventName,
  type EventOf,
  matchOpening,
  NodeId,
  occupied,
  PARAMETERS,
  PolicyId,
  packNodeRecord,
  Round,
  roundAt,
  type Status,
  unpackNodeRecord,
  unpackWorkloadSpec,
  WorkloadId,
} from '../domain/index.ts';
import type { Journal } from './journal.ts';
import { RoundSeries } from './RoundSeries.ts';
import type { EpochState, NodeState, WorkloadState } from './rows.ts';
import { epochKey, known, type NetworkTables, parameterAt } from './tables.ts';

/** One event into the tables. What the event says is taken as said; whether it may say so is `verifyLog`'s question. */
export function fold(tables: NetworkTables, journal: Journal, event: ChainEvent): void {
  const folds = FOLDS as Record<
    EventName,
    (tables: NetworkTables, event: ChainEvent, journal: Journal) => void
  >;
  folds[event.name]?.(tables, event, journal);
}

const FOLDS: { [N in EventName]: (tables: NetworkTables, event: EventOf<N>, journal: Journal) => void } = {
  // ComputeNodes ----------------------------------------------------------------------------------------------
  GpuClassAdded: (t, { classId, gpuClass }) => t.classes.set(classId, gpuClass),
  NodeRegistered: (t, { node, owner, claims, stakeMicro, endpoint }, journal) =>
    t.nodes.set(node, {
      id: NodeId(node),
      owner,
      claims,
      stakeMicro,
      endpoint,
      records: new RoundSeries(journal),
      measured: undefined,
      unanswered: 0,
      cleanAudits: 0,
      greenUntilRound: 0,
      stakeFreeFromRound: 0,
    }),
  EndpointChanged: (t, { node, endpoint }) => changeNode(t, node, { endpoint }),
  ClaimsChanged: (t, { node, claims }) => changeNode(t, node, { claims }),
  AuditApplied: (t, { node, measured, unanswered, cleanAudits }) =>
    changeNode(t, node, { unanswered, cleanAudits, ...(measured.answered ? { measured } : {}) }),
  GreenCertified: (t, { node, untilRound }) => changeNode(t, node, { greenUntilRound: untilRound }),
  ExitRequested: (t, { node, stakeFreeFromRound }) => changeNode(t, node, { stakeFreeFromRound }),
  StakeChanged: (t, { node, stakeMicro }) => changeNode(t, node, { stakeMicro }),
  NodeRecordWritten: (t, { node, fromRound, record: word }) =>
    known(t.nodes, node, 'node').records.write({ word, record: unpackNodeRecord(word) }, fromRound),
  NetworkGpusWritten: (t, { fromRound, gpus, freeGpus }) =>
    t.networkGpus.write({ gpus, freeGpus }, fromRound),

  // AIWorkloads -----------------------------------------------------------------------------------------------
  WorkloadSubmitted: (t, { workload, client, spec, budgetMicro, escrowMicro, openUntilRound, specHash }) =>
    t.workloads.set(workload, {
      id: WorkloadId(workload),
      client,
      specWord: spec,
      spec: unpackWorkloadSpec(spec),
      budgetMicro,
      escrowMicro,
      openUntilRound,
      specHash,
      openRounds: 0n,
      status: 'Open',
      reason: 'None',
      ...UNMATCHED,
      matches: 0,
      ...NOT_STARTED,
      contest: undefined,
      split: undefined,
    }),
  WorkloadMatched: (t, { workload, node, round, entry, priceMicro }) => {
    const { spec, openRounds, matches } = known(t.workloads, workload, 'workload');
    const startWindowRounds = parameterAt(t, 'startWindowRounds', spec.submittedRound);
    changeWorkload(t, workload, () => ({
      status: 'Matched',
      node: NodeId(node),
      priceMicro,
      matchedRound: round,
      entry,
      matches: matches + 1,
      openRounds: matchOpening(openRounds, round, startWindowRounds, matches + 1),
      ...NOT_STARTED,
    }));
    occupy(t, node, spec.gpus, round, entry);
  },
  WorkloadStarted: (t, { workload, durationSec, owedSec, timestamp }) =>
    changeWorkload(t, workload, () => ({ status: 'Running', durationSec, owedSec, startedAt: timestamp })),
  WorkloadEnded: (t, { workload, status, reason, doneBps, digest, timestamp }) =>
    changeWorkload(t, workload, () => ({ status, reason, doneBps, digest, endedAt: timestamp })),
  WorkloadReopened: (t, { workload, reason }) =>
    changeWorkload(t, workload, () => ({ status: 'Open', reason, ...UNMATCHED, ...NOT_STARTED })),
  WorkloadContested: (t, { workload, ground, bondMicro, deadlineRound }) =>
    changeWorkload(t, workload, () => ({
      status: 'Contested',
      contest: { ground, bondMicro, deadlineRound, upheld: undefined },
    })),
  ContestResolved: (t, { workload, upheld }) =>
    changeWorkload(t, workload, ({ status, reason, contest }) => ({
      // A contest that fails puts the ending back.
      status: upheld ? status : (STATUS_OF[reason] ?? status),
      contest: contest && { ...contest, upheld },
    })),
  WorkloadClosed: (t, { workload, status, reason, split }) =>
    changeWorkload(t, workload, () => ({ status, reason, split })),
  OpenRoundsWritten: (t, { workload, openRounds }) => changeWorkload(t, workload, () => ({ openRounds })),
  WorkloadCountersWritten: (t, { fromRound, openWorkloads, newestWorkload }) =>
    t.workloadCounters.write({ openWorkloads, newestWorkload }, fromRound),

  // RLPolicyManager, Parameters, AICChain ------------------------------------------------------------------------
  PolicyRegistered: (t, { policy, registrant, code, codeHash, hidden, weights }) =>
    t.policies.set(policy, { id: PolicyId(policy), registrant, code, codeHash, hidden, weights }),
  PolicyActivated: (t, { policy, fromRound, timestamp }) => {
    t.activePolicy.dropAfter(roundAt(t.clock, timestamp)); // a vote that does not bind yet is replaced
    t.activePolicy.write(policy, fromRound);
  },
  ParameterWritten: (t, { parameter, value, fromRound }) => {
    const series = t.parameters[parameter];
    if (series === undefined) {
      throw new AICChainError('UnknownParameter', `parameter ${parameter}, of ${PARAMETERS.length}`);
    }
    series.write(value, fromRound);
  },
  RoundPosted: (t, { round, matcher, cutoff, entriesHash, entries }) =>
    t.rounds.set(round, { round: Round(round), matcher, cutoff, entriesHash, entries, voided: false }),
  RoundVoided: (t, { round }) => t.rounds.set(round, { ...known(t.rounds, round, 'round'), voided: true }),
  ChallengeFailed: () => {}, // moves money only

  // TruthfulReporting ---------------------------------------------------------------------------------------------
  AuditorRegistered: (t, { auditor, stakeMicro }) =>
    t.auditors.set(auditor, { address: auditor, stakeMicro }),
  AuditorLeft: (t, { auditor }) => t.auditors.set(auditor, undefined),
  ReportCommitted: (t, { node, epoch, digest }) =>
    changeEpoch(t, node, epoch, () => ({ reportDigest: digest })),
  MeasurementsRevealed: (t, { auditor, epoch, measurements }) => {
    for (const { node, ...measured } of measurements) {
      const reveal = { auditor, ...measured };
      changeEpoch(t, node, epoch, ({ reveals }) => ({ reveals: [...reveals, reveal] }));
    }
  },
  AuditClosed: (t, { node, epoch, reveals, discrepancyBps, trustBefore, trustAfter }) =>
    changeEpoch(t, node, epoch, () => ({ audit: { reveals, discrepancyBps, trustBefore, trustAfter } })),
};

/** All events that state is made of. */
export const EVENT_NAMES: ReadonlySet<string> = new Set(Object.keys(FOLDS));

/** The status of a run that ended for a reason, for the endings that can be contested. */
const STATUS_OF: Partial<Record<CloseReason, Status>> = {
  Completed: 'Completed',
  ClientFault: 'Failed',
  TimedOut: 'TimedOut',
  CancelledByClient: 'Cancelled',
};
const UNMATCHED = { node: NodeId(0), priceMicro: 0, matchedRound: 0, entry: 0 } as const;
const NOT_STARTED = {
  startedAt: 0,
  endedAt: 0,
  durationSec: 0,
  owedSec: 0,
  doneBps: 0,
  digest: undefined,
} as const;

/** What a match does to its node's record, which no event of its own says. */
function occupy(tables: NetworkTables, id: number, gpus: number, round: number, entry: number) {
  const { records } = known(tables.nodes, id, 'node');
  const newest = records.newest?.record;
  if (newest === undefined || newest.freeGpus < gpus)
    throw new AICChainError('NotEnoughFreeGpus', `node ${id} has ${newest?.freeGpus ?? 0} of ${gpus}`);
  const record = occupied(newest, gpus, round, entry);
  records.write({ word: packNodeRecord(record), record }, round + 1);
}

function changeNode(tables: NetworkTables, id: number, change: Partial<NodeState>) {
  tables.nodes.set(id, { ...known(tables.nodes, id, 'node'), ...change });
}

function changeWorkload(
  tables: NetworkTables,
  id: number,
  change: (before: WorkloadState) => Partial<WorkloadState>,
) {
  const before = known(tables.workloads, id, 'workload');
  tables.workloads.set(id, { ...before, ...change(before) });
}

function changeEpoch(
  tables: NetworkTables,
  node: number,
  epoch: number,
  change: (before: EpochState) => Partial<EpochState>,
) {
  const key = epochKey(node, epoch);
  const before = tables.epochs.get(key) ?? {
    node: NodeId(node),
    epoch,
    reportDigest: undefined,
    reveals: [],
    audit: undefined,
  };
  tables.epochs.set(key, { ...before, ...change(before) });
}
