import { NodeId, WorkloadId } from '../domain/ids.ts';
import type { Entry } from '../domain/types.ts';
import { askCostMicro } from './askCost.ts';
import { Assignment, NONE } from './assignment.ts';
import { ClassedRound } from './ClassedRound.ts';
import { type CandidateRow, type CandidateTable, slotOf } from './candidates.ts';
import { takeLowestNodes } from './canonical.ts';
import type { Matcher, RoundInstance } from './Matcher.ts';
import { pairTable } from './pairTable.ts';
import { pointers, sellerOptimalDuals } from './prices.ts';

/** The canonical round: best welfare, VCG prices, ties to the lowest ids, and the certificate of all that. */
export const certifiedMatcher: Matcher = { name: 'certified', match: certifiedRound };

/**
 * @example
 * const entries = certifiedRound(instance);
 * checkCertificate(instance, entries); // []
 */
export function certifiedRound(round: RoundInstance | ClassedRound): readonly Entry[] {
  return round instanceof ClassedRound ? roundOfClasses(round) : roundOfPairs(round);
}

function roundOfPairs(instance: RoundInstance): readonly Entry[] {
  const table = pairTable(instance);
  const { workloads, nodes } = table;
  return entriesOf(
    table,
    workloads.map((w) => instance.workloads[w]!.id),
    (row, group) => instance.pair(workloads[row]!, nodes[group]!)!.costMicro,
  );
}

function roundOfClasses(round: ClassedRound): readonly Entry[] {
  const table = round.table();
  return entriesOf(
    table,
    round.workloads.map(({ id }) => id),
    (row, group, position) => {
      const { gpuSec } = table.rows[row]!;
      return askCostMicro(round.classes[group]!.asks[position]!, gpuSec[slotOf(table.rows[row]!, group)]!);
    },
  );
}

/** The entries of a table whose rows are these workloads. */
function entriesOf(
  table: CandidateTable,
  workloads: readonly number[],
  costMicro: (row: number, group: number, position: number) => number,
): readonly Entry[] {
  const assignment = new Assignment(table);
  for (const row of byWork(table.rows)) assignment.add(row);
  const duals = sellerOptimalDuals(assignment);
  takeLowestNodes(assignment, duals);
  const { next, rank } = pointers(assignment, duals);
  const entries: Entry[] = [];
  for (let row = 0; row < workloads.length; row++) {
    const column = assignment.columnOf[row]!;
    if (column === NONE) continue;
    const { groupOf, positionOf } = assignment;
    const vMicro = duals.v[column]!;
    entries.push({
      workload: WorkloadId(workloads[row]!),
      node: NodeId(assignment.nodeOf(column)),
      uMicro: duals.u[row]!,
      vMicro,
      priceMicro: costMicro(row, groupOf[column]!, positionOf[column]!) + vMicro,
      next: NodeId(next[row]!),
      rank: rank[row]!,
    });
  }
  return entries;
}

/** Longest work first: it gains the most of a low ask, so that fewer rows have to move later. */
function byWork(rows: readonly CandidateRow[]): number[] {
  const work = rows.map(({ gpuSec }) => gpuSec[0] ?? 0);
  return [...rows.keys()].sort((a, b) => work[b]! - work[a]! || a - b);
}
