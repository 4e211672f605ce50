import { type Entry, NodeId, Round, WorkloadId } from '../../src/domain/index.ts';
import { certifiedRound } from '../../src/match/certified.ts';
import { entriesHash } from '../../src/match/entriesHash.ts';
import type { Pair } from '../../src/match/Matcher.ts';
import { type Random, randomFrom } from './random.ts';
import { columnsOf } from './table.ts';

/** Rows, columns, largest weight: small weights make ties, on which canonical order and ranks depend. */
const SIZES = [
  ...Array.from({ length: 12 }, () => [4, 4, 3] as const),
  ...Array.from({ length: 8 }, () => [5, 7, 6] as const),
  ...Array.from({ length: 6 }, () => [9, 5, 20] as const),
  ...Array.from({ length: 4 }, () => [12, 16, 2 ** 40] as const),
  [40, 50, 12] as const,
  [40, 30, 2 ** 52] as const,
];

export function certificateVectors() {
  const random = randomFrom(8);
  return {
    roundCount: SIZES.length,
    rounds: SIZES.map(([rows, columns, largest]) => roundCase(random, rows, columns, largest)),
  };
}

/** Weights and costs row by row; weight −1 is a pair that is not feasible. */
function roundCase(random: Random, rows: number, columns: number, largest: number) {
  const workloads = ascendingIds(random, rows);
  const nodes = ascendingIds(random, columns);
  const pairs = Array.from({ length: rows * columns }, (): Pair | null =>
    random.chance(5) ? null : { weightMicro: random.below(largest + 1), costMicro: random.below(1_000_000) },
  );
  const entries = certifiedRound({
    round: Round(1),
    workloads: workloads.map((id) => ({ id: WorkloadId(id) })),
    nodes: nodes.map((id) => ({ id: NodeId(id) })),
    pair: (w, c) => pairs[w * columns + c]!,
  });
  return {
    workloads,
    nodes,
    weightMicro: pairs.map((pair) => pair?.weightMicro ?? -1),
    costMicro: pairs.map((pair) => pair?.costMicro ?? 0),
    entryCount: entries.length,
    entries: entries.length === 0 ? {} : columnsOf(entries.map(inOrder)),
    entriesHash: entriesHash(entries),
  };
}

const inOrder = ({ workload, node, uMicro, vMicro, priceMicro, next, rank }: Entry) => ({
  ...{ workload, node, uMicro, vMicro, priceMicro, next, rank },
});

function ascendingIds(random: Random, count: number): number[] {
  let last = 0;
  return Array.from({ length: count }, () => {
    last += 1 + random.below(5);
    return last;
  });
}
