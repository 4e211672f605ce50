import {
  type Address,
  bookOpening,
  type ChainEvent,
  type ChainEventBody,
  type Claims,
  type CloseReason,
  closeOpening,
  codeCeilClamped,
  codeFloorClamped,
  computeMflops,
  decode,
  durationSec,
  type Entry,
  type FeeRates,
  type GpuClass,
  type Hex,
  MAX_MATCHES,
  type Measured,
  type NodeRecord,
  PARAMETERS,
  type ParameterName,
  packNodeRecord,
  packWorkloadSpec,
  roundAt,
  type WorkloadSpec,
} from '../domain/index.ts';
import { type Challenge, entriesHash } from '../match/index.ts';
import { policyHash } from '../policy/RLPolicyManager.ts';
import { aggregate, nextTrust, worstDiscrepancyBps } from '../reports/index.ts';
import {
  challengeBondMicro,
  escrowMicro,
  NO_VOIDS,
  roundBondMicro,
  split,
  voidedIn,
} from '../settlement/index.ts';
import { NetworkState, type NodeState, type WorkloadState } from '../state/index.ts';

export const CLOCK = { genesis: 1_000, roundSec: 10, epochRounds: 6 };

export const GPU_CLASS: GpuClass = {
  name: 'test',
  computeShift: 4,
  floorComputeCode: 120,
  floorBandwidthCode: 40,
  ceilingLatencyCode: 200,
  minWattsCode: 30,
};

export const CLAIMS: Claims = {
  gpus: 4,
  classId: 0,
  memoryCode: 160,
  computeCode: 150,
  bandwidthCode: 90,
  latencyCode: 150,
  wattsCode: 60,
};

export const JOB: Omit<WorkloadSpec, 'submittedRound'> = {
  gpus: 1,
  memoryCode: 120,
  classMask: 0,
  computeGflop: 50_000,
  dataMB: 10,
  leaseSec: 0,
  maxDurationSec: 100_000,
  priority: 5_000,
  minTrustBps: 0,
  maxRetries: 1,
};

const ZERO_HASH: Hex = `0x${'0'.repeat(64)}`;

/**
 * Writes logs as the contracts would, one block a call: the smallest network that replay, matching and verification
 * can be shown on without a chain. It says of the network what docs/PROTOCOL.md says, and folds its own log.
 */
export class LogWriter {
  readonly events: ChainEvent[] = [];
  readonly state = new NetworkState(CLOCK);
  readonly #fork: string;
  /** What each posted round has locked of its matcher's bond. */
  readonly #bonds = new Map<number, number>();
  #voids = NO_VOIDS;
  #timestamp = CLOCK.genesis;
  #blockNumber = 0;

  /** `fork` sets the block hashes apart of two logs that begin alike. */
  constructor(fork = 'a') {
    this.#fork = fork;
    this.block(...PARAMETERS.map(({ dev }, parameter) => parameterWritten(parameter, dev, 0)), {
      name: 'GpuClassAdded',
      classId: 0,
      gpuClass: GPU_CLASS,
    });
  }

  get round(): number {
    return roundAt(CLOCK, this.#timestamp);
  }

  /** All events of one transaction, alone in its block; the next block is a second later. */
  block(...bodies: ChainEventBody[]): ChainEvent[] {
    const blockNumber = ++this.#blockNumber;
    const hash: Hex = `0x${`${this.#fork}${blockNumber}`.padStart(64, '0')}`;
    const place = { blockNumber, blockHash: hash, timestamp: this.#timestamp, transactionHash: hash };
    const events = bodies.map((body, logIndex) => ({ ...body, ...place, logIndex }));
    this.state.apply(events);
    this.events.push(...events);
    return events;
  }

  advance(rounds = 1): this {
    this.#timestamp += rounds * CLOCK.roundSec;
    return this;
  }

  advanceSec(seconds: number): this {
    this.#timestamp += seconds;
    return this;
  }

  // Nodes ------------------------------------------------------------------------------------------------------

  register(askMicroPerGpuHour: number, claims: Claims = CLAIMS, change: Partial<NodeRecord> = {}): number {
    const node = this.state.nodes.size + 1;
    const { gpus, freeGpus } = this.#networkGpus();
    const record: NodeRecord = {
      gpus: claims.gpus,
      freeGpus: claims.gpus,
      ...bounded(claims, undefined),
      classId: claims.classId,
      trustBps: 5_000,
      active: true,
      flagged: false,
      excluded: false,
      green: false,
      freshUntilRound: this.round + this.state.parametersAt(this.round).freshnessRounds,
      askMicroPerGpuHour,
      matchedRound: 0,
      matchedEntry: 0,
      ...change,
    };
    this.block(
      {
        name: 'NodeRegistered',
        node,
        owner: address(node),
        claims,
        stakeMicro: this.state.parametersAt(this.round).minNodeStakeMicroPerGpu * claims.gpus,
        endpoint: `http://n${node}`,
      },
      this.#recordWritten(node, record),
      this.#gpusWritten(gpus + claims.gpus, freeGpus + claims.gpus),
    );
    return node;
  }

  /** A record that changed, and what was said with it. */
  setRecord(node: number, change: Partial<NodeRecord>, ...said: ChainEventBody[]): void {
    this.block(...said, this.#recordWritten(node, { ...this.newest(node), ...change }));
  }

  setClaims(node: number, claims: Claims): void {
    const codes = bounded(claims, this.#node(node).measured);
    this.block(
      { name: 'ClaimsChanged', node, claims },
      this.#recordWritten(node, { ...this.newest(node), ...codes }),
    );
  }

  /** What all auditors measured alike, revealed and closed for an epoch; held to its newest claims, or to those given. */
  audit(node: number, epoch: number, seen: Measured, claims = this.#node(node).claims): void {
    const row = this.#node(node);
    const measured = aggregate([seen], 1)!;
    const before = this.newest(node);
    const parameters = this.state.parametersAt(this.round);
    const claimed = {
      latencyUs: decode(claims.latencyCode),
      bandwidthMbps: decode(claims.bandwidthCode),
      computeMflops: computeMflops(claims.computeCode, GPU_CLASS.computeShift),
    };
    const discrepancyBps = measured.answered ? worstDiscrepancyBps(claimed, measured, parameters) : 0;
    const trustBps = measured.answered
      ? nextTrust(before.trustBps, discrepancyBps, parameters)
      : before.trustBps;
    const unanswered = measured.answered ? 0 : row.unanswered + 1;
    const cleanAudits = measured.answered && discrepancyBps === 0 ? row.cleanAudits + 1 : 0;
    const flagged = trustBps < parameters.flagBelowTrustBps || unanswered >= 2;
    const excluded = before.excluded || trustBps < parameters.excludeBelowTrustBps;
    const counted = measured.answered ? measured : row.measured;
    const auditors = Array.from({ length: parameters.auditQuorum }, (_, i) => address(800 + i));
    for (const auditor of auditors) {
      if (!this.state.auditors.has(auditor))
        this.block({ name: 'AuditorRegistered', auditor, stakeMicro: parameters.auditorStakeMicro });
      const measurements = [{ node, ...seen }];
      this.block({ name: 'MeasurementsRevealed', auditor, epoch, measurements });
    }
    this.block(
      { name: 'AuditApplied', node, measured, trustBps, unanswered, cleanAudits },
      this.#recordWritten(node, { ...before, ...bounded(row.claims, counted), trustBps, flagged, excluded }),
      {
        name: 'AuditClosed',
        node,
        epoch,
        reveals: parameters.auditQuorum,
        discrepancyBps,
        trustBefore: before.trustBps,
        trustAfter: trustBps,
      },
    );
  }

  // Workloads --------------------------------------------------------------------------------------------------

  submit(budgetMicro: number, change: Partial<WorkloadSpec> = {}, openRounds = 100): number {
    const workload = this.state.workloads.size + 1;
    const spec: WorkloadSpec = { ...JOB, submittedRound: this.round, ...change };
    const { openWorkloads } = this.#counters();
    this.block(
      {
        name: 'WorkloadCountersWritten',
        fromRound: this.round + 1,
        openWorkloads: openWorkloads + 1,
        newestWorkload: workload,
      },
      {
        name: 'WorkloadSubmitted',
        workload,
        client: address(900 + workload),
        spec: packWorkloadSpec(spec),
        budgetMicro,
        escrowMicro: escrowMicro(budgetMicro, spec.priority, this.#rates(this.round)),
        openUntilRound: this.round + 1 + openRounds,
        specHash: ZERO_HASH,
      },
      this.#openRoundsWritten(workload, bookOpening(0n, this.round + 1, this.round + 1 + openRounds)),
    );
    return workload;
  }

  post(entries: readonly Entry[], cutoff = this.state.countersAt(this.round).newestWorkload): void {
    const round = this.round;
    let { openWorkloads } = this.#counters();
    let { freeGpus } = this.#networkGpus();
    const matches = entries.map(({ workload, node, priceMicro }, i): ChainEventBody => {
      openWorkloads -= 1;
      freeGpus -= this.workload(workload).spec.gpus;
      return { name: 'WorkloadMatched', workload, node, round, entry: i, priceMicro };
    });
    const counters = [
      this.#gpusWritten(this.#networkGpus().gpus, freeGpus),
      this.#countersWritten(openWorkloads),
    ];
    const pricesMicro = entries.reduce((sum, { priceMicro }) => sum + priceMicro, 0);
    this.#bonds.set(round, roundBondMicro(pricesMicro, this.#voids, round, this.state.parametersAt(round)));
    this.block(...matches, ...(entries.length === 0 ? [] : counters), {
      name: 'RoundPosted',
      round,
      matcher: address(777),
      cutoff,
      entriesHash: entriesHash(entries),
      entries,
    });
  }

  /** A challenge of a posted round that is right. */
  void(round: number, challenge: Challenge): void {
    const challenger = address(778);
    this.block({ name: 'RoundVoided', round, challenger, ...challenge, bondMicro: this.#bonds.get(round)! });
    this.#voids = voidedIn(this.#voids, this.round, this.state.parametersAt(this.round));
  }

  /** A challenge of a posted round that is wrong. */
  failChallenge(round: number, challenge: Challenge): void {
    const bondMicro = challengeBondMicro(this.#voids, this.round, this.state.parametersAt(this.round));
    this.block({ name: 'ChallengeFailed', round, challenger: address(779), ...challenge, bondMicro });
  }

  /** Opens what a voided round had matched, and had not started, again; or refunds it where it may not be. */
  undo(workload: number): void {
    const { node, spec, openRounds, openUntilRound, matches, matchedRound } = this.workload(workload);
    const record = this.newest(node);
    const { gpus, freeGpus } = this.#networkGpus();
    const released = [
      this.#recordWritten(node, { ...record, freeGpus: record.freeGpus + spec.gpus }),
      this.#gpusWritten(gpus, freeGpus + spec.gpus),
    ];
    // What its match had booked comes by itself, unless it can be open earlier.
    const { startWindowRounds } = this.state.parametersAt(spec.submittedRound);
    const fromRound = Math.min(this.round + 1, matchedRound + startWindowRounds + 1);
    if (matches >= MAX_MATCHES || fromRound >= openUntilRound) {
      this.#refund(workload, 'RoundVoided', released);
      return;
    }
    const reopened =
      fromRound <= this.round
        ? openRounds
        : bookOpening(closeOpening(openRounds, fromRound), fromRound, openUntilRound);
    this.block(
      ...released,
      { name: 'WorkloadReopened', workload, reason: 'RoundVoided', fromRound },
      ...(reopened === openRounds ? [] : [this.#openRoundsWritten(workload, reopened)]),
      this.#countersWritten(this.#counters().openWorkloads + 1),
    );
  }

  start(workload: number): void {
    const { spec, node, matchedRound, openRounds } = this.workload(workload);
    const seconds = Number(durationSec(spec, this.state.recordAt(node, matchedRound)!));
    const { durationSlackBps } = this.state.parametersAt(spec.submittedRound);
    const owedSec = spec.leaseSec > 0 ? seconds : Math.ceil((seconds * durationSlackBps) / 10_000);
    this.block(
      { name: 'WorkloadStarted', workload, node, durationSec: seconds, owedSec },
      this.#openRoundsWritten(workload, closeOpening(openRounds, this.round + 1)),
    );
  }

  end(
    workload: number,
    status: 'Completed' | 'Failed' | 'TimedOut' | 'Cancelled',
    reason: CloseReason,
    doneBps = 10_000,
  ) {
    const { node, spec } = this.workload(workload);
    const record = this.newest(node);
    const { gpus, freeGpus } = this.#networkGpus();
    this.block(
      this.#recordWritten(node, { ...record, freeGpus: record.freeGpus + spec.gpus }),
      this.#gpusWritten(gpus, freeGpus + spec.gpus),
      { name: 'WorkloadEnded', workload, status, reason, doneBps, digest: ZERO_HASH },
    );
  }

  reopen(workload: number): void {
    const { openRounds, openUntilRound } = this.workload(workload);
    const fromRound = this.round + 1;
    this.block(
      { name: 'WorkloadReopened', workload, reason: 'NodeFault', fromRound },
      this.#openRoundsWritten(workload, bookOpening(openRounds, fromRound, openUntilRound)),
      this.#countersWritten(this.#counters().openWorkloads + 1),
    );
  }

  contest(workload: number, upheld: boolean): void {
    const { contestBondMicro, contestDecisionRounds } = this.state.parametersAt(this.round);
    const deadlineRound = this.round + contestDecisionRounds;
    const ground = 'WrongResult';
    this.block({ name: 'WorkloadContested', workload, ground, bondMicro: contestBondMicro, deadlineRound });
    this.block({ name: 'ContestResolved', workload, upheld });
  }

  /** Pays `paidMicro` for what ended; nothing to the matcher of a voided round. */
  settle(workload: number, paidMicro: number): void {
    const { escrowMicro: locked, spec, reason, matchedRound } = this.workload(workload);
    const rates = this.#rates(spec.submittedRound);
    const isVoided = this.state.isVoided(matchedRound);
    const due = isVoided ? { ...rates, matcherBps: 0, matcherFloorMicro: 0 } : rates;
    const parts = split(locked, paidMicro, spec.priority, due);
    this.block({ name: 'WorkloadClosed', workload, status: 'Settled', reason, split: parts });
  }

  /** The client cancels what is still open. */
  cancel(workload: number): void {
    const counted = this.#countersWritten(this.#counters().openWorkloads - 1);
    this.#refund(workload, 'CancelledByClient', [counted]);
  }

  #refund(workload: number, reason: CloseReason, said: readonly ChainEventBody[]) {
    const { escrowMicro: locked, spec, openRounds } = this.workload(workload);
    const closed = closeOpening(openRounds, this.round + 1);
    this.block(...said, ...(closed === openRounds ? [] : [this.#openRoundsWritten(workload, closed)]), {
      name: 'WorkloadClosed',
      workload,
      status: 'Refunded',
      reason,
      split: split(locked, 0, spec.priority, this.#rates(spec.submittedRound)),
    });
  }

  // Governance -------------------------------------------------------------------------------------------------

  setParameter(name: ParameterName, value: number): void {
    const parameter = PARAMETERS.findIndex((one) => one.name === name);
    this.block(parameterWritten(parameter, value, this.round + 1));
  }

  registerPolicy(code: Uint8Array, weights: Hex, hidden: number): number {
    const policy = this.state.policies.size + 1;
    const codeHash = policyHash(code);
    this.block({
      name: 'PolicyRegistered',
      policy,
      registrant: address(5),
      code: address(6),
      codeHash,
      hidden,
      weights,
    });
    return policy;
  }

  activate(policy: number, fromRound = this.round + 1): void {
    const codeHash = this.state.policies.get(policy)?.codeHash ?? ZERO_HASH;
    this.block({ name: 'PolicyActivated', policy, codeHash, fromRound });
  }

  // ------------------------------------------------------------------------------------------------------------

  /** The last record written, whether it binds yet or not. */
  newest(node: number): NodeRecord {
    return this.#node(node).records.newest!.record!;
  }

  workload(id: number): WorkloadState {
    return this.state.workloads.get(id)!;
  }

  #node(id: number): NodeState {
    return this.state.nodes.get(id)!;
  }

  #networkGpus() {
    return this.state.networkGpus.newest ?? { gpus: 0, freeGpus: 0 };
  }

  #counters() {
    return this.state.workloadCounters.newest ?? { openWorkloads: 0, newestWorkload: 0 };
  }

  #rates(round: number): FeeRates {
    return this.state.parametersAt(round);
  }

  #recordWritten(node: number, record: NodeRecord): ChainEventBody {
    return { name: 'NodeRecordWritten', node, fromRound: this.round + 1, record: packNodeRecord(record) };
  }

  #gpusWritten(gpus: number, freeGpus: number): ChainEventBody {
    return { name: 'NetworkGpusWritten', fromRound: this.round + 1, gpus, freeGpus };
  }

  #countersWritten(openWorkloads: number): ChainEventBody {
    const { newestWorkload } = this.#counters();
    return { name: 'WorkloadCountersWritten', fromRound: this.round + 1, openWorkloads, newestWorkload };
  }

  #openRoundsWritten(workload: number, openRounds: bigint): ChainEventBody {
    return { name: 'OpenRoundsWritten', workload, openRounds };
  }
}

/** What the match counts with: the claim, bounded by the audit or else by the class. */
function bounded(claims: Claims, seen: Measured | undefined) {
  const compute = seen
    ? codeFloorClamped(seen.computeMflops >> GPU_CLASS.computeShift)
    : GPU_CLASS.floorComputeCode;
  const bandwidth = seen ? codeFloorClamped(seen.bandwidthMbps) : GPU_CLASS.floorBandwidthCode;
  const latency = seen ? codeCeilClamped(seen.latencyUs) : GPU_CLASS.ceilingLatencyCode;
  return {
    memoryCode: claims.memoryCode,
    computeShift: GPU_CLASS.computeShift,
    computeCode: Math.min(claims.computeCode, compute),
    bandwidthCode: Math.min(claims.bandwidthCode, bandwidth),
    latencyCode: Math.max(claims.latencyCode, latency),
    wattsCode: Math.max(claims.wattsCode, GPU_CLASS.minWattsCode),
  };
}

function parameterWritten(parameter: number, value: number, fromRound: number): ChainEventBody {
  return { name: 'ParameterWritten', parameter, value, fromRound };
}

function address(number: number): Address {
  return `0x${number.toString(16).padStart(40, '0')}`;
}
