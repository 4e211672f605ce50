import { NodeId, WorkloadId } from '../domain/ids.ts';
import type { Entry } from '../domain/types.ts';
import { Assignment, NONE } from './assignment.ts';
import type { ClassedRound } from './ClassedRound.ts';
import { slotOf } from './candidates.ts';
import { takeLowestNodes } from './canonical.ts';
import { costMicro } from './classTerms.ts';
import { optimalAssignment } from './coarseToFine.ts';
import type { Matcher, RoundInstance } from './Matcher.ts';
import { pairTable } from './pairTable.ts';
import { pointers, sellerOptimalDuals, tightColumns } from './prices.ts';

/** The canonical round: best welfare, VCG prices, ties to the lowest ids, and the certificate of all that. */
export const certifiedMatcher: Matcher = { name: 'certified', match: certifiedRound };

/**
 * @example
 * const entries = certifiedRound(instance);
 * checkCertificate(instance, entries); // []
 */
export function certifiedRound(instance: RoundInstance): readonly Entry[] {
  const table = pairTable(instance);
  const { workloads, nodes } = table;
  return entriesOf(
    optimalAssignment(table),
    workloads.map((w) => instance.workloads[w]!.id),
    (row, group) => instance.pair(workloads[row]!, nodes[group]!)!.costMicro,
  );
}

/** The same of a round at scale: of its first `count` workloads. */
export function certifiedRoundOfClasses(round: ClassedRound, count = round.rows): readonly Entry[] {
  return entriesOfClasses(round, optimalAssignment(round.upTo(count)));
}

/**
 * The round over all workloads, if it has no more than `full` entries; else over as few of the first as have `full`,
 * but for what ties allow. Workloads beyond are not even weighed.
 */
export function fullRoundOfClasses(
  round: ClassedRound,
  full: number,
): { readonly count: number; readonly entries: readonly Entry[] } {
  const nodes = round.groups.reduce((sum, { ids }) => sum + ids.length, 0);
  if (Math.min(round.rows, nodes) <= full)
    return { count: round.rows, entries: certifiedRoundOfClasses(round) };
  const all = new Assignment(round);
  let count = round.rows;
  for (let row = 0; row < round.rows; row++) {
    all.add(row);
    if (all.columns === full) count = Math.min(count, row + 1);
    if (all.columns > full) break;
  }
  if (all.columns <= full) return { count: round.rows, entries: entriesOfClasses(round, all) };
  // A tie at weight 0 may leave a workload unmatched in the canonical round, and so one more is needed.
  for (;;) {
    const entries = certifiedRoundOfClasses(round, count);
    if (entries.length >= full || count === round.rows) return { count, entries };
    count++;
  }
}

function entriesOfClasses(round: ClassedRound, assignment: Assignment): readonly Entry[] {
  return entriesOf(
    assignment,
    round.workloads.map(({ id }) => id),
    (row, group, position) => {
      const candidates = round.row(row);
      const gpuSec = candidates.gpuSec[slotOf(candidates, group)]!;
      return costMicro(round.groups[group]!.asks[position]!, gpuSec);
    },
  );
}

/** The entries of an assignment to which all rows were added. */
function entriesOf(
  assignment: Assignment,
  workloads: readonly number[],
  costOf: (row: number, group: number, position: number) => number,
): readonly Entry[] {
  const duals = sellerOptimalDuals(assignment);
  const tight = tightColumns(assignment, duals);
  takeLowestNodes(assignment, duals, tight);
  const { next, rank } = pointers(assignment, duals, tight);
  const entries: Entry[] = [];
  for (const [row, column] of assignment.columnOf.entries()) {
    if (column === NONE) continue;
    const { groupOf, positionOf } = assignment;
    const vMicro = duals.v[column]!;
    entries.push({
      workload: WorkloadId(workloads[row]!),
      node: NodeId(assignment.nodeOf(column)),
      uMicro: duals.u[row]!,
      vMicro,
      priceMicro: costOf(row, groupOf[column]!, positionOf[column]!) + vMicro,
      next: NodeId(next[row]!),
      rank: rank[row]!,
    });
  }
  return entries;
}
