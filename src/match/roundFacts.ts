import type { ClassedRound } from './ClassedRound.ts';
import { type CandidateRow, slotOf, weightIn } from './candidates.ts';
import { costMicro } from './classTerms.ts';
import type { Pair, RoundInstance } from './Matcher.ts';

/** What a certificate is held against, by ids. */
export interface RoundFacts {
  hasWorkload(id: number): boolean;
  hasNode(id: number): boolean;
  /** null where it is not feasible, or there is no such workload or node. */
  pair(workload: number, node: number): Pair | null;
  /** The feasible pairs with u + v < W; what is not in `u` or `v` has 0. */
  worthMore(u: ReadonlyMap<number, number>, v: ReadonlyMap<number, number>): Iterable<WorthMore>;
}

export interface WorthMore {
  readonly workload: number;
  readonly node: number;
  readonly weightMicro: number;
}

/** Asks for every pair. */
export class FactsOfPairs implements RoundFacts {
  readonly #instance: RoundInstance;
  readonly #workloads: ReadonlyMap<number, number>;
  readonly #nodes: ReadonlyMap<number, number>;

  constructor(instance: RoundInstance) {
    this.#instance = instance;
    this.#workloads = new Map(instance.workloads.map(({ id }, w) => [id, w]));
    this.#nodes = new Map(instance.nodes.map(({ id }, c) => [id, c]));
  }

  hasWorkload(id: number): boolean {
    return this.#workloads.has(id);
  }

  hasNode(id: number): boolean {
    return this.#nodes.has(id);
  }

  pair(workload: number, node: number): Pair | null {
    const w = this.#workloads.get(workload);
    const c = this.#nodes.get(node);
    return w === undefined || c === undefined ? null : this.#instance.pair(w, c);
  }

  *worthMore(u: ReadonlyMap<number, number>, v: ReadonlyMap<number, number>): Iterable<WorthMore> {
    const { workloads, nodes } = this.#instance;
    for (const [w, { id: workload }] of workloads.entries()) {
      const uMicro = u.get(workload) ?? 0;
      for (const [c, { id: node }] of nodes.entries()) {
        const pair = this.#instance.pair(w, c);
        if (pair === null || pair.weightMicro - uMicro <= (v.get(node) ?? 0)) continue;
        yield { workload, node, weightMicro: pair.weightMicro };
      }
    }
  }
}

/**
 * Class by class, from the lowest ask on: once a node of a class is worth no more than u, only a negative v could make
 * one of the rest a violation, and there are few of those.
 */
export class FactsOfClasses implements RoundFacts {
  readonly #round: ClassedRound;
  readonly #rows: ReadonlyMap<number, number>;
  readonly #groups: ReadonlyMap<unknown, number>;

  constructor(round: ClassedRound) {
    this.#round = round;
    this.#rows = new Map(round.workloads.map(({ id }, row) => [id, row]));
    this.#groups = new Map(round.groups.map((one, group) => [one, group]));
  }

  hasWorkload(id: number): boolean {
    return this.#rows.has(id);
  }

  hasNode(id: number): boolean {
    return this.#round.nodes.placeOf(id) !== undefined;
  }

  pair(workload: number, node: number): Pair | null {
    const row = this.#rows.get(workload);
    const place = this.#round.nodes.placeOf(node);
    const group = this.#groups.get(place?.class);
    if (row === undefined || place === undefined || group === undefined) return null;
    let candidates = this.#round.row(row);
    if (slotOf(candidates, group) < 0) candidates = this.#round.wholeRow(row);
    const slot = slotOf(candidates, group);
    if (slot < 0) return null;
    const weightMicro = weightIn(candidates, slot, place.askMicroPerGpuHour);
    return weightMicro >= 0
      ? { weightMicro, costMicro: costMicro(place.askMicroPerGpuHour, candidates.gpuSec[slot]!) }
      : null;
  }

  *worthMore(u: ReadonlyMap<number, number>, v: ReadonlyMap<number, number>): Iterable<WorthMore> {
    const belowZero = [...v].filter(([, vMicro]) => vMicro < 0);
    const prices: number[][] = this.#round.groups.map(() => []);
    for (const [row, { id: workload }] of this.#round.workloads.entries()) {
      const uMicro = u.get(workload) ?? 0;
      const known = this.#round.row(row);
      const candidates = known.restMicro > uMicro ? this.#round.wholeRow(row) : known;
      const found = this.#worthMoreThan(candidates, uMicro, v, prices);
      for (const [node, vMicro] of belowZero) {
        const weightMicro = this.pair(workload, node)?.weightMicro;
        if (weightMicro !== undefined && weightMicro <= uMicro && weightMicro - uMicro > vMicro) {
          found.push({ node, weightMicro });
        }
      }
      found.sort((a, b) => a.node - b.node);
      for (const one of found) yield { workload, ...one };
    }
  }

  /** `prices`: v by group and place there, as far as it was asked for. */
  #worthMoreThan(
    candidates: CandidateRow,
    uMicro: number,
    v: ReadonlyMap<number, number>,
    prices: number[][],
  ): { node: number; weightMicro: number }[] {
    const found: { node: number; weightMicro: number }[] = [];
    for (let slot = 0; slot < candidates.groups.length; slot++) {
      const group = candidates.groups[slot]!;
      const { ids, asks } = this.#round.groups[group]!;
      const known = prices[group]!;
      for (let position = 0; position < ids.length; position++) {
        const weightMicro = weightIn(candidates, slot, asks[position]!);
        if (!(weightMicro > uMicro)) break;
        if (position === known.length) known.push(v.get(ids[position]!) ?? 0);
        if (weightMicro - uMicro > known[position]!) found.push({ node: ids[position]!, weightMicro });
      }
    }
    return found;
  }
}
