import { NodeId } from '../domain/ids.ts';
import type { Entry } from '../domain/types.ts';
import { NONE, optimalAssignment } from './assignment.ts';
import { takeLowestColumns } from './canonical.ts';
import type { Matcher, RoundInstance } from './Matcher.ts';
import { sellerOptimalPrices } from './prices.ts';
import { weightTable } from './weightTable.ts';

/** The canonical round: best welfare, VCG prices, ties to the lowest ids, and the certificate of all that. */
export const certifiedMatcher: Matcher = { name: 'certified', match: certifiedRound };

/**
 * @example
 * const entries = certifiedRound(instance);
 * checkCertificate(instance, entries); // []
 */
export function certifiedRound(instance: RoundInstance): readonly Entry[] {
  const table = weightTable(instance);
  const assignment = optimalAssignment(table);
  takeLowestColumns(table, assignment);
  const { u, v, next, rank } = sellerOptimalPrices(table, assignment);
  const entries: Entry[] = [];
  for (let row = 0; row < table.rows; row++) {
    const column = assignment.columnOf[row]!;
    if (column === NONE) continue;
    const w = table.workloadIndex[row]!;
    const c = table.nodeIndex[column]!;
    entries.push({
      workload: instance.workloads[w]!.id,
      node: instance.nodes[c]!.id,
      uMicro: u[row]!,
      vMicro: v[column]!,
      priceMicro: instance.pair(w, c)!.costMicro + v[column]!,
      next: next[row] === NONE ? NodeId(0) : instance.nodes[table.nodeIndex[next[row]!]!]!.id,
      rank: rank[row]!,
    });
  }
  return entries;
}
