import type { Entry } from '../../domain/types.ts';
import type { RoundInstance } from '../Matcher.ts';

/** What the right round is worth and what each node adds to it, found without duals; bigint, so that no sum rounds. */
export interface Truth {
  readonly welfareMicro: bigint;
  /** By index of the node: v of its VCG price, 0 for a node that adds nothing. */
  readonly vMicro: readonly bigint[];
}

const UNREACHABLE = -1n;

/** Workload by workload over the sets of nodes taken: shares no idea with the matcher. For few nodes, time grows as 2^n. */
export function truthOf(instance: RoundInstance): Truth {
  const columns = instance.nodes.length;
  const best = new Array<bigint>(1 << columns).fill(UNREACHABLE);
  best[0] = 0n;
  for (let w = 0; w < instance.workloads.length; w++) {
    // A set is written from subsets only, which come later in this order: the workload takes one node at most.
    for (let taken = best.length - 1; taken > 0; taken--) {
      for (let c = 0; c < columns; c++) {
        const before = taken & ~(1 << c);
        const pair = before === taken ? null : instance.pair(w, c);
        if (pair === null || best[before] === UNREACHABLE) continue;
        const worth = best[before]! + BigInt(pair.weightMicro);
        if (worth > best[taken]!) best[taken] = worth;
      }
    }
  }
  const bestOf = (allowed: (taken: number) => boolean) =>
    best.reduce((most, worth, taken) => (allowed(taken) && worth > most ? worth : most), 0n);
  const welfareMicro = bestOf(() => true);
  return {
    welfareMicro,
    vMicro: instance.nodes.map((_, c) => welfareMicro - bestOf((taken) => (taken & (1 << c)) === 0)),
  };
}

/**
 * Whether somebody is worse off than by the right round: it is no assignment of feasible pairs, its welfare is
 * lower, or a node is paid something else than cost + v.
 */
export function isHarmful(instance: RoundInstance, truth: Truth, entries: readonly Entry[]): boolean {
  let welfareMicro = 0n;
  const workloads = new Set<number>();
  const nodes = new Set<number>();
  for (const { workload, node, priceMicro } of entries) {
    const w = instance.workloads.findIndex(({ id }) => id === workload);
    const c = instance.nodes.findIndex(({ id }) => id === node);
    const pair = w < 0 || c < 0 ? null : instance.pair(w, c);
    if (pair === null || workloads.has(w) || nodes.has(c)) return true;
    if (BigInt(priceMicro) !== BigInt(pair.costMicro) + truth.vMicro[c]!) return true;
    workloads.add(w);
    nodes.add(c);
    welfareMicro += BigInt(pair.weightMicro);
  }
  return welfareMicro !== truth.welfareMicro;
}
