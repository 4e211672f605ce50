import { AICChainError, type ChainEvent, roundAt } from '../domain/index.ts';
import { blocksOf, NetworkState, type StateClock } from '../state/index.ts';
import type { Expect, Finding } from './Finding.ts';
import { checkActivation, checkParameter, checkPolicy } from './governance.ts';
import { type AuditOutcome, checkAudit, checkRecord } from './records.ts';
import { checkMatches, checkRound, type WeighedRound } from './rounds.ts';
import { checkClosing, checkStart, checkSubmission } from './workloads.ts';

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
 * Replays a log from block 0 and derives again whatever follows from it: policies from their weights, records from
 * claims and audits, trust from discrepancies, splits from prices, and every round from the state that it met.
 */
export function verifyLog(
  events: Iterable<ChainEvent>,
  clock: StateClock,
  weighing: (state: NetworkState) => Weigh,
): Verification {
  const verifier = new LogVerifier(clock, weighing);
  for (const block of blocksOf(events)) verifier.block(block);
  return verifier.result();
}

type EventOf<N extends ChainEvent['name']> = Extract<ChainEvent, { name: N }>;

class LogVerifier {
  readonly #state: NetworkState;
  readonly #weigh: Weigh;
  readonly #violations: Finding[] = [];
  readonly #nonCanonical: number[] = [];
  /** Of the current transaction: a round, or an audit, is told by several events. */
  #transaction = '';
  #matched: EventOf<'WorkloadMatched'>[] = [];
  #audits = new Map<number, AuditOutcome>();
  #events = 0;
  #rounds = 0;
  #matches = 0;

  constructor(clock: StateClock, weighing: (state: NetworkState) => Weigh) {
    this.#state = new NetworkState(clock, { keepBlocks: 1 });
    this.#weigh = weighing(this.#state);
  }

  block(events: readonly ChainEvent[]): void {
    this.#state.apply(events, (event) => {
      this.#events++;
      if (event.transactionHash !== this.#transaction) this.#endTransaction();
      this.#transaction = event.transactionHash;
      this.#check(event);
    });
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

  /** What a transaction told in part only is told by nobody else. */
  #endTransaction() {
    for (const event of this.#matched) {
      this.#expectAt(event, event.round)('match.round', 'posted with it', 'none', event);
    }
    this.#matched = [];
    this.#audits.clear();
  }

  #check(event: ChainEvent) {
    const state = this.#state;
    const round = roundAt(state.clock, event.timestamp);
    const expect = this.#expectAt(event, round);
    switch (event.name) {
      case 'PolicyRegistered':
        return checkPolicy(event, expect);
      case 'PolicyActivated':
        return checkActivation(state, event, round, expect);
      case 'ParameterWritten':
        return checkParameter(state, event, round, expect);
      case 'NodeRecordWritten':
        return checkRecord(state, event, round, expect);
      case 'AuditApplied':
        this.#audits.set(event.node, checkAudit(state, event, state.parametersAt(round), expect));
        return;
      case 'AuditClosed':
        return this.#checkAuditClosed(event, round, expect);
      case 'WorkloadSubmitted':
        return checkSubmission(event, round, state.parametersAt(round), expect);
      case 'WorkloadMatched':
        this.#matched.push(event);
        return;
      case 'WorkloadStarted':
        return checkStart(state, event, expect);
      case 'WorkloadClosed':
        return checkClosing(state, event, expect);
      case 'RoundPosted':
        return this.#checkRoundPosted(event, round, expect);
    }
  }

  /** An audit without a quorum is closed without being applied, and changes nothing. */
  #checkAuditClosed(event: EventOf<'AuditClosed'>, round: number, expect: Expect) {
    const about = { node: event.node };
    const trust = this.#state.nodes.get(event.node)?.records.newest?.record?.trustBps ?? 0;
    const applied = this.#audits.get(event.node);
    const outcome = applied ?? { discrepancyBps: 0, trustBefore: trust, trustAfter: trust };
    const { auditQuorum } = this.#state.parametersAt(round);
    expect('audit.hasQuorum', event.reveals >= auditQuorum, applied !== undefined, about);
    for (const field of ['discrepancyBps', 'trustBefore', 'trustAfter'] as const) {
      expect(`audit.${field}`, outcome[field], event[field], about);
    }
  }

  #checkRoundPosted(event: EventOf<'RoundPosted'>, round: number, expect: Expect) {
    this.#rounds++;
    this.#matches += event.entries.length;
    checkMatches(this.#state, event, this.#matched, expect);
    this.#matched = [];
    try {
      const input = this.#weigh(event.round, event.cutoff);
      if (!checkRound(this.#state, event, round, input, expect)) this.#nonCanonical.push(event.round);
    } catch (error) {
      if (!(error instanceof AICChainError)) throw error;
      expect('round.inputs', 'can be weighed', error.message); // as where its policy is not what was published
    }
  }

  #expectAt({ blockNumber }: ChainEvent, round: number): Expect {
    return (kind, expected, found, { workload = 0, node = 0 } = {}) => {
      if (expected === found) return;
      const sides = { expected: String(expected), found: String(found) };
      this.#violations.push({ blockNumber, round, workload, node, kind, ...sides });
    };
  }
}
