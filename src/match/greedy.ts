import { NodeId } from '../domain/ids.ts';
import type { Entry } from '../domain/types.ts';
import type { Matcher } from './Matcher.ts';

/**
 * The baseline that a queue would be: first come, first served, each workload takes the cheapest node that is free
 * and pays its cost. No certificate, so the chain accepts it but a challenge would refute it.
 */
export const priceGreedyMatcher: Matcher = {
  name: 'price-greedy',
  match(instance) {
    const taken = new Set<number>();
    const entries: Entry[] = [];
    const ascending = [...instance.workloads.entries()].sort(([, a], [, b]) => a.id - b.id);
    for (const [w, workload] of ascending) {
      const cheapest = instance.nodes
        .flatMap(({ id }, c) => {
          const pair = taken.has(id) ? null : instance.pair(w, c);
          return pair === null ? [] : [{ id, ...pair }];
        })
        .reduce<{ id: NodeId; weightMicro: number; costMicro: number } | null>(
          (best, one) =>
            best === null ||
            one.costMicro < best.costMicro ||
            (one.costMicro === best.costMicro && one.id < best.id)
              ? one
              : best,
          null,
        );
      if (cheapest === null) continue;
      taken.add(cheapest.id);
      entries.push({
        workload: workload.id,
        node: cheapest.id,
        uMicro: cheapest.weightMicro,
        vMicro: 0,
        priceMicro: cheapest.costMicro,
        next: NodeId(0),
        rank: 0,
      });
    }
    return entries;
  },
};
