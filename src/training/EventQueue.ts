/** Kinds of events, in the order in which those of one instant happen. */
export const RUN_ENDS = 0;
/** A node goes down, or comes back. */
export const NODE_CHANGES = 1;
/** The heartbeat of a node that is down is too old from the next round on. */
export const NODE_STALE = 2;
export const AUDITS = 3;
export const ARRIVAL = 4;

export interface Event {
  readonly timeSec: number;
  readonly kind: number;
  /** Of the run or the node; no two events of one instant and kind share it. */
  readonly id: number;
}

/** What is yet to happen, earliest first; ties by kind, then by id, so that the order is total (a binary heap). */
export class EventQueue {
  #heap: Event[] = [];

  get next(): Event | undefined {
    return this.#heap[0];
  }

  clear(): void {
    this.#heap.length = 0;
  }

  push(event: Event): void {
    const heap = this.#heap;
    let i = heap.push(event) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!precedes(event, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = event;
  }

  pop(): Event | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last !== undefined && heap.length > 0) this.#sink(last);
    return first;
  }

  save(): Event[] {
    return this.#heap.slice();
  }

  restore(saved: readonly Event[]): void {
    this.#heap = saved.slice();
  }

  #sink(event: Event): void {
    const heap = this.#heap;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && precedes(heap[child + 1]!, heap[child]!)) child++;
      if (!precedes(heap[child]!, event)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = event;
  }
}

function precedes(a: Event, b: Event): boolean {
  if (a.timeSec !== b.timeSec) return a.timeSec < b.timeSec;
  return a.kind !== b.kind ? a.kind < b.kind : a.id < b.id;
}
