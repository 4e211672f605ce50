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
  const rows = [...instance.workloads.keys()];
  const useful = [...instance.nodes.keys()].filter((c) => rows.some((w) => instance.pair(w, c) !== null));
  const best = new Array<bigint>(1 << useful.length).fill(UNREACHABLE);
  best[0] = 0n;
  for (const w of rows) {
    const worth = useful.map((c) => instance.pair(w, c)).map((pair) => pair && BigInt(pair.weightMicro));
    // A set is written from its subsets, which come later in this order: the workload takes one node at most.
    for (let taken = best.length - 1; taken > 0; taken--) {
      for (let i = 0; i < useful.length; i++) {
        const before = taken & ~(1 << i);
        const added = worth[i]!;
        if (before === taken || added === null || best[before] === UNREACHABLE) continue;
        if (best[before]! + added > best[taken]!) best[taken] = best[before]! + added;
      }
    }
  }
  const bestOf = (allowed: (taken: number) => boolean) =>
    best.reduce((most, worth, taken) => (allowed(taken) && worth > most ? worth : most), 0n);
  const welfareMicro = bestOf(() => true);
  const vMicro = instance.nodes.map(() => 0n);
  useful.forEach((c, i) => {
    vMicro[c] = welfareMicro - bestOf((taken) => (taken & (1 << i)) === 0);
  });
  return { welfareMicro, vMicro };
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
