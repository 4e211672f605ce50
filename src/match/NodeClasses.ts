import type { NodeRecord, NodeSpeed } from '../domain/index.ts';
import type { NodeGroup } from './candidates.ts';
import { type ClassTraits, traitsOf } from './classTerms.ts';

/** Nodes that no weight tells apart but by their ask, in (ask, id) order. */
export interface NodeClass extends NodeGroup, ClassTraits {}

/** A node with the record that binds in the round. */
export interface BoundNode {
  readonly id: number;
  readonly record: NodeRecord;
}

/**
 * The nodes that a round may match, grouped. Kept from round to round: `update` moves only what has changed.
 *
 * @example
 * const classes = new NodeClasses();
 * classes.update(round, nodes);
 * classes.list; // as of `round`
 */
export class NodeClasses {
  /** By id: the chain counts nodes from 1. */
  readonly #held: (Held | undefined)[] = [];
  #registered = 0;
  readonly #classes = new Map<number, Map<number, GrowingClass>>();
  #list: readonly NodeClass[] = [];
  #updates = 0;

  /** Every class has a node. Replaced, never changed, when a class comes or goes; its classes change with `update`. */
  get list(): readonly NodeClass[] {
    return this.#list;
  }

  /** Where a node is; undefined where it is not registered, a place without class where it cannot be matched. */
  placeOf(id: number): NodePlace | undefined {
    const held = this.#held[id];
    return held && { class: held.in, askMicroPerGpuHour: held.record.askMicroPerGpuHour };
  }

  /** All nodes that are registered in `round`, in any order. Equal records need not be the same objects. */
  update(round: number, nodes: Iterable<BoundNode>): void {
    const update = ++this.#updates;
    const dirty = new Set<GrowingClass>();
    let registered = 0;
    for (const { id, record } of nodes) {
      registered++;
      const held = this.#held[id];
      if (held === undefined) {
        const made = { record, in: undefined, usableUntil: usableUntil(record), update };
        this.#held[id] = made;
        this.#registered++;
        this.#move(id, made, record, round, dirty);
        continue;
      }
      held.update = update;
      if (held.record !== record) held.usableUntil = usableUntil(record);
      else if (round <= held.usableUntil === (held.in !== undefined)) continue;
      this.#move(id, held, record, round, dirty);
    }
    if (registered < this.#registered) this.#dropUnseen(update, dirty);
    for (const group of dirty) group.settle();
    if (dirty.size > 0) this.#relist();
  }

  #move(id: number, held: Held, record: NodeRecord, round: number, dirty: Set<GrowingClass>) {
    const before = held.in;
    const after = round <= held.usableUntil ? this.#classFor(record) : undefined;
    if (before !== after || held.record.askMicroPerGpuHour !== record.askMicroPerGpuHour) {
      if (before !== undefined) dirty.add(before.remove(id, held.record.askMicroPerGpuHour));
      if (after !== undefined) dirty.add(after.add(id, record.askMicroPerGpuHour));
      held.in = after;
    }
    held.record = record;
  }

  #dropUnseen(update: number, dirty: Set<GrowingClass>) {
    this.#held.forEach((held, id) => {
      if (held === undefined || held.update === update) return;
      if (held.in !== undefined) dirty.add(held.in.remove(id, held.record.askMicroPerGpuHour));
      this.#held[id] = undefined;
      this.#registered--;
    });
  }

  #classFor(record: NodeRecord): GrowingClass {
    const ofMachine = entry(this.#classes, machineKey(record), () => new Map<number, GrowingClass>());
    return entry(ofMachine, standingKey(record), () => new GrowingClass(record));
  }

  #relist() {
    const list: NodeClass[] = [];
    for (const [machine, ofMachine] of this.#classes) {
      for (const [standing, group] of ofMachine) {
        if (group.ids.length > 0) list.push(group);
        else ofMachine.delete(standing);
      }
      if (ofMachine.size === 0) this.#classes.delete(machine);
    }
    this.#list = list;
  }
}

function entry<V>(map: Map<number, V>, key: number, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

const NEVER = -1;

/** The rules that look at the node alone; its trust is held against the parameters of the round with its class. */
function usableUntil({ active, excluded, flagged, freshUntilRound, freeGpus }: NodeRecord): number {
  return active && !excluded && !flagged && freeGpus > 0 ? freshUntilRound : NEVER;
}

/** All that a weight depends on but the ask, in two integers of 45 and 47 bits. */
function machineKey(record: NodeRecord): number {
  const { gpus, freeGpus, memoryCode, computeCode, computeShift } = record;
  return (((gpus * 2 ** 12 + freeGpus) * 2 ** 8 + memoryCode) * 2 ** 8 + computeCode) * 2 ** 5 + computeShift;
}

function standingKey(record: NodeRecord): number {
  const { bandwidthCode, latencyCode, wattsCode, classId, trustBps, green } = record;
  const line = (bandwidthCode * 2 ** 8 + latencyCode) * 2 ** 8 + wattsCode;
  return ((line * 2 ** 8 + classId) * 2 ** 14 + trustBps) * 2 + Number(green);
}

export interface NodePlace {
  readonly class: NodeClass | undefined;
  readonly askMicroPerGpuHour: number;
}

interface Held {
  record: NodeRecord;
  /** undefined: it cannot be matched now. */
  in: GrowingClass | undefined;
  /** The last round in which the record can be matched; NEVER where it cannot. */
  usableUntil: number;
  /** The last one that it was in. */
  update: number;
}

class GrowingClass implements NodeClass {
  readonly record: NodeRecord;
  readonly speed: NodeSpeed;
  readonly watts: number;
  ids: readonly number[] = [];
  asks: readonly number[] = [];
  #added = new Members();
  #removed = new Members();

  constructor(record: NodeRecord) {
    const traits = traitsOf(record);
    this.record = record;
    this.speed = traits.speed;
    this.watts = traits.watts;
  }

  add(id: number, ask: number): this {
    this.#added.push(id, ask);
    return this;
  }

  remove(id: number, ask: number): this {
    this.#removed.push(id, ask);
    return this;
  }

  /** Merges what was added, and leaves out what was removed; until then nothing has changed. */
  settle(): void {
    const added = this.#added.inOrder();
    const removed = this.#removed.inOrder();
    const merged = new Members();
    let a = 0;
    let r = 0;
    for (let i = 0; i < this.ids.length; i++) {
      const id = this.ids[i]!;
      const ask = this.asks[i]!;
      if (removed.ids[r] === id && removed.asks[r] === ask) {
        r++;
        continue;
      }
      while (a < added.ids.length && precedes(added.asks[a]!, added.ids[a]!, ask, id)) {
        merged.push(added.ids[a]!, added.asks[a++]!);
      }
      merged.push(id, ask);
    }
    while (a < added.ids.length) merged.push(added.ids[a]!, added.asks[a++]!);
    this.ids = merged.ids;
    this.asks = merged.asks;
    this.#added = new Members();
    this.#removed = new Members();
  }
}

class Members {
  readonly ids: number[] = [];
  readonly asks: number[] = [];

  push(id: number, ask: number): void {
    this.ids.push(id);
    this.asks.push(ask);
  }

  /** By (ask, id). Both in one integer where that fits 2^53 - 1: numbers sort much faster than pairs. */
  inOrder(): Members {
    const { ids, asks } = this;
    const span = 1 + ids.reduce((most, id) => Math.max(most, id), 0);
    const keys = Float64Array.from(ids, (id, i) => asks[i]! * span + id).sort();
    const sorted = new Members();
    if (keys.length === 0 || keys.at(-1)! <= Number.MAX_SAFE_INTEGER) {
      for (const key of keys) {
        const ask = Math.floor(key / span);
        sorted.push(key - ask * span, ask);
      }
    } else {
      const places = [...ids.keys()].sort((i, j) => asks[i]! - asks[j]! || ids[i]! - ids[j]!);
      for (const place of places) sorted.push(ids[place]!, asks[place]!);
    }
    return sorted;
  }
}

function precedes(ask: number, id: number, otherAsk: number, otherId: number): boolean {
  return ask < otherAsk || (ask === otherAsk && id < otherId);
}
