import type { EventOf } from '../domain/index.ts';
import { type NodeRecord, openPairs } from '../domain/index.ts';
import type { NetworkState } from '../state/index.ts';
import type { AuditOutcome } from './audits.ts';
import type { Expect } from './Finding.ts';

/** What one transaction has said so far: a round, an audit or an ending is told by several events that must fit together. */
export class Transaction {
  readonly hash: string;
  /** Matches that no round of the transaction has listed yet. */
  matched: EventOf<'WorkloadMatched'>[] = [];
  /** Audits that were applied and not closed yet, by node. */
  readonly audits = new Map<number, AuditOutcome>();
  /** What the next record of a node must show, by node. */
  readonly dueRecords = new Map<number, Partial<NodeRecord>>();
  /** The open rounds of workloads as they follow from what was said of them, whatever was written. */
  readonly openRounds = new Map<number, bigint>();
  readonly workloads = new Set<number>();
  readonly nodes = new Set<number>();

  constructor(hash: string) {
    this.hash = hash;
  }

  /** To be called once the last event of the transaction is folded. */
  mustBeTold(state: NetworkState, expect: Expect): void {
    for (const { workload, node } of this.matched) {
      expect('match.round', 'posted with it', 'none', { workload, node });
    }
    for (const node of this.audits.keys()) expect('audit.closed', 'with it', 'not', { node });
    for (const node of this.dueRecords.keys()) expect('record.written', 'with it', 'not', { node });
    for (const [workload, word] of this.openRounds) {
      const written = state.workloads.get(workload)?.openRounds ?? 0n;
      expect('workload.openRounds', textOf(word), textOf(written), { workload });
    }
  }
}

/** Pairs for whoever reads it, and the word, since bits that open no round are not nothing. */
function textOf(word: bigint): string {
  const pairs = openPairs(word).map(({ from, to }) => `${from}..${to}`);
  return [...pairs, `0x${word.toString(16)}`].join(' ');
}
