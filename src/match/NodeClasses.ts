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
  readonly #held = new Map<number, Held>();
  readonly #classes = new Map<number, Map<number, GrowingClass>>();
  #list: readonly NodeClass[] = [];
  #updates = 0;

  /** Every class has a node. Replaced, never changed, when a class comes or goes; its classes change with `update`. */
  get list(): readonly NodeClass[] {
    return this.#list;
  }

  /** Where a node is; undefined where it is not registered, a place without class where it cannot be matched. */
  placeOf(id: number): NodePlace | undefined {
    const held = this.#held.get(id);
    return held && { class: held.in, askMicroPerGpuHour: held.record.askMicroPerGpuHour };
  }

  /** All nodes that are registered in `round`, in any order. Equal records need not be the same objects. */
  update(round: number, nodes: Iterable<BoundNode>): void {
    const update = ++this.#updates;
    const dirty = new Set<GrowingClass>();
    let registered = 0;
    for (const { id, record } of nodes) {
      registered++;
      const isUsable = canMatch(record, round);
      let held = this.#held.get(id);
      if (held === undefined) {
        held = { id, record, in: undefined, update };
        this.#held.set(id, held);
      } else {
        held.update = update;
        if (held.record === record && isUsable === (held.in !== undefined)) continue;
      }
      this.#move(held, record, isUsable, dirty);
    }
    if (registered < this.#held.size) this.#dropUnseen(update, dirty);
    for (const group of dirty) group.settle();
    if (dirty.size > 0) this.#relist();
  }

  #move(held: Held, record: NodeRecord, isUsable: boolean, dirty: Set<GrowingClass>) {
    const before = held.in;
    const after = isUsable ? this.#classOf(record) : undefined;
    const stays = before === after && held.record.askMicroPerGpuHour === record.askMicroPerGpuHour;
    if (!stays || before === undefined) {
      if (before !== undefined) dirty.add(before.remove(held.id, held.record.askMicroPerGpuHour));
      if (after !== undefined) dirty.add(after.add(held.id, record.askMicroPerGpuHour));
      held.in = after;
    }
    held.record = record;
  }

  #dropUnseen(update: number, dirty: Set<GrowingClass>) {
    for (const held of this.#held.values()) {
      if (held.update === update) continue;
      if (held.in !== undefined) dirty.add(held.in.remove(held.id, held.record.askMicroPerGpuHour));
      this.#held.delete(held.id);
    }
  }

  #classOf(record: NodeRecord): GrowingClass {
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

/** The rules that look at the node alone; its trust is held against the parameters of the round with its class. */
function canMatch(record: NodeRecord, round: number): boolean {
  const { active, excluded, flagged, freshUntilRound, freeGpus } = record;
  return active && !excluded && !flagged && round <= freshUntilRound && freeGpus > 0;
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
  readonly id: number;
  record: NodeRecord;
  /** undefined: it cannot be matched now. */
  in: GrowingClass | undefined;
  update: number;
}

/** Many changes at once are sorted in, few are put in place. */
const FEW = 32;

class GrowingClass implements NodeClass {
  readonly record: NodeRecord;
  readonly speed: NodeSpeed;
  readonly watts: number;
  ids: number[] = [];
  asks: number[] = [];
  readonly #added: { readonly id: number; readonly ask: number }[] = [];

  constructor(record: NodeRecord) {
    const traits = traitsOf(record);
    this.record = record;
    this.speed = traits.speed;
    this.watts = traits.watts;
  }

  add(id: number, ask: number): this {
    this.#added.push({ id, ask });
    return this;
  }

  remove(id: number, ask: number): this {
    const place = this.#placeOf(id, ask);
    this.ids.splice(place, 1);
    this.asks.splice(place, 1);
    return this;
  }

  /** What was added takes its place; until then it is not among the members. */
  settle(): void {
    if (this.#added.length > FEW) {
      const all = this.#added.splice(0);
      for (const [i, id] of this.ids.entries()) all.push({ id, ask: this.asks[i]! });
      all.sort((a, b) => a.ask - b.ask || a.id - b.id);
      this.ids = all.map(({ id }) => id);
      this.asks = all.map(({ ask }) => ask);
    }
    for (const { id, ask } of this.#added.splice(0)) {
      const place = this.#placeOf(id, ask);
      this.ids.splice(place, 0, id);
      this.asks.splice(place, 0, ask);
    }
  }

  /** Where (ask, id) is, or would be. */
  #placeOf(id: number, ask: number): number {
    let low = 0;
    let high = this.ids.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.asks[middle]!;
      if (other < ask || (other === ask && this.ids[middle]! < id)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
