import { Assignment } from './assignment.ts';
import type { CandidateRow, CandidateTable, NodeGroup } from './candidates.ts';

/**
 * The optimal assignment of all rows. It is the same problem at every scale: half of the rows compete for half of the nodes at
 * nearly the same prices. So the prices to begin with come from there, and there from half of that. They only
 * save time: the assignment is optimal whatever it begins with.
 */
export function optimalAssignment(table: CandidateTable): Assignment {
  const bySize = Float64Array.from({ length: table.rows }, (_, row) => sizeOf(table.row(row)));
  return solved(
    table,
    [...bySize.keys()].sort((a, b) => bySize[b]! - bySize[a]!),
  );
}

/** Below this there is nothing to gain. */
const FEW_ROWS = 32;
/** Prices are a curve over the asks of a group: there is none where most groups have hardly a node. */
const FEW_NODES_PER_GROUP = 4;

/** `rows`: those that differ least in what they need are next to each other. */
function solved(table: CandidateTable, rows: readonly number[]): Assignment {
  const assignment = new Assignment(table);
  const nodes = table.groups.reduce((sum, { ids }) => sum + Math.min(ids.length, rows.length), 0);
  if (rows.length <= FEW_ROWS || nodes < FEW_NODES_PER_GROUP * table.groups.length) {
    const best = Float64Array.from({ length: table.rows }, (_, row) => assignment.bestEdgeMicro(row));
    assignment.addAll(
      [...rows].sort((a, b) => best[b]! - best[a]!),
      [],
    );
    return assignment;
  }
  const half = rows.filter((_, i) => i % 2 === 0);
  const coarse: CandidateTable = {
    groups: table.groups.map((group) => thinned(group, rows.length)),
    rows: half.length,
    row: (index) => table.row(half[index]!),
  };
  const prices = pricesBetween(table.groups, solved(coarse, [...half.keys()]));
  assignment.addAll(rows, prices);
  return assignment;
}

/** GPU-seconds where the row needs fewest. */
function sizeOf({ gpuSec }: CandidateRow): number {
  let least = Number.POSITIVE_INFINITY;
  for (let slot = 0; slot < gpuSec.length; slot++) if (gpuSec[slot]! < least) least = gpuSec[slot]!;
  return least;
}

/** Every second node; no row needs one beyond the first `most`. */
function thinned({ ids, asks }: NodeGroup, most: number): NodeGroup {
  const half: { ids: number[]; asks: number[] } = { ids: [], asks: [] };
  for (let position = 0; position <= most && position < ids.length; position += 2) {
    half.ids.push(ids[position]!);
    half.asks.push(asks[position]!);
  }
  return half;
}

/** By group, of its first nodes while they have a price: on the line between the two next ones that were kept. */
function pricesBetween(groups: readonly NodeGroup[], coarse: Assignment): number[][] {
  const prices: number[][] = coarse.table.groups.map(() => []);
  for (let column = 0; column < coarse.columns; column++) {
    prices[coarse.groupOf[column]!]![coarse.positionOf[column]!] = coarse.v[column]!;
  }
  return prices.map((kept, group) => {
    const { asks } = groups[group]!;
    const fine: number[] = [];
    for (let position = 0; position < 2 * kept.length && position < asks.length; position++) {
      const low = position >> 1;
      const price = kept[low] ?? 0;
      const next = kept[low + 1] ?? 0;
      const from = asks[2 * low]!;
      const to = asks[2 * low + 2];
      // With no next ask, halfway; asks are many and close to one another where this matters.
      const part =
        position % 2 === 0 ? 0 : to === undefined ? 0.5 : (asks[position]! - from) / (to - from || 1);
      fine.push(Math.round(price + part * (next - price)));
    }
    while (fine.at(-1) === 0) fine.pop();
    return fine;
  });
}
