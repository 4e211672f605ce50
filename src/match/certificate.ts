import { NodeId, WorkloadId } from '../domain/ids.ts';
import type { Entry } from '../domain/types.ts';
import { ClassedRound } from './ClassedRound.ts';
import { certifiedRound, certifiedRoundOfClasses } from './certified.ts';
import type { RoundInstance } from './Matcher.ts';
import { FactsOfClasses, FactsOfPairs, type RoundFacts } from './roundFacts.ts';

/**
 * Why a round is not valid.
 * - `order`: entries do not ascend by workload; `nodeTwice`; `unknown`: not a workload or node of the round
 * - `E1`: an unlisted pair, or one of other entries, is worth more than its duals
 * - `infeasible`, `E2`: an entry's pair is not feasible, its duals are negative or do not add up to its weight
 * - `price`: not cost + v
 * - `E4`: the price is not shown to be the highest that the alternatives allow
 */
export type ViolationKind = 'order' | 'nodeTwice' | 'unknown' | 'infeasible' | 'E1' | 'E2' | 'price' | 'E4';

export interface Violation {
  readonly kind: ViolationKind;
  readonly workload: WorkloadId;
  readonly node: NodeId;
  readonly expected: string;
  readonly found: string;
}

/** Everything that is wrong with a round; empty iff it is optimal, with VCG prices. */
export function checkCertificate(
  round: RoundInstance | ClassedRound,
  entries: readonly Entry[],
): Violation[] {
  return violations(
    round instanceof ClassedRound ? new FactsOfClasses(round) : new FactsOfPairs(round),
    entries,
  );
}

function violations(facts: RoundFacts, entries: readonly Entry[]): Violation[] {
  const round = new Certificate(facts, entries);
  return [
    ...round.shape(),
    ...round.entriesAddUp(),
    ...round.noPairIsWorthMore(),
    ...round.pricesAreHighest(),
  ];
}

/** Whether the entries are the canonical ones among the valid rounds of equal welfare. */
export function isCanonical(round: RoundInstance | ClassedRound, entries: readonly Entry[]): boolean {
  const canonical = round instanceof ClassedRound ? certifiedRoundOfClasses(round) : certifiedRound(round);
  return (
    canonical.length === entries.length && canonical.every((entry, i) => isSameEntry(entry, entries[i]!))
  );
}

function isSameEntry(a: Entry, b: Entry): boolean {
  return (
    a.workload === b.workload &&
    a.node === b.node &&
    a.uMicro === b.uMicro &&
    a.vMicro === b.vMicro &&
    a.priceMicro === b.priceMicro &&
    a.next === b.next &&
    a.rank === b.rank
  );
}

class Certificate {
  readonly #facts: RoundFacts;
  readonly #entries: readonly Entry[];
  readonly #byNode: ReadonlyMap<number, Entry>;

  constructor(facts: RoundFacts, entries: readonly Entry[]) {
    this.#facts = facts;
    this.#entries = entries;
    this.#byNode = new Map(entries.map((entry) => [entry.node, entry]));
  }

  *shape(): Iterable<Violation> {
    const nodes = new Set<number>();
    let last = 0;
    for (const entry of this.#entries) {
      if (entry.workload <= last) yield violation('order', entry, `a workload above ${last}`, entry.workload);
      last = entry.workload;
      if (nodes.has(entry.node)) yield violation('nodeTwice', entry, 'one entry a node', 'two');
      nodes.add(entry.node);
      if (!this.#facts.hasWorkload(entry.workload)) {
        yield violation('unknown', entry, 'an open workload that the round covers', entry.workload);
      }
      if (!this.#facts.hasNode(entry.node)) yield violation('unknown', entry, 'a node', entry.node);
    }
  }

  *entriesAddUp(): Iterable<Violation> {
    for (const entry of this.#entries) {
      const pair = this.#facts.pair(entry.workload, entry.node);
      if (pair === null) {
        yield violation('infeasible', entry, 'a feasible pair', 'none');
        continue;
      }
      const { uMicro, vMicro, priceMicro } = entry;
      if (uMicro < 0 || vMicro < 0 || pair.weightMicro - uMicro !== vMicro) {
        yield violation('E2', entry, `u + v = ${pair.weightMicro}, both at least 0`, `${uMicro} + ${vMicro}`);
      }
      if (priceMicro !== pair.costMicro + vMicro) {
        yield violation('price', entry, pair.costMicro + vMicro, priceMicro);
      }
    }
  }

  *noPairIsWorthMore(): Iterable<Violation> {
    const u = new Map(this.#entries.map((entry) => [entry.workload as number, entry.uMicro]));
    const v = new Map(this.#entries.map((entry) => [entry.node as number, entry.vMicro]));
    for (const { workload, node, weightMicro } of this.#facts.worthMore(u, v)) {
      const place = { workload: WorkloadId(workload), node: NodeId(node) };
      const found = `${u.get(workload) ?? 0} + ${v.get(node) ?? 0}`;
      yield violation('E1', place, `u + v of at least ${weightMicro}`, found);
    }
  }

  *pricesAreHighest(): Iterable<Violation> {
    for (const entry of this.#entries) {
      const { workload, node, uMicro, next, rank } = entry;
      if (uMicro === 0) {
        if (next !== 0 || rank !== 0)
          yield violation('E4', entry, 'next 0, rank 0 where u = 0', `${next}, ${rank}`);
        continue;
      }
      const pair = this.#facts.pair(workload, next);
      const holder = this.#byNode.get(next);
      if (next === node || pair === null) {
        yield violation('E4', entry, 'next: another node that is feasible', next);
      } else if (pair.weightMicro - uMicro !== this.#v(next)) {
        yield violation('E4', entry, `u + v(next) = ${pair.weightMicro}`, `${uMicro} + ${this.#v(next)}`);
      } else if (holder !== undefined && holder.rank >= rank) {
        yield violation('E4', entry, `next with a rank below ${rank}`, holder.rank);
      }
    }
  }

  #v(node: number): number {
    return this.#byNode.get(node)?.vMicro ?? 0;
  }
}

function violation(
  kind: ViolationKind,
  { workload, node }: Pick<Entry, 'workload' | 'node'>,
  expected: string | number,
  found: string | number,
): Violation {
  return { kind, workload, node, expected: String(expected), found: String(found) };
}
