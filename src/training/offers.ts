import { FEATURES } from '../domain/index.ts';
import { costMicro, gpuSecOn, greenMicro } from '../match/classTerms.ts';
import { NodeClasses } from '../match/NodeClasses.ts';
import { nthLargest } from '../match/nthLargest.ts';
import type { Simulation } from './Simulation.ts';
import type { SimulatedWorkload } from './workloads.ts';

/** Most pairs of one decision. */
export const MAX_CANDIDATES = 64;
/** Of larger networks, workloads are held against classes of nodes, anew in each round. */
const FEW_NODES = 1_024;
/** Nodes kept of a workload there: as many as a decision can show, and as many again for those taken meanwhile. */
const KEPT_NODES = 2 * MAX_CANDIDATES;

/** A workload's feasible nodes, whatever room they have; the best weight first, then the lower index. */
interface Ranking {
  readonly nodes: readonly number[];
  readonly weightMicro: readonly number[];
  readonly gpuSec: readonly number[];
}

/** A workload in a round. */
interface Row {
  readonly workload: SimulatedWorkload;
  ranking: Ranking;
  /** Of the records, or of the round, that the ranking was made of. */
  version: number;
  /** Nodes that had been taken when it was made. */
  taken: number;
  /** Places in the ranking with room when round `stamp` began, best first. */
  withRoom: number[];
  stamp: number;
  /** In this choice: how many of `withRoom` were looked at, and the places that it got. */
  next: number;
  readonly chosen: Int32Array;
  count: number;
}

/**
 * The pairs of one decision, by workload and node: all feasible ones if they are at most 64; else each workload's best node
 * by weight, then each one's second, and so on, of the 64 workloads with the largest budgets that have a feasible node.
 */
export class Offers {
  count = 0;
  readonly node = new Int32Array(MAX_CANDIDATES);
  readonly weightMicro = new Float64Array(MAX_CANDIDATES);
  readonly gpuSec = new Float64Array(MAX_CANDIDATES);

  readonly #simulation: Simulation;
  readonly #isLarge: boolean;
  readonly #slots: Row[] = [];
  readonly #rows = new WeakMap<SimulatedWorkload, Row>();
  /** By id: those that take turns. */
  readonly #turns: Row[] = [];
  /** The other open workloads of the round; the largest budget, and of equal ones the lowest id, last. */
  #reserve: SimulatedWorkload[] = [];
  #stamp = -1;
  readonly #classes = new NodeClasses();

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.#isLarge = simulation.scenario.nodes.length > FEW_NODES;
  }

  workload(slot: number): SimulatedWorkload {
    return this.#slots[slot]!.workload;
  }

  writeFeatures(into: Int16Array): void {
    for (let i = 0; i < this.count; i++) {
      this.#simulation.writeFeatures(this.workload(i), this.node[i]!, into, i * FEATURES);
    }
  }

  /** Brings the pairs up to date after a match, or in another round. */
  refresh(): void {
    const { stamp, open } = this.#simulation;
    if (stamp === this.#stamp) this.#dropExhausted();
    else this.#startRound(stamp, open);
    this.#fillTurns();
    this.#choose();
  }

  #startRound(stamp: number, open: readonly SimulatedWorkload[]): void {
    this.#stamp = stamp;
    this.#turns.length = 0;
    this.#reserve = open.slice();
    if (open.length > MAX_CANDIDATES)
      this.#reserve.sort((a, b) => a.budgetMicro - b.budgetMicro || b.id - a.id);
    if (this.#isLarge) this.#classes.update(this.#simulation.round, this.#simulation.bound);
  }

  #dropExhausted(): void {
    let kept = 0;
    for (const row of this.#turns) {
      if (row.workload.ending === 'open' && this.#firstFree(row, 0) >= 0) this.#turns[kept++] = row;
    }
    this.#turns.length = kept;
  }

  #fillTurns(): void {
    let isSorted = true;
    while (this.#turns.length < MAX_CANDIDATES) {
      const workload = this.#reserve.pop();
      if (workload === undefined) break;
      const row = this.#rowOf(workload);
      if (this.#firstFree(row, 0) < 0) continue;
      this.#turns.push(row);
      isSorted = false;
    }
    if (!isSorted) this.#turns.sort((a, b) => a.workload.id - b.workload.id);
  }

  /** In turns; each row's places go to its slots by node. */
  #choose(): void {
    for (const row of this.#turns) {
      row.next = 0;
      row.count = 0;
    }
    let total = 0;
    for (let before = -1; total > before && total < MAX_CANDIDATES; ) {
      before = total;
      for (const row of this.#turns) {
        const at = this.#firstFree(row, row.next);
        row.next = at < 0 ? row.withRoom.length : at + 1;
        if (at < 0) continue;
        insertByNode(row, row.withRoom[at]!);
        row.count++;
        if (++total === MAX_CANDIDATES) break;
      }
    }
    this.count = 0;
    for (const row of this.#turns) for (let k = 0; k < row.count; k++) this.#offer(row, row.chosen[k]!);
  }

  #offer(row: Row, place: number): void {
    const slot = this.count++;
    this.#slots[slot] = row;
    this.node[slot] = row.ranking.nodes[place]!;
    this.weightMicro[slot] = row.ranking.weightMicro[place]!;
    this.gpuSec[slot] = row.ranking.gpuSec[place]!;
  }

  /** The first of `withRoom` from `from` on that is not taken; -1 where there is none. */
  #firstFree(row: Row, from: number): number {
    const { taken, takenCount } = this.#simulation;
    if (this.#isLarge && takenCount - row.taken > KEPT_NODES - MAX_CANDIDATES) {
      this.#rank(row);
      from = 0;
    }
    const { withRoom, ranking } = row;
    for (let i = from; i < withRoom.length; i++) if (taken[ranking.nodes[withRoom[i]!]!] === 0) return i;
    return -1;
  }

  #rowOf(workload: SimulatedWorkload): Row {
    let row = this.#rows.get(workload);
    if (row === undefined) {
      row = {
        workload,
        ranking: { nodes: [], weightMicro: [], gpuSec: [] },
        version: -1,
        taken: 0,
        withRoom: [],
        stamp: -1,
        next: 0,
        chosen: new Int32Array(MAX_CANDIDATES),
        count: 0,
      };
      this.#rows.set(workload, row);
    }
    if (row.version !== this.#version) this.#rank(row);
    else if (row.stamp !== this.#stamp) this.#keepRooms(row);
    return row;
  }

  /** What rankings are valid for. */
  get #version(): number {
    return this.#isLarge ? this.#stamp : this.#simulation.recordsVersion;
  }

  #rank(row: Row): void {
    row.ranking = this.#isLarge ? this.#bestOfClasses(row.workload) : this.#allOf(row.workload);
    row.version = this.#version;
    row.taken = this.#simulation.takenCount;
    this.#keepRooms(row);
  }

  #keepRooms(row: Row): void {
    const { nodes } = this.#simulation;
    const { withRoom, ranking, workload } = row;
    withRoom.length = 0;
    for (let i = 0; i < ranking.nodes.length; i++) {
      if (nodes[ranking.nodes[i]!]!.freeGpus >= workload.spec.gpus) withRoom.push(i);
    }
    row.stamp = this.#stamp;
  }

  #allOf(workload: SimulatedWorkload): Ranking {
    const simulation = this.#simulation;
    const pairs: RankedNode[] = [];
    for (let node = 0; node < simulation.nodes.length; node++) {
      const gpuSec = simulation.gpuSec(workload, node);
      if (gpuSec === Number.POSITIVE_INFINITY) continue;
      const weightMicro = simulation.weightMicro(workload, node, gpuSec);
      if (weightMicro >= 0) pairs.push({ node, weightMicro, gpuSec });
    }
    return ranked(pairs);
  }

  /** Of nodes with room that are not taken: as many of the best as are kept. */
  #bestOfClasses(workload: SimulatedWorkload): Ranking {
    const { taken, scenario } = this.#simulation;
    const { spec, budgetMicro } = workload;
    const pairs: RankedNode[] = [];
    for (const one of this.#classes.list) {
      const gpuSec = gpuSecOn(spec, one, scenario.parameters.flagBelowTrustBps);
      if (gpuSec === Number.POSITIVE_INFINITY) continue;
      const surplus = budgetMicro - greenMicro(one, gpuSec, scenario.parameters);
      let kept = 0;
      for (let i = 0; i < one.ids.length && kept < KEPT_NODES; i++) {
        const weightMicro = surplus - costMicro(one.asks[i]!, gpuSec);
        if (weightMicro < 0) break;
        const node = one.ids[i]! - 1;
        if (taken[node] === 1) continue;
        pairs.push({ node, weightMicro, gpuSec });
        kept++;
      }
    }
    if (pairs.length <= KEPT_NODES) return ranked(pairs);
    const least = nthLargest(
      Float64Array.from(pairs, ({ weightMicro }) => weightMicro),
      KEPT_NODES,
    );
    return ranked(pairs.filter(({ weightMicro }) => weightMicro >= least));
  }
}

interface RankedNode {
  readonly node: number;
  readonly weightMicro: number;
  readonly gpuSec: number;
}

function ranked(pairs: RankedNode[]): Ranking {
  pairs.sort((a, b) => b.weightMicro - a.weightMicro || a.node - b.node);
  return {
    nodes: pairs.map(({ node }) => node),
    weightMicro: pairs.map(({ weightMicro }) => weightMicro),
    gpuSec: pairs.map(({ gpuSec }) => gpuSec),
  };
}

function insertByNode({ ranking, chosen, count }: Row, place: number): void {
  let k = count;
  for (; k > 0 && ranking.nodes[chosen[k - 1]!]! > ranking.nodes[place]!; k--) chosen[k] = chosen[k - 1]!;
  chosen[k] = place;
}
