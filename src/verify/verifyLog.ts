import {
  AICChainError,
  type ChainEvent,
  type EventOf,
  type NodeRecord,
  type RoundClock,
  roundAt,
} from '../domain/index.ts';
import { blocksOf, known, NetworkState } from '../state/index.ts';
import { AuditBook } from './AuditBook.ts';
import { checkAudit, checkAuditClosed, checkReveal, isRestake, isSpent } from './audits.ts';
import { Books } from './Books.ts';
import { checkClosing, checkContested, checkEnded, checkReopened, checkResolved } from './endings.ts';
import type { About, Expect, Finding } from './Finding.ts';
import { checkActivation, checkParameter, checkPolicy } from './governance.ts';
import { openRoundsAfter } from './openRounds.ts';
import { checkRecord, checkRegistration, firstRecord } from './records.ts';
import { checkMatches, checkRound, type WeighedRound } from './rounds.ts';
import { Transaction } from './Transaction.ts';
import { checkMatched, checkStart, checkSubmission } from './workloads.ts';

export interface Verification {
  /** No violations. A round that is valid but not canonical is none. */
  readonly ok: boolean;
  readonly events: number;
  readonly rounds: number;
  readonly matches: number;
  /** Rounds of equal welfare and right prices that broke a tie otherwise. */
  readonly nonCanonical: readonly number[];
  readonly violations: readonly Finding[];
}

/** Weighs all pairs of a round as the state has them. */
export type Weigh = (round: number, cutoff: number) => WeighedRound;

/**
 * Replays a log from block 0 and derives again whatever follows from it: policies from their weights, medians from
 * reveals, trust and flags from medians, records from claims and audits, counters from records and statuses, splits from
 * prices, and every round from the state that it met. A log that cannot be read on is no error: where it stops is a violation.
 */
export function verifyLog(
  events: Iterable<ChainEvent>,
  clock: RoundClock,
  weighing: (state: NetworkState) => Weigh,
): Verification {
  const verifier = new LogVerifier(clock, weighing);
  for (const block of blocksOf(events)) if (!verifier.block(block)) break;
  return verifier.result();
}

class LogVerifier {
  readonly #state: NetworkState;
  readonly #weigh: Weigh;
  readonly #books: Books;
  readonly #audits = new AuditBook();
  readonly #epochRounds: number;
  readonly #violations: Finding[] = [];
  readonly #nonCanonical: number[] = [];
  /** Excluded nodes whose owners have restaked since. */
  readonly #restaked = new Set<number>();
  #transaction = new Transaction('');
  #block: readonly ChainEvent[] = [];
  #last: ChainEvent | undefined;
  #events = 0;
  #rounds = 0;
  #matches = 0;

  constructor(clock: RoundClock, weighing: (state: NetworkState) => Weigh) {
    this.#state = new NetworkState(clock, { keepBlocks: 1 });
    this.#weigh = weighing(this.#state);
    this.#books = new Books(this.#state);
    this.#epochRounds = clock.epochRounds;
  }

  /** False where the log can be read no further. */
  block(events: readonly ChainEvent[]): boolean {
    let read = events[0]!;
    this.#block = events;
    try {
      this.#state.apply(events, (event) => {
        read = event;
        if (event.transactionHash !== this.#transaction.hash) this.#endTransaction();
        this.#meet(event);
      });
      return true;
    } catch (error) {
      this.#transaction = new Transaction('');
      this.#last = undefined;
      this.#expectAt(read)('log.folds', read.name, messageOf(error));
      return false;
    }
  }

  result(): Verification {
    this.#endTransaction();
    return {
      ok: this.#violations.length === 0,
      events: this.#events,
      rounds: this.#rounds,
      matches: this.#matches,
      nonCanonical: this.#nonCanonical,
      violations: this.#violations,
    };
  }

  /** `event` is not folded yet, all before it are. */
  #meet(event: ChainEvent) {
    this.#events++;
    if (this.#transaction.hash !== event.transactionHash)
      this.#transaction = new Transaction(event.transactionHash);
    this.#last = event;
    const expect = this.#expectAt(event);
    const round = roundAt(this.#state.clock, event.timestamp);
    try {
      this.#note(event, round);
      this.#check(event, round, expect);
    } catch (error) {
      // Whatever cannot even be checked, such as an amount that no chain can hold, is not as it should be.
      expect('log.checks', event.name, messageOf(error));
    }
  }

  #endTransaction() {
    if (this.#last === undefined) return;
    const expect = this.#expectAt(this.#last, {});
    this.#transaction.mustBeTold(this.#state, expect);
    this.#books.balance(this.#transaction.nodes, this.#transaction.workloads, expect);
    this.#last = undefined;
  }

  /** Keeps what the end of the transaction asks for. */
  #note(event: ChainEvent, round: number) {
    const { nodes, workloads, openRounds } = this.#transaction;
    if ('node' in event) nodes.add(event.node);
    if (!('workload' in event)) return;
    workloads.add(event.workload);
    const before =
      openRounds.get(event.workload) ?? this.#state.workloads.get(event.workload)?.openRounds ?? 0n;
    openRounds.set(event.workload, openRoundsAfter(this.#state, event, round, before));
  }

  #check(event: ChainEvent, round: number, expect: Expect) {
    const state = this.#state;
    switch (event.name) {
      case 'GpuClassAdded':
        return expect('class.id', state.classes.size, event.classId);
      case 'PolicyRegistered':
        return checkPolicy(state, event, expect);
      case 'PolicyActivated':
        return checkActivation(state, event, round, expect);
      case 'ParameterWritten':
        return checkParameter(state, event, round, expect);
      case 'NodeRegistered':
        checkRegistration(state, event, state.parametersAt(round), expect);
        this.#audits.claim(event.node, event.claims, this.#epochOf(round));
        return this.#mustShow(event.node, firstRecord(event, round, state.parametersAt(round)));
      case 'AuditorRegistered':
        return expect('auditor.stakeMicro', state.parametersAt(round).auditorStakeMicro, event.stakeMicro);
      case 'ClaimsChanged':
        return this.#checkClaims(event, round, expect);
      case 'GreenCertified':
        return this.#mustShow(event.node, { green: true });
      case 'ExitRequested':
        return this.#mustShow(event.node, {});
      case 'StakeChanged':
        return this.#checkStake(event, round);
      case 'NodeRecordWritten':
        return this.#checkRecord(event, round, expect);
      case 'NetworkGpusWritten':
      case 'WorkloadCountersWritten':
        return expect('counters.fromRound', round + 1, event.fromRound);
      case 'MeasurementsRevealed':
        return checkReveal(state, event, expect);
      case 'AuditApplied':
        return this.#checkAudit(event, round, expect);
      case 'AuditClosed':
        return this.#checkAuditClosed(event, round, expect);
      case 'WorkloadSubmitted':
        return checkSubmission(state, event, round, state.parametersAt(round), expect);
      case 'WorkloadMatched':
        this.#transaction.matched.push(event);
        this.#transaction.places.set(event.node, { matchedRound: event.round, matchedEntry: event.entry });
        return checkMatched(state, event, round, expect);
      case 'WorkloadStarted':
        return checkStart(state, event, round, expect);
      case 'WorkloadEnded':
        return checkEnded(state, event, round, expect);
      case 'WorkloadReopened':
        return checkReopened(state, event, round, expect);
      case 'WorkloadContested':
        return checkContested(state, event, round, expect);
      case 'ContestResolved':
        return checkResolved(state, event, round, expect);
      case 'WorkloadClosed':
        return checkClosing(state, event, round, expect);
      case 'RoundPosted':
        return this.#checkRoundPosted(event, round, expect);
    }
  }

  #mustShow(node: number, due: Partial<NodeRecord>) {
    this.#transaction.dueRecords.set(node, due);
  }

  /** How many GPUs a node has, and of which class, is said once. */
  #checkClaims({ node, claims }: EventOf<'ClaimsChanged'>, round: number, expect: Expect) {
    const before = known(this.#state.nodes, node, 'node').claims;
    expect('claims.gpus', before.gpus, claims.gpus);
    expect('claims.classId', before.classId, claims.classId);
    this.#audits.claim(node, claims, this.#epochOf(round) + 1);
    this.#mustShow(node, {});
  }

  #checkStake({ node, stakeMicro }: EventOf<'StakeChanged'>, round: number) {
    const before = known(this.#state.nodes, node, 'node');
    const { noShowPenaltyMicro } = this.#state.parametersAt(round);
    if (isRestake(before, stakeMicro)) this.#restaked.add(node);
    if (isSpent(before, stakeMicro, noShowPenaltyMicro)) this.#mustShow(node, { active: false });
  }

  #epochOf(round: number): number {
    return Math.floor(round / this.#epochRounds);
  }

  /** What an audit that is applied is held to: the closing that follows says of which epoch it is. */
  #claimsFor({ node, logIndex }: EventOf<'AuditApplied'>) {
    const closing = this.#block.find(
      (event): event is EventOf<'AuditClosed'> =>
        event.name === 'AuditClosed' && event.node === node && event.logIndex > logIndex,
    );
    return closing && this.#audits.claimsAt(node, closing.epoch);
  }

  #checkRecord(event: EventOf<'NodeRecordWritten'>, round: number, expect: Expect) {
    const { dueRecords } = this.#transaction;
    checkRecord(this.#state, event, round, dueRecords.get(event.node), expect);
    dueRecords.delete(event.node);
  }

  #checkAudit(event: EventOf<'AuditApplied'>, round: number, expect: Expect) {
    const { node } = event;
    const parameters = this.#state.parametersAt(round);
    const claims = this.#claimsFor(event);
    expect('audit.isOfANode', true, claims !== undefined);
    const hasRestaked = this.#restaked.has(node);
    const outcome = checkAudit(this.#state, event, claims, hasRestaked, parameters, expect);
    if (!outcome.due.excluded) this.#restaked.delete(node);
    this.#transaction.audits.set(node, outcome);
    this.#mustShow(node, outcome.due);
  }

  #checkAuditClosed(event: EventOf<'AuditClosed'>, round: number, expect: Expect) {
    const { audits } = this.#transaction;
    const parameters = this.#state.parametersAt(round);
    const applied = audits.get(event.node);
    expect('audit.closedOnce', true, this.#audits.isOpen(event.node, event.epoch));
    if (applied !== undefined) this.#audits.close(event.node, event.epoch);
    checkAuditClosed(this.#state, event, applied, parameters, expect);
    audits.delete(event.node);
  }

  #checkRoundPosted(event: EventOf<'RoundPosted'>, round: number, expect: Expect) {
    this.#rounds++;
    this.#matches += event.entries.length;
    checkMatches(this.#state, event, this.#transaction.matched, expect);
    this.#transaction.matched = [];
    try {
      const input = this.#weigh(event.round, event.cutoff);
      if (!checkRound(this.#state, event, round, input, expect)) this.#nonCanonical.push(event.round);
    } catch (error) {
      if (!(error instanceof AICChainError)) throw error;
      expect('round.inputs', 'can be weighed', error.message); // as where its policy is not what was published
    }
  }

  #expectAt(event: ChainEvent, itself: About = aboutOf(event)): Expect {
    const { blockNumber } = event;
    const round = roundAt(this.#state.clock, event.timestamp);
    return (kind, expected, found, about = {}) => {
      if (expected === found) return;
      const { workload = 0, node = 0 } = { ...itself, ...about };
      const sides = { expected: String(expected), found: String(found) };
      this.#violations.push({ blockNumber, round, workload, node, kind, ...sides });
    };
  }
}

function aboutOf(event: ChainEvent): About {
  return {
    ...('workload' in event ? { workload: event.workload } : {}),
    ...('node' in event ? { node: event.node } : {}),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
