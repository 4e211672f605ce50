import { NodeId, WorkloadId } from '../../domain/ids.ts';
import type { Entry } from '../../domain/types.ts';
import type { RoundInstance } from '../Matcher.ts';

/** integers(seed): a number in [0, below). */
export type Integers = (below: number) => number;

/** An entry in the making: indices into the instance, and how the weight of the pair is split; u is what v leaves. */
export interface Line {
  readonly w: number;
  readonly c: number;
  readonly vMicro: number;
}

type Draft = { -readonly [field in keyof Entry]: Entry[field] };

/** The largest values that the fields of an entry can hold on chain; amounts above 2^53 are rounded to a float64. */
const AMOUNT_EDGES = [0, 1, 2 ** 53 - 2, 2 ** 53 - 1, 2 ** 53, 2 ** 63, 2 ** 64];
const ID_EDGES = [0, 1, 2 ** 31, 2 ** 32 - 1];
const RANK_EDGES = [0, 1, 2, 255, 65_534, 65_535];

/**
 * A wrong version of a round, or now and then another right one. Most come from an adversary who knows the checks:
 * it changes assignment or prices and makes everything else fit as well as it can. The others change single fields.
 */
export function mutant(instance: RoundInstance, right: readonly Entry[], next: Integers): readonly Entry[] {
  const lines = linesOf(instance, right);
  switch (next(6)) {
    case 0:
      return edited(instance, right, next);
    case 1:
      return entriesOf(instance, repriced(instance, lines, next), next);
    case 2:
      return entriesOf(instance, repriced(instance, reassigned(instance, lines, next), next), next);
    case 3:
      return entriesOf(instance, settled(instance, repriced(instance, lines, next)), next);
    case 4:
      return entriesOf(instance, settled(instance, reassigned(instance, lines, next)), next);
    default:
      return edited(
        instance,
        entriesOf(instance, repriced(instance, reassigned(instance, lines, next), next), next),
        next,
      );
  }
}

export function linesOf(instance: RoundInstance, entries: readonly Entry[]): Line[] {
  return entries.map(({ workload, node, vMicro }) => ({
    w: instance.workloads.findIndex(({ id }) => id === workload),
    c: instance.nodes.findIndex(({ id }) => id === node),
    vMicro,
  }));
}

/** Other prices: one to three lines ask for more or less. */
function repriced(instance: RoundInstance, lines: readonly Line[], next: Integers): Line[] {
  const changed = [...lines];
  for (let changes = 1 + next(3); changes > 0 && changed.length > 0; changes--) {
    const i = next(changed.length);
    const { w, c, vMicro } = changed[i]!;
    const { weightMicro } = instance.pair(w, c)!;
    const wanted = [vMicro - 2, vMicro - 1, vMicro + 1, vMicro + 2, 0, weightMicro, next(weightMicro + 1)];
    changed[i] = { w, c, vMicro: Math.min(weightMicro, Math.max(0, wanted[next(wanted.length)]!)) };
  }
  return changed;
}

/** Another assignment: one to three workloads are dropped, added, or moved; a node that is taken is left by who had it. */
function reassigned(instance: RoundInstance, lines: readonly Line[], next: Integers): Line[] {
  let changed = [...lines];
  for (let changes = 1 + next(3); changes > 0; changes--) {
    const w = next(instance.workloads.length);
    const c = next(instance.nodes.length + 1);
    const old = changed.find((line) => line.w === w);
    const holder = changed.find((line) => line.c === c);
    changed = changed.filter((line) => line !== old && line !== holder);
    if (c === instance.nodes.length) continue;
    add(w, c, holder?.vMicro ?? old?.vMicro ?? 0);
    if (holder !== undefined && old !== undefined && holder !== old && next(2) === 0)
      add(holder.w, old.c, old.vMicro);
  }
  return changed;

  function add(w: number, c: number, vMicro: number) {
    const pair = instance.pair(w, c);
    if (pair !== null) changed.push({ w, c, vMicro: Math.min(vMicro, pair.weightMicro) });
  }
}

/**
 * Raises every u to what the workload gains elsewhere, from the u that the lines have now: of an optimal assignment this
 * makes duals that refute nothing, but are not the sellers' best unless the lines began below those. Only E4 can tell.
 */
export function settled(instance: RoundInstance, lines: readonly Line[]): Line[] {
  const current = [...lines];
  // Where the assignment is not optimal a circle of workloads would outbid each other for ever: once round it is enough.
  let changed = true;
  for (let pass = 0; changed && pass <= lines.length; pass++) {
    changed = false;
    for (const [i, { w, c, vMicro }] of current.entries()) {
      const { weightMicro } = instance.pair(w, c)!;
      let least = weightMicro - vMicro;
      for (let other = 0; other < instance.nodes.length; other++) {
        const pair = other === c ? null : instance.pair(w, other);
        const priced = current.find((line) => line.c === other)?.vMicro ?? 0;
        if (pair !== null) least = Math.max(least, Math.min(weightMicro, pair.weightMicro - priced));
      }
      if (least === weightMicro - vMicro) continue;
      current[i] = { w, c, vMicro: weightMicro - least };
      changed = true;
    }
  }
  return current;
}

/** Entries with the pointers and ranks that pass if any do; where none do, with the best excuse there is. */
export function entriesOf(instance: RoundInstance, lines: readonly Line[], next?: Integers): Entry[] {
  const ordered = [...lines].sort((a, b) => a.w - b.w);
  const holderOf = new Array<number>(instance.nodes.length).fill(-1);
  ordered.forEach(({ c }, i) => {
    holderOf[c] = i;
  });
  const rank = new Array<number>(ordered.length).fill(-1);
  const pointer = new Array<number>(ordered.length).fill(-1);
  const entries = ordered.map(({ w, c, vMicro }, i): Draft => {
    const { weightMicro, costMicro } = instance.pair(w, c)!;
    if (weightMicro === vMicro) rank[i] = 0;
    return {
      workload: instance.workloads[w]!.id,
      node: instance.nodes[c]!.id,
      uMicro: weightMicro - vMicro,
      vMicro,
      priceMicro: costMicro + vMicro,
      next: NodeId(0),
      rank: 0,
    };
  });
  const isTight = (i: number, c: number) => {
    const pair = c === ordered[i]!.c ? null : instance.pair(ordered[i]!.w, c);
    const vMicro = holderOf[c]! < 0 ? 0 : ordered[holderOf[c]!]!.vMicro;
    return pair !== null && pair.weightMicro - entries[i]!.uMicro === vMicro;
  };
  for (let level = 0; level <= ordered.length; level++) {
    for (let i = 0; i < ordered.length; i++) {
      if (rank[i]! >= 0) continue;
      for (let c = 0; c < instance.nodes.length; c++) {
        const holder = holderOf[c]!;
        const sets = level === 0 ? holder < 0 : holder >= 0 && rank[holder] === level - 1;
        if (!sets || !isTight(i, c)) continue;
        pointer[i] = c;
        rank[i] = level;
        break;
      }
    }
  }
  for (const [i, entry] of entries.entries()) {
    if (rank[i]! < 0) pointer[i] = excuse(i);
    entry.next = pointer[i]! < 0 ? NodeId(0) : instance.nodes[pointer[i]!]!.id;
    entry.rank = rank[i]! >= 0 ? rank[i]! : claimedRank();
  }
  return entries;

  /** A node that does set the price, though in a circle; else any. */
  function excuse(i: number): number {
    for (let c = 0; c < instance.nodes.length; c++) if (isTight(i, c)) return c;
    return next === undefined ? 0 : next(instance.nodes.length);
  }

  function claimedRank(): number {
    const ranks = [ordered.length, ordered.length + 1, 0, 1, 65_535];
    return next === undefined ? ordered.length : ranks[next(ranks.length)]!;
  }
}

/** One to three changes of single fields or of the list. */
function edited(instance: RoundInstance, entries: readonly Entry[], next: Integers): readonly Entry[] {
  let drafts = entries.map((entry): Draft => ({ ...entry }));
  const one = () => drafts[next(drafts.length)]!;
  const anyNode = () => instance.nodes[next(instance.nodes.length)]!.id;
  const amount = (around: number) =>
    next(3) === 0 ? AMOUNT_EDGES[next(AMOUNT_EDGES.length)]! : Math.max(0, around + next(5) - 2);
  const id = () => (next(3) === 0 ? ID_EDGES[next(ID_EDGES.length)]! : anyNode());
  for (let changes = 1 + next(3); changes > 0; changes--) {
    if (drafts.length === 0) return [...entries, lonely()];
    const entry = one();
    const other = one();
    switch (next(14)) {
      case 0:
        entry.uMicro = amount(entry.uMicro);
        break;
      case 1:
        entry.vMicro = amount(entry.vMicro);
        break;
      case 2:
        entry.priceMicro = amount(entry.priceMicro);
        break;
      case 3:
        entry.next = NodeId(next(4) === 0 ? entry.node : id());
        break;
      case 4:
        entry.rank = next(2) === 0 ? RANK_EDGES[next(RANK_EDGES.length)]! : other.rank;
        break;
      case 5:
        entry.node = NodeId(id());
        break;
      case 6:
        entry.workload = WorkloadId(next(2) === 0 ? ID_EDGES[next(ID_EDGES.length)]! : other.workload);
        break;
      case 7:
        drafts = drafts.filter((kept) => kept !== entry);
        break;
      case 8:
        drafts.push(lonely());
        if (next(2) === 0) drafts.sort((a, b) => a.workload - b.workload);
        break;
      case 9:
        [entry.node, other.node] = [other.node, entry.node];
        break;
      case 10:
        [entry.vMicro, other.vMicro] = [other.vMicro, entry.vMicro];
        [entry.priceMicro, other.priceMicro] = [other.priceMicro, entry.priceMicro];
        break;
      case 11: {
        // Moved between u and v, the price with it: the sum stays.
        const moved = next(Math.min(entry.uMicro, 9) + 1);
        entry.uMicro -= moved;
        entry.vMicro += moved;
        entry.priceMicro += moved;
        break;
      }
      case 12:
        drafts = next(8) === 0 ? [] : drafts.reverse();
        break;
      default:
        drafts.push({ ...entry });
    }
  }
  return drafts;

  /** An entry out of nothing, of a pair that may not even be feasible. */
  function lonely(): Draft {
    const w = next(instance.workloads.length);
    const c = next(instance.nodes.length);
    const { weightMicro = 1, costMicro = 0 } = instance.pair(w, c) ?? {};
    const vMicro = next(2) === 0 ? 0 : weightMicro;
    return {
      workload: instance.workloads[w]!.id,
      node: instance.nodes[c]!.id,
      uMicro: weightMicro - vMicro,
      vMicro,
      priceMicro: costMicro + vMicro,
      next: vMicro === weightMicro ? NodeId(0) : anyNode(),
      rank: 0,
    };
  }
}
