import { NodeId } from '../domain/ids.ts';
import type { Entry } from '../domain/types.ts';
import type { Matcher, RoundInstance } from './Matcher.ts';

/**
 * The canonical round in the plainest way there is, and the slowest: what the fast matcher is held against. Every
 * line is a sentence of docs/PROTOCOL.md, "The round and its certificate"; the Hungarian method is the only algorithm.
 */
export const referenceMatcher: Matcher = { name: 'reference', match: referenceRound };

/** A row of the weight table, `undefined` where a pair is not feasible. Rows and columns ascend by id. */
type Weights = readonly (readonly (bigint | undefined)[])[];

function referenceRound(instance: RoundInstance): readonly Entry[] {
  const workloads = [...instance.workloads.keys()].sort(
    (a, b) => instance.workloads[a]!.id - instance.workloads[b]!.id,
  );
  const nodes = [...instance.nodes.keys()].sort((a, b) => instance.nodes[a]!.id - instance.nodes[b]!.id);
  const pairs = workloads.map((w) => nodes.map((c) => instance.pair(w, c)));
  const weights: Weights = pairs.map((row) =>
    row.map((pair) => (pair === null ? undefined : BigInt(pair.weightMicro))),
  );

  const columnOf = lowestOf(weights);
  const rowOf = new Map(columnOf.flatMap((column, row) => (column === undefined ? [] : [[column, row]])));
  const v = vcgDuals(weights, rowOf);
  const u = columnOf.map((column, row) => (column === undefined ? 0n : weights[row]![column]! - v[column]!));
  const pricedBy = (row: number) =>
    nodes.flatMap((_, c) => (c !== columnOf[row] && weights[row]![c] === u[row]! + v[c]! ? [c] : []));
  const ranks = ranksOf(columnOf, u, rowOf, pricedBy);

  return columnOf.flatMap((column, row) => {
    if (column === undefined) return [];
    const rank = ranks[row]!;
    const next =
      u[row] === 0n ? undefined : pricedBy(row).find((c) => rankOfHolder(rowOf, ranks, c) === rank - 1);
    return [
      {
        workload: instance.workloads[workloads[row]!]!.id,
        node: instance.nodes[nodes[column]!]!.id,
        uMicro: Number(u[row]),
        vMicro: Number(v[column]),
        priceMicro: pairs[row]![column]!.costMicro + Number(v[column]),
        next: next === undefined ? NodeId(0) : instance.nodes[nodes[next]!]!.id,
        rank,
      },
    ];
  });
}

/** Row by row, the lowest column with which the welfare can still be the best there is; unmatched if there is none. */
function lowestOf(weights: Weights): (number | undefined)[] {
  const columns = weights[0]?.length ?? 0;
  const best = welfareOf(weights);
  let left = weights;
  let fixed = 0n;
  return weights.map((own, row) => {
    for (let column = 0; column < columns; column++) {
      const weight = left[row]![column];
      if (weight === undefined) continue;
      const without = left.map((other, r) => other.map((w, c) => (r <= row || c === column ? undefined : w)));
      if (fixed + weight + welfareOf(without) !== best) continue;
      left = without;
      fixed += own[column]!;
      return column;
    }
    left = left.map((other, r) => (r <= row ? other.map(() => undefined) : other));
    return undefined;
  });
}

/** v of a node is what the welfare loses without it. */
function vcgDuals(weights: Weights, rowOf: ReadonlyMap<number, number>): bigint[] {
  const best = welfareOf(weights);
  return (weights[0] ?? []).map((_, column) =>
    rowOf.has(column)
      ? best - welfareOf(weights.map((row) => row.map((w, c) => (c === column ? undefined : w))))
      : 0n,
  );
}

/** Rank 0: u = 0, or priced by an unlisted node; else one more than the lowest rank among the nodes that price it. */
function ranksOf(
  columnOf: readonly (number | undefined)[],
  u: readonly bigint[],
  rowOf: ReadonlyMap<number, number>,
  pricedBy: (row: number) => number[],
): number[] {
  const ranks = columnOf.map((_, row) => (u[row] === 0n ? 0 : Number.POSITIVE_INFINITY));
  for (let changed = true; changed; ) {
    changed = false;
    columnOf.forEach((column, row) => {
      if (column === undefined || u[row] === 0n) return;
      const rank = 1 + Math.min(...pricedBy(row).map((c) => rankOfHolder(rowOf, ranks, c)));
      if (rank < ranks[row]!) {
        ranks[row] = rank;
        changed = true;
      }
    });
  }
  return ranks;
}

/** One less than what it lets others have: -1 for an unlisted node. */
function rankOfHolder(rowOf: ReadonlyMap<number, number>, ranks: readonly number[], column: number): number {
  const holder = rowOf.get(column);
  return holder === undefined ? -1 : ranks[holder]!;
}

/**
 * The best welfare: the Hungarian method in its shortest known form (rows against prices of columns, one augmenting
 * path a row), on costs -W. Each row may also take a column of its own, worth 0: that is how it stays unmatched.
 */
function welfareOf(weights: Weights): bigint {
  const rows = weights.length;
  const columns = weights[0]?.length ?? 0;
  const cost = (row: number, column: number) => {
    if (column >= columns) return column - columns === row ? 0n : undefined;
    const weight = weights[row]![column];
    return weight === undefined ? undefined : -weight;
  };
  const size = columns + rows;
  const rowPrice = new Array<bigint>(rows).fill(0n);
  const columnPrice = new Array<bigint>(size + 1).fill(0n);
  const rowOf = new Array<number>(size + 1).fill(-1); // the last place holds the row that is being added
  for (let row = 0; row < rows; row++) {
    const slack = new Array<bigint | undefined>(size).fill(undefined);
    const cameFrom = new Array<number>(size).fill(size);
    const isUsed = new Array<boolean>(size + 1).fill(false);
    rowOf[size] = row;
    let at = size;
    while (rowOf[at] !== -1) {
      isUsed[at] = true;
      const r = rowOf[at]!;
      let nearest = -1;
      for (let c = 0; c < size; c++) {
        if (isUsed[c]) continue;
        const pairCost = cost(r, c);
        const reduced = pairCost === undefined ? undefined : pairCost - rowPrice[r]! - columnPrice[c]!;
        if (reduced !== undefined && (slack[c] === undefined || reduced < slack[c]!)) {
          slack[c] = reduced;
          cameFrom[c] = at;
        }
        if (slack[c] !== undefined && (nearest === -1 || slack[c]! < slack[nearest]!)) nearest = c;
      }
      const step = slack[nearest]!;
      for (let c = 0; c <= size; c++) {
        if (isUsed[c]) {
          rowPrice[rowOf[c]!]! += step;
          columnPrice[c]! -= step;
        } else if (c < size && slack[c] !== undefined) slack[c]! -= step;
      }
      at = nearest;
    }
    while (at !== size) {
      rowOf[at] = rowOf[cameFrom[at]!]!;
      at = cameFrom[at]!;
    }
  }
  let welfare = 0n;
  for (let c = 0; c < columns; c++) if (rowOf[c] !== -1) welfare += weights[rowOf[c]!]![c]!;
  return welfare;
}
