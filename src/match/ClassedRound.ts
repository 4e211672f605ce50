import { AICChainError, type NodeRecord, type ParameterValues, type WorkloadSpec } from '../domain/index.ts';
import { type CandidateRow, type CandidateTable, INFEASIBLE, weightIn } from './candidates.ts';
import { costMicro, gpuSecOn, greenMicro, qualityMicro } from './classTerms.ts';
import type { NodeClass, NodeClasses } from './NodeClasses.ts';
import { nthLargest } from './nthLargest.ts';
import type { WeightParameters } from './weight.ts';

/** A workload that is open in the round. */
export interface OpenWorkload {
  readonly id: number;
  readonly spec: WorkloadSpec;
  readonly budgetMicro: number;
}

/** What the policy that binds in a round makes of pairs. A penalty depends on nothing but what a class has in common. */
export interface Scores {
  /** into[i] = the penalty, 0..65535, of a workload on records[i], for every i in `which`; they are eligible for it. */
  penalties(
    spec: WorkloadSpec,
    budgetMicro: number,
    records: readonly NodeRecord[],
    into: Uint16Array,
    which: ArrayLike<number>,
  ): void;
}

/** Policy 0: price alone. */
export const priceAlone: Scores = {
  penalties(_spec, _budgetMicro, records, into) {
    into.fill(0, 0, records.length);
  },
};

export interface RoundTerms {
  /** Updated to the round; not to be updated again while the round is in use. */
  readonly nodes: NodeClasses;
  /** Open in the round and covered by it, in any order. */
  readonly workloads: readonly OpenWorkload[];
  readonly parameters: WeightParameters & Pick<ParameterValues, 'flagBelowTrustBps'>;
  readonly scores: Scores;
}

/**
 * A round at scale: a pair's terms are worked out once a class, and never where even the lowest ask without any penalty
 * is over the budget.
 *
 * Pruning: with m workloads, a workload needs only its first m + 1 nodes by (weight descending, id). A row keeps
 * every class with a node as good as its (m + 1)-th class has, so it keeps those nodes. Why they are enough:
 * - Assignment. Were w given a node outside its first m, one of these m would be free, as at most m - 1 are held by
 *   others. Moving w there does not lower welfare; if it does not raise it, the id is lower. So that was not canonical.
 * - Prices. v of a node c is what welfare loses without c, and without c the same holds of the first m of the rest:
 *   they are among the first m + 1. (m are not enough: with one workload, the price is set by its second node.)
 * - Pointers. Of the first m + 1, one that is not w's own is free, at v = 0, and bounds u from below at least as tightly
 *   as any node beyond. A node beyond prices w only where that free one does too, at rank 0 and with the lower id.
 */
export class ClassedRound implements RoundTerms, CandidateTable {
  readonly nodes: NodeClasses;
  /** The classes of `nodes`. */
  readonly groups: readonly NodeClass[];
  readonly rows: number;
  /** Ascending by id. */
  readonly workloads: readonly OpenWorkload[];
  readonly parameters: RoundTerms['parameters'];
  readonly scores: Scores;
  readonly #records: readonly NodeRecord[];
  readonly #rows: (CandidateRow | undefined)[];
  readonly #scratch: {
    eligible: Int32Array;
    gpuSec: Float64Array;
    surplus: Float64Array;
    penalties: Uint16Array;
  };

  constructor({ nodes, workloads, parameters, scores }: RoundTerms) {
    const { length } = nodes.list;
    this.nodes = nodes;
    this.groups = nodes.list;
    this.rows = workloads.length;
    this.workloads = [...workloads].sort((a, b) => a.id - b.id);
    this.parameters = parameters;
    this.scores = scores;
    this.#records = this.groups.map(({ record }) => record);
    this.#rows = new Array(workloads.length);
    this.#scratch = {
      eligible: new Int32Array(length),
      gpuSec: new Float64Array(length),
      surplus: new Float64Array(length),
      penalties: new Uint16Array(length),
    };
  }

  /** The round of the first `count` workloads only. */
  upTo(count: number): CandidateTable {
    return { groups: this.groups, rows: count, row: (index) => this.row(index) };
  }

  /** The classes that can be matched to a workload, by index into `workloads`; pruned. */
  row(row: number): CandidateRow {
    const known = this.#rows[row];
    if (known !== undefined) return known;
    const made = pruned(this.wholeRow(row), this.groups, this.rows + 1);
    this.#rows[row] = made;
    return made;
  }

  /** The same with all classes, worked out again. */
  wholeRow(row: number): CandidateRow {
    const { spec, budgetMicro } = this.workloads[row]!;
    const { groups, parameters } = this;
    const { eligible, gpuSec, surplus, penalties } = this.#scratch;
    if (!Number.isSafeInteger(budgetMicro)) {
      throw new AICChainError('NotSafeInteger', `budget ${budgetMicro} does not fit 2^53 − 1`);
    }
    let count = 0;
    for (let group = 0; group < groups.length; group++) {
      const one = groups[group]!;
      const work = gpuSecOn(spec, one, parameters.flagBelowTrustBps);
      if (work === Number.POSITIVE_INFINITY) continue;
      const rest = budgetMicro - greenMicro(one, work, parameters);
      if (rest < costMicro(one.asks[0]!, work)) continue;
      eligible[count] = group;
      gpuSec[count] = work;
      surplus[count] = rest;
      count++;
    }
    const which = eligible.subarray(0, count);
    this.scores.penalties(spec, budgetMicro, this.#records, penalties, which);
    for (let i = 0; i < count; i++)
      surplus[i]! -= qualityMicro(penalties[which[i]!]!, gpuSec[i]!, parameters);
    return {
      groups: eligible.slice(0, count),
      surplusMicro: surplus.slice(0, count),
      gpuSec: gpuSec.slice(0, count),
      restMicro: INFEASIBLE,
    };
  }
}

/** Leaves out what is not feasible even at the lowest ask, and all but the `most` best classes and those as good. */
function pruned(row: CandidateRow, classes: readonly NodeClass[], most: number): CandidateRow {
  const { length } = row.groups;
  const weights = new Float64Array(length);
  let feasible = 0;
  for (let slot = 0; slot < length; slot++) {
    weights[slot] = weightIn(row, slot, classes[row.groups[slot]!]!.asks[0]!);
    if (weights[slot] !== INFEASIBLE) feasible++;
  }
  if (feasible === length && length <= most) return row;
  const least = nthLargest(weights, most);
  const { groups, surplusMicro, gpuSec } = row;
  let kept = 0;
  let restMicro = INFEASIBLE;
  for (let slot = 0; slot < length; slot++) {
    const weight = weights[slot]!;
    if (weight === INFEASIBLE) continue;
    if (weight >= least) {
      groups[kept] = groups[slot]!;
      surplusMicro[kept] = surplusMicro[slot]!;
      gpuSec[kept] = gpuSec[slot]!;
      kept++;
    } else if (weight > restMicro) restMicro = weight;
  }
  return {
    groups: groups.subarray(0, kept),
    surplusMicro: surplusMicro.subarray(0, kept),
    gpuSec: gpuSec.subarray(0, kept),
    restMicro,
  };
}
