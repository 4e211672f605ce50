import { NodeId } from '../domain/ids.ts';
import type { Entry } from '../domain/types.ts';
import { type FullMatrix, hungarian, INFEASIBLE, NONE } from './hungarian.ts';
import type { Matcher, RoundInstance } from './Matcher.ts';

/**
 * The canonical round in the plainest way there is, and a slow one: what the fast matcher is held against. Every line is
 * a sentence of docs/PROTOCOL.md, "The round and its certificate"; the Hungarian method over the full matrix is the only
 * algorithm, and it runs again for every question: without a seller, for its price; with a pair given, for its place.
 */
export const referenceMatcher: Matcher = { name: 'reference', match: referenceRound };

function referenceRound(instance: RoundInstance): readonly Entry[] {
  const workloads = indicesById(instance.workloads);
  const nodes = indicesById(instance.nodes);
  const matrix = matrixOf(instance, workloads, nodes);
  const columnOf = lowestOf(matrix);
  const rowOf = new Map(columnOf.flatMap((column, row) => (column === NONE ? [] : [[column, row]])));
  const v = vcgDuals(matrix, rowOf);
  const u = columnOf.map((column, row) => (column === NONE ? 0 : weightOf(matrix, row, column) - v[column]!));
  const pricedBy = (row: number) =>
    nodes.flatMap((_, column) => {
      const weight = weightOf(matrix, row, column);
      const prices = weight !== INFEASIBLE && column !== columnOf[row] && weight - u[row]! === v[column]!;
      return prices ? [column] : [];
    });
  const ranks = ranksOf(columnOf, u, rowOf, pricedBy);

  return columnOf.flatMap((column, row) => {
    if (column === NONE) return [];
    const rank = ranks[row]!;
    const next =
      u[row] === 0 ? undefined : pricedBy(row).find((c) => rankOfHolder(rowOf, ranks, c) === rank - 1);
    const { costMicro } = instance.pair(workloads[row]!, nodes[column]!)!;
    return [
      {
        workload: instance.workloads[workloads[row]!]!.id,
        node: instance.nodes[nodes[column]!]!.id,
        uMicro: u[row]!,
        vMicro: v[column]!,
        priceMicro: costMicro + v[column]!,
        next: next === undefined ? NodeId(0) : instance.nodes[nodes[next]!]!.id,
        rank,
      },
    ];
  });
}

/** Row by row, the lowest column with which the welfare can still be the best there is; unmatched if there is none. */
function lowestOf(matrix: FullMatrix): number[] {
  const { u, v } = hungarian(matrix);
  const best = welfareOf(matrix);
  const lowest: number[] = [];
  let left = matrix;
  let fixed = 0n;
  for (let row = 0; row < matrix.rows; row++) {
    const column = lowestColumn(row);
    lowest.push(column);
    if (column !== NONE) fixed += BigInt(weightOf(matrix, row, column));
    left = without(left, row, column);
  }
  return lowest;

  function lowestColumn(row: number): number {
    for (let column = 0; column < matrix.columns; column++) {
      const weight = weightOf(left, row, column);
      // Any dual solution is tight on every pair of every optimal assignment: others need not be tried.
      if (weight === INFEASIBLE || weight - u[row]! !== v[column]!) continue;
      if (fixed + BigInt(weight) + welfareOf(without(left, row, column)) === best) return column;
    }
    return NONE;
  }
}

/** v of a node is what the welfare loses without it. */
function vcgDuals(matrix: FullMatrix, rowOf: ReadonlyMap<number, number>): number[] {
  const best = welfareOf(matrix);
  return Array.from({ length: matrix.columns }, (_, column) =>
    rowOf.has(column) ? Number(best - welfareOf(without(matrix, NONE, column))) : 0,
  );
}

/** Rank 0: u = 0, or priced by an unlisted node; else one more than the lowest rank among the nodes that price it. */
function ranksOf(
  columnOf: readonly number[],
  u: readonly number[],
  rowOf: ReadonlyMap<number, number>,
  pricedBy: (row: number) => number[],
): number[] {
  const ranks = u.map((uMicro) => (uMicro === 0 ? 0 : Number.POSITIVE_INFINITY));
  const waiting = columnOf.flatMap((column, row) => (column === NONE || u[row] === 0 ? [] : [row]));
  const setters = new Map(waiting.map((row) => [row, pricedBy(row)]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const row of waiting) {
      const rank = 1 + Math.min(...setters.get(row)!.map((c) => rankOfHolder(rowOf, ranks, c)));
      if (rank >= ranks[row]!) continue;
      ranks[row] = rank;
      changed = true;
    }
  }
  return ranks;
}

/** One less than what it lets others have: -1 for an unlisted node. */
function rankOfHolder(rowOf: ReadonlyMap<number, number>, ranks: readonly number[], column: number): number {
  const holder = rowOf.get(column);
  return holder === undefined ? -1 : ranks[holder]!;
}

/** The best welfare: a sum of weights, which may exceed 2^53. */
function welfareOf(matrix: FullMatrix): bigint {
  let welfare = 0n;
  for (const [row, column] of hungarian(matrix).columnOf.entries()) {
    if (column !== NONE) welfare += BigInt(weightOf(matrix, row, column));
  }
  return welfare;
}

/** The same matrix where a row and a column have no feasible pair; NONE leaves all. */
function without(matrix: FullMatrix, row: number, column: number): FullMatrix {
  const { rows, columns } = matrix;
  const micro = matrix.micro.slice();
  if (row !== NONE) micro.fill(INFEASIBLE, row * columns, (row + 1) * columns);
  if (column !== NONE) for (let r = 0; r < rows; r++) micro[r * columns + column] = INFEASIBLE;
  return { rows, columns, micro };
}

function weightOf({ columns, micro }: FullMatrix, row: number, column: number): number {
  return micro[row * columns + column]!;
}

/** Rows and columns ascend by id, so that a lower index is a lower id. */
function matrixOf(
  instance: RoundInstance,
  workloads: readonly number[],
  nodes: readonly number[],
): FullMatrix {
  const micro = Float64Array.from({ length: workloads.length * nodes.length }, (_, i) => {
    const pair = instance.pair(workloads[Math.floor(i / nodes.length)]!, nodes[i % nodes.length]!);
    return pair === null ? INFEASIBLE : pair.weightMicro;
  });
  return { rows: workloads.length, columns: nodes.length, micro };
}

function indicesById(items: readonly { readonly id: number }[]): number[] {
  return [...items.keys()].sort((a, b) => items[a]!.id - items[b]!.id);
}
