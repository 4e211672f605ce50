import type { NetworkState } from '../state/index.ts';
import type { Expect } from './Finding.ts';

interface Counted {
  readonly gpus: number;
  readonly freeGpus: number;
}
const NOT_COUNTED: Counted = { gpus: 0, freeGpus: 0 };

/** GPUs that a workload holds, and where. */
interface Held {
  readonly node: number;
  readonly gpus: number;
}

/**
 * The counters of the network as nodes and workloads make them, kept beside those that the log says. Only what a
 * transaction touched is counted again.
 */
export class Books {
  readonly #state: NetworkState;
  readonly #counted = new Map<number, Counted>();
  readonly #held = new Map<number, Held>();
  readonly #heldOf = new Map<number, number>();
  readonly #open = new Set<number>();
  #gpus = 0;
  #freeGpus = 0;

  constructor(state: NetworkState) {
    this.#state = state;
  }

  /** To be called after each transaction, with the nodes and workloads that it spoke of. */
  balance(nodes: ReadonlySet<number>, workloads: ReadonlySet<number>, expect: Expect): void {
    const { networkGpus, workloadCounters } = this.#state;
    const touched = new Set(nodes);
    for (const workload of workloads) this.#recountWorkload(workload, touched);
    for (const node of touched) this.#recountNode(node, expect);
    expect('counters.gpus', this.#gpus, networkGpus.newest?.gpus ?? 0);
    expect('counters.freeGpus', this.#freeGpus, networkGpus.newest?.freeGpus ?? 0);
    expect('counters.openWorkloads', this.#open.size, workloadCounters.newest?.openWorkloads ?? 0);
    expect(
      'counters.newestWorkload',
      this.#state.workloads.size,
      workloadCounters.newest?.newestWorkload ?? 0,
    );
  }

  #recountWorkload(id: number, touched: Set<number>) {
    const workload = this.#state.workloads.get(id);
    if (workload === undefined) return;
    const { status, node, spec } = workload;
    if (status === 'Open') this.#open.add(id);
    else this.#open.delete(id);

    const before = this.#held.get(id);
    if (before !== undefined) this.#hold(before.node, -before.gpus, touched);
    this.#held.delete(id);
    if (status !== 'Matched' && status !== 'Running') return;
    this.#held.set(id, { node, gpus: spec.gpus });
    this.#hold(node, spec.gpus, touched);
  }

  #hold(node: number, gpus: number, touched: Set<number>) {
    this.#heldOf.set(node, (this.#heldOf.get(node) ?? 0) + gpus);
    touched.add(node);
  }

  /** A node that asked to leave is fresh until round 0, and counts no more. */
  #recountNode(id: number, expect: Expect) {
    const record = this.#state.nodes.get(id)?.records.newest?.record;
    if (record === undefined) return;
    const { gpus, freeGpus, freshUntilRound } = record;
    expect('record.freeGpus', gpus - (this.#heldOf.get(id) ?? 0), freeGpus, { node: id });
    const before = this.#counted.get(id) ?? NOT_COUNTED;
    const now = freshUntilRound === 0 ? NOT_COUNTED : { gpus, freeGpus };
    this.#gpus += now.gpus - before.gpus;
    this.#freeGpus += now.freeGpus - before.freeGpus;
    this.#counted.set(id, now);
  }
}
