import {
  AICChainError,
  type ChainEvent,
  type EventOf,
  type Hex,
  type NodeRecord,
  type RoundClock,
  roundAt,
} from '../domain/index.ts';
import type { PairOf } from '../match/index.ts';
import { blocksOf, known, NetworkState, stateHash } from '../state/index.ts';
import { AuditBook } from './AuditBook.ts';
import { checkAudit, checkAuditClosed, checkReveal, isRestake, isSpent } from './audits.ts';
import { Books } from './Books.ts';
import { checkChallenge, checkJudgement, DisputeBook, voidedRounds } from './disputes.ts';
import { checkClosing, checkContested, checkEnded, checkReopened, checkResolved } from './endings.ts';
import type { About, Expect, Finding } from './Finding.ts';
import { checkActivation, checkParameter, checkPolicy } from './governance.ts';
import { openRoundsAfter } from './openRounds.ts';
import { checkRecord, checkRegistration, firstRecord } from './records.ts';
import { checkMatches, checkOptimal, checkPosted, type WeighedRound } from './rounds.ts';
import { Transaction } from './Transaction.ts';
import { checkMatched, checkStart, checkSubmission } from './workloads.ts';

/** The rounds that are judged, both included; all before them are folded and taken as they are. */
export interface RoundRange {
  /** 0 unless named. */
  readonly from?: number | undefined;
  /** The round of the log's last event unless named. */
  readonly to?: number | undefined;
}

export interface Verification {
  /** No violations. A round that is valid but not canonical is none, nor is a wrong one that was rightly voided. */
  readonly ok: boolean;
  readonly from: number;
  readonly to: number;
  /** How many of them there are from `from` to `to`. */
  readonly events: number;
  readonly rounds: number;
  readonly matches: number;
  /** Rounds of equal welfare and right prices that broke a tie otherwise. */
  readonly nonCanonical: readonly number[];
  /** Rounds that were refuted. */
  readonly voided: readonly number[];
  readonly firstDifference: Finding | null;
  /** In the order of the log. */
  readonly violations: readonly Finding[];
  /** Of the state at the end of the log. */
  readonly stateHash: Hex;
}

/** Weighs pairs as the state has them: all of a round, or single ones by id. */
export interface Weighing {
  round(round: number, cutoff: number): WeighedRound;
  pairs(round: number): PairOf;
}

/**
 * Replays a log from block 0 and derives again whatever follows from it: policies from their weights, medians from
 * reveals, trust and flags from medians, records from claims and audits, counters from records and statuses, splits from
 * prices, every round from the state that it met, and every challenge of one. A log that cannot be read on is no error:
 * where it stops is a violation. Refuses a range that the log does not hold.
 */
export function verifyLog(
  events: Iterable<ChainEvent>,
  clock: RoundClock,
  weighing: (state: NetworkState) => Weighing,
  range: RoundRange = {},
): Verification {
  const verifier = new LogVerifier(clock, weighing, range);
  for (const block of blocksOf(events)) if (!verifier.block(block)) break;
  return verifier.result();
}

class LogVerifier {
  readonly #state: NetworkState;
  readonly #weighing: Weighing;
  readonly #from: number;
  readonly #to: number | undefined;
  readonly #books: Books;
  readonly #audits = new AuditBook();
  readonly #disputes: DisputeBook;
  readonly #epochRounds: number;
  readonly #findings: Found[] = [];
  readonly #nonCanonical: number[] = [];
  /** Excluded nodes whose owners have restaked since. */
  readonly #restaked = new Set<number>();
  #transaction = new Transaction('');
  #block: readonly ChainEvent[] = [];
  #last: ChainEvent | undefined;
  #events = 0;
  #rounds = 0;
  #matches = 0;

  /** The round of the last event that was read. */
  #newest = 0;
  #isCutShort = false;

  constructor(clock: RoundClock, weighing: (state: NetworkState) => Weighing, { from = 0, to }: RoundRange) {
    if (to !== undefined && from > to)
      throw new AICChainError(
        'BAD_RANGE',
        `round ${from}, the first to verify, is after round ${to}, the last`,
      );
    this.#state = new NetworkState(clock, { keepBlocks: 1 });
    this.#weighing = weighing(this.#state);
    this.#from = from;
    this.#to = to;
    this.#books = new Books(this.#state);
    this.#disputes = new DisputeBook(this.#state);
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
      this.#isCutShort = true;
      this.#transaction = new Transaction('');
      this.#last = undefined;
      this.#expectAt(read)('log.folds', read.name, messageOf(error));
      return false;
    }
  }

  result(): Verification {
    this.#endTransaction();
    const from = this.#from;
    const to = this.#to ?? this.#newest;
    const beyond = Math.max(from, to);
    if (beyond > this.#newest && !this.#isCutShort)
      throw new AICChainError('BAD_RANGE', `round ${beyond} is not in the log yet`, {
        hint: `Its newest is round ${this.#newest}.`,
      });
    const isVoided = (round: number) => this.#state.isVoided(round);
    const violations = this.#findings
      .filter(({ refutes }) => refutes === undefined || !isVoided(refutes))
      .map(({ finding }) => finding);
    return {
      ok: violations.length === 0,
      from,
      to,
      events: this.#events,
      rounds: this.#rounds,
      matches: this.#matches,
      nonCanonical: this.#nonCanonical.filter((round) => !isVoided(round)),
      voided: voidedRounds(this.#state, from, to),
      firstDifference: violations[0] ?? null,
      violations,
      stateHash: stateHash(this.#state),
    };
  }

  #isJudged(round: number): boolean {
    return round >= this.#from && round <= (this.#to ?? round);
  }

  /** `event` is not folded yet, all before it are. */
  #meet(event: ChainEvent) {
    if (this.#transaction.hash !== event.transactionHash)
      this.#transaction = new Transaction(event.transactionHash);
    this.#last = event;
    const expect = this.#expectAt(event);
    const round = roundAt(this.#state.clock, event.timestamp);
    this.#newest = Math.max(this.#newest, round);
    if (this.#isJudged(round)) this.#events++;
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
      case 'RoundVoided':
      case 'ChallengeFailed':
        return this.#checkChallenge(event, round, expect);
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
    checkMatches(this.#state, event, this.#transaction.matched, expect);
    this.#transaction.matched = [];
    this.#disputes.post(event);
    if (!this.#isJudged(round)) return;
    this.#rounds++;
    this.#matches += event.entries.length;
    this.#withInputs('round.inputs', expect, () => {
      const input = this.#weighing.round(event.round, event.cutoff);
      checkPosted(this.#state, event, round, input, expect);
      const refutes = this.#expectAt(event, aboutOf(event), event.round);
      if (checkOptimal(input, event.entries, expect, refutes) === 'Valid')
        this.#nonCanonical.push(event.round);
    });
  }

  #checkChallenge(event: EventOf<'RoundVoided' | 'ChallengeFailed'>, round: number, expect: Expect) {
    checkChallenge(this.#state, event, this.#disputes, round, expect);
    if (event.name === 'RoundVoided') this.#disputes.void(round);
    const posted = this.#state.rounds.get(event.round);
    if (posted === undefined || !this.#isJudged(round)) return;
    this.#withInputs('challenge.inputs', expect, () =>
      checkJudgement(posted, event, this.#weighing.pairs(event.round), expect),
    );
  }

  /** What a pair is worth may not be computable, as where its policy is not what was published. */
  #withInputs(kind: string, expect: Expect, check: () => void) {
    try {
      check();
    } catch (error) {
      if (!(error instanceof AICChainError)) throw error;
      expect(kind, 'can be weighed', error.message);
    }
  }

  /** `refutes`: what is found counts only while that round is not voided. */
  #expectAt(event: ChainEvent, itself: About = aboutOf(event), refutes?: number): Expect {
    const { blockNumber } = event;
    const round = roundAt(this.#state.clock, event.timestamp);
    return (kind, expected, found, about = {}) => {
      if (expected === found || !(this.#isJudged(round) || this.#endsBefore(kind, round))) return;
      const { workload = 0, node = 0 } = { ...itself, ...about };
      const sides = { expected: String(expected), found: String(found) };
      this.#findings.push({ finding: { blockNumber, round, workload, node, kind, ...sides }, refutes });
    };
  }

  /** A log that cannot be read on before the last round that is judged has nothing there to be judged. */
  #endsBefore(kind: string, round: number): boolean {
    return kind === 'log.folds' && round <= (this.#to ?? round);
  }
}

interface Found {
  readonly finding: Finding;
  readonly refutes: number | undefined;
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
