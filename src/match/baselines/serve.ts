import { NodeId } from '../../domain/ids.ts';
import type { Entry } from '../../domain/types.ts';
import type { Matcher, Pair, RoundInstance } from '../Matcher.ts';

/** A feasible pair as a round describes it. */
export type PairOf<R extends RoundInstance> = Pair & NonNullable<ReturnType<R['pair']>>;

/** How little a rule likes a feasible pair: the least is served first. It depends on who they are, not on their places. */
export type Score<R extends RoundInstance> = (w: number, c: number, pair: PairOf<R>) => number;

/** A rule looks at the round as a whole once, then at its pairs. */
export type Rule<R extends RoundInstance> = (instance: R) => Score<R>;

/**
 * First come, first served: by id, each workload takes the free node that the rule likes best, ties to the lowest id,
 * and pays its cost. No certificate, so the chain accepts such a round but a challenge would refute it.
 *
 * @example const cheapest = queueMatcher('price-greedy', () => (_w, _c, { costMicro }) => costMicro);
 */
export function queueMatcher<R extends RoundInstance>(name: string, rule: Rule<R>): Matcher<R> {
  return {
    name,
    match(instance) {
      const score = rule(instance);
      const free = indicesById(instance.nodes);
      const entries: Entry[] = [];
      for (const w of indicesById(instance.workloads)) {
        let best: { readonly place: number; readonly score: number; readonly pair: Pair } | null = null;
        for (const [place, c] of free.entries()) {
          const pair = pairOf(instance, w, c);
          if (pair === null) continue;
          const one = { place, score: score(w, c, pair), pair };
          if (best === null || one.score < best.score) best = one;
        }
        if (best === null) continue;
        const [c] = free.splice(best.place, 1);
        entries.push(entryAtCost(instance, w, c!, best.pair));
      }
      return entries;
    },
  };
}

/** Workloads compete: of all pairs, the one that the rule likes best goes first; ties to the lowest workload, then node. */
export function contestMatcher<R extends RoundInstance>(name: string, rule: Rule<R>): Matcher<R> {
  return {
    name,
    match(instance) {
      const score = rule(instance);
      const nodes = indicesById(instance.nodes);
      const offers = indicesById(instance.workloads).flatMap((w) =>
        nodes.flatMap((c) => {
          const pair = pairOf(instance, w, c);
          return pair === null ? [] : [{ w, c, pair, score: score(w, c, pair) }];
        }),
      );
      offers.sort((a, b) => a.score - b.score); // stable: ties stay in the order of ids
      const [servedWorkloads, takenNodes] = [new Set<number>(), new Set<number>()];
      const entries: Entry[] = [];
      for (const { w, c, pair } of offers) {
        if (servedWorkloads.has(w) || takenNodes.has(c)) continue;
        servedWorkloads.add(w);
        takenNodes.add(c);
        entries.push(entryAtCost(instance, w, c, pair));
      }
      return entries.sort((a, b) => a.workload - b.workload);
    },
  };
}

/** The whole weight stays with the workload: the node is paid what it asks. */
export function entryAtCost(instance: RoundInstance, w: number, c: number, pair: Pair): Entry {
  return {
    workload: instance.workloads[w]!.id,
    node: instance.nodes[c]!.id,
    uMicro: pair.weightMicro,
    vMicro: 0,
    priceMicro: pair.costMicro,
    next: NodeId(0),
    rank: 0,
  };
}

function pairOf<R extends RoundInstance>(instance: R, w: number, c: number): PairOf<R> | null {
  return instance.pair(w, c) as PairOf<R> | null;
}

function indicesById(items: readonly { readonly id: number }[]): number[] {
  return [...items.keys()].sort((a, b) => items[a]!.id - items[b]!.id);
}
