import { NodeId, WorkloadId } from '../../domain/ids.ts';
import { type Entry, INELIGIBLE, type Ineligible } from '../../domain/types.ts';
import { priceGreedyMatcher } from '../baselines/priceGreedy.ts';
import { certifiedRound } from '../certified.ts';
import type { Pair, RoundInstance } from '../Matcher.ts';
import { entriesOf, type Integers, type Line, linesOf, settled } from './mutations.ts';
import type { Scene, WrongView } from './scene.ts';

/** What a cheating matcher sends. What is not said is as for the right round. */
export interface Wrong {
  readonly entries: readonly Entry[];
  readonly cutoff?: number;
  readonly round?: number;
  /** Who sends it: whoever is drawn unless said. `stranger` has no bond. */
  readonly by?: 'notDrawn' | 'stranger';
  /** What is done before. */
  readonly first?: 'postRight' | 'unbond' | 'secondHalf';
  /** What is tried after it was posted: the bond must not leave. */
  readonly afterwards?: 'unbond';
}

/** What a wrong round breaks: E1, E2, E4 (docs/PROTOCOL.md), or the error of the hard rule that refuses it. */
export type Breaks =
  | 'E1'
  | 'E2'
  | 'E4'
  | 'AlreadyPosted'
  | 'BondTooSmall'
  | 'CutoffExceeded'
  | 'CutoffTooHigh'
  | 'CutoffTooLow'
  | 'EntriesTooWide'
  | 'EntriesNotAscending'
  | 'NodeTwice'
  | 'NotCurrentRound'
  | 'NotDrawn'
  | `NotEligible: ${Ineligible}`
  | 'PriceOutOfRange';

export interface Cheat {
  readonly name: string;
  /** One of these. */
  readonly breaks: readonly Breaks[];
  /** undefined where this scene has no room for it. */
  readonly make: (scene: Scene, next: Integers) => Wrong | undefined;
}

type Draft = { -readonly [field in keyof Entry]: Entry[field] };
type Make = Cheat['make'];
type Pick = (scene: Scene, entry: Entry, next: Integers) => Partial<Entry> | undefined;

const MAX_MICRO = 2 ** 53 - 1;

/**
 * Kinds of wrong rounds. A round that leaves workloads out because it is full may no longer be full when it lists fewer: then
 * it is its cutoff that is refused.
 */
export const CHEATS: readonly Cheat[] = [
  // Who gets what ----------------------------------------------------------------------------------------------
  cheat('drop the best pair', ['E1', 'CutoffTooLow'], ({ right, instance }) => {
    const best = right.reduce((a, b) => (a.uMicro + a.vMicro >= b.uMicro + b.vMicro ? a : b), right[0]!);
    return { entries: certifiedRound(filtered(instance, (w) => idOf(instance, w) !== best.workload)) };
  }),
  cheat('drop an entry', ['E1', 'CutoffTooLow'], ({ right }, next) => {
    const dropped = anyOf(right, next);
    return { entries: right.filter((entry) => entry !== dropped) };
  }),
  cheat('omit a workload', ['E1', 'CutoffTooLow'], ({ right, instance }, next) => {
    const { workload } = anyOf(right, next);
    return { entries: certifiedRound(filtered(instance, (w) => idOf(instance, w) !== workload)) };
  }),
  cheat('omit a node', ['E1', 'CutoffTooLow'], ({ right, instance }, next) => {
    const { node } = anyOf(right, next);
    return { entries: certifiedRound(filtered(instance, (_, c) => instance.nodes[c]!.id !== node)) };
  }),
  cheat('an empty round', ['E1', 'CutoffTooLow'], () => ({ entries: [] })),
  cheat('favour a friend', ['E1', 'CutoffTooLow'], (scene, next) => {
    const { right, instance } = scene;
    const { workload } = anyOf(right, next);
    const friend = next(instance.nodes.length);
    return {
      entries: certifiedRound(
        filtered(instance, (w, c) => (idOf(instance, w) === workload) === (c === friend)),
      ),
    };
  }),
  cheat(
    'favour a friend, whose weight is said to be higher',
    ['E2', 'PriceOutOfRange', 'CutoffTooLow'],
    ({ instance }, next) => {
      const friend = next(instance.nodes.length);
      return {
        entries: certifiedRound(
          reweighed(instance, (pair, c) =>
            c === friend ? { ...pair, weightMicro: pair.weightMicro + 300_000 } : pair,
          ),
        ),
      };
    },
  ),
  cheat('put a friend into the place of a winner', ['E2', 'E4'], (scene, next) => {
    const entry = anyOf(scene.right, next);
    const friend = freeNode(scene, entry, next);
    return friend && replaced(scene, entry, { node: friend, next: entry.node });
  }),
  cheat(
    'swap two nodes, duals and prices as they were',
    ['E2', 'E4', 'PriceOutOfRange'],
    ({ right, instance }, next) => {
      const [a, b] = twoOf(right, next);
      if (!a || !b || !pairOf(instance, a.workload, b.node) || !pairOf(instance, b.workload, a.node))
        return undefined;
      return {
        entries: right.map((entry) =>
          entry === a ? { ...a, node: b.node } : entry === b ? { ...b, node: a.node } : entry,
        ),
      };
    },
  ),
  cheat('swap two nodes, with duals that add up', 'E1', ({ right, instance }, next) => {
    const lines = linesOf(instance, right);
    const [a, b] = twoOf(lines, next);
    if (!a || !b) return undefined;
    return reassigned(instance, lines, [
      { w: a.w, c: b.c, vMicro: b.vMicro },
      { w: b.w, c: a.c, vMicro: a.vMicro },
    ]);
  }),
  cheat('the second best assignment with duals of its own', ['E1', 'CutoffTooLow'], (scene, next) => {
    const { right, instance } = scene;
    const entry = anyOf(right, next);
    const without = filtered(
      instance,
      (w, c) => idOf(instance, w) !== entry.workload || instance.nodes[c]!.id !== entry.node,
    );
    return { entries: certifiedRound(without) };
  }),
  cheat('first come, first served', ['E1', 'CutoffTooLow'], ({ instance }) => ({
    entries: priceGreedyMatcher.match(instance),
  })),
  cheat('a workload moved to a free, worse node', 'E1', ({ right, instance }, next) => {
    const lines = linesOf(instance, right);
    const line = anyOf(lines, next);
    const free = instance.nodes.findIndex(
      (_, c) => !lines.some((other) => other.c === c) && instance.pair(line.w, c) !== null,
    );
    return free < 0 ? undefined : reassigned(instance, lines, [{ w: line.w, c: free, vMicro: 0 }]);
  }),

  // What they are paid -----------------------------------------------------------------------------------------
  cheat(
    'overprice by the least amount',
    'E1',
    repriced(({ uMicro, vMicro }) => uMicro > 0 && vMicro + 1),
  ),
  cheat(
    'overprice to the whole weight',
    'E1',
    repriced(({ uMicro, vMicro }) => uMicro > 0 && uMicro + vMicro),
  ),
  cheat(
    'underprice by the least amount',
    ['E1', 'E4'],
    repriced(({ vMicro }) => vMicro > 0 && vMicro - 1),
  ),
  cheat(
    'underprice to the cost',
    ['E1', 'E4'],
    repriced(({ vMicro }) => vMicro > 0 && 0),
  ),
  cheat('first prices: everyone gets what it asked', ['E1', 'E4'], ({ right, instance }) => ({
    entries: entriesOf(
      instance,
      linesOf(instance, right).map((line) => ({ ...line, vMicro: 0 })),
    ),
  })),
  cheat('the lowest prices that refute nothing: best for buyers', 'E4', ({ right, instance }) => ({
    entries: entriesOf(instance, buyerOptimal(instance, linesOf(instance, right))),
  })),
  cheat('prices without the nodes that got nothing', 'E1', ({ right, instance }) => {
    const listed = new Set<number>(right.map(({ node }) => node));
    return { entries: certifiedRound(filtered(instance, (_, c) => listed.has(instance.nodes[c]!.id))) };
  }),
  cheat('v moved from one entry to another', ['E1', 'E4'], ({ right, instance }, next) => {
    const lines = linesOf(instance, right);
    const [giver, taker] = twoOf(lines, next);
    if (!giver || !taker || giver.vMicro === 0) return undefined;
    const room = instance.pair(taker.w, taker.c)!.weightMicro - taker.vMicro;
    const moved = Math.min(room, 1 + next(giver.vMicro));
    if (moved === 0) return undefined;
    const changed = lines.map((line) => {
      if (line === giver) return { ...line, vMicro: line.vMicro - moved };
      return line === taker ? { ...line, vMicro: line.vMicro + moved } : line;
    });
    return { entries: entriesOf(instance, changed) };
  }),
  cheat(
    'a price above what v says',
    'E2',
    changed(({ budgetMicroOf }, { workload, priceMicro }) => ({
      priceMicro: Math.min(budgetMicroOf(workload), priceMicro + 1_000),
    })),
  ),
  cheat(
    'a price below what v says',
    'E2',
    changed((_, { vMicro, priceMicro }) => (vMicro > 0 ? { priceMicro: priceMicro - 1 } : undefined)),
  ),
  cheat(
    'a price above the budget',
    'PriceOutOfRange',
    changed(({ budgetMicroOf }, { workload }) => ({
      priceMicro: budgetMicroOf(workload) + 1,
    })),
  ),
  cheat(
    'a price below the cost',
    'PriceOutOfRange',
    changed((_, { priceMicro, vMicro }) => ({
      priceMicro: priceMicro - vMicro - 1,
    })),
  ),
  cheat(
    'a price of 2^53 - 1',
    'PriceOutOfRange',
    changed(() => ({ priceMicro: MAX_MICRO })),
  ),

  // Duals ------------------------------------------------------------------------------------------------------
  cheat(
    'u shifted by one',
    'E2',
    changed((_, { uMicro }, next) => ({
      uMicro: uMicro > 0 && next(2) === 0 ? uMicro - 1 : uMicro + 1,
    })),
  ),
  cheat(
    'u and v both too high',
    'E2',
    changed((_, { uMicro, vMicro, priceMicro }, next) => {
      const more = 1 + next(9);
      return { uMicro: uMicro + more, vMicro: vMicro + more, priceMicro: priceMicro + more };
    }),
  ),
  cheat('v exchanged between two entries', 'E2', ({ right }, next) => {
    const [a, b] = twoOf(right, next);
    if (!a || !b || a.vMicro === b.vMicro) return undefined;
    return {
      entries: right.map((entry) =>
        entry === a ? { ...a, vMicro: b.vMicro } : entry === b ? { ...b, vMicro: a.vMicro } : entry,
      ),
    };
  }),
  cheat(
    'u and v exchanged',
    'E2',
    changed((_, { uMicro, vMicro }) => (uMicro === vMicro ? undefined : { uMicro: vMicro, vMicro: uMicro })),
  ),
  cheat(
    'u so large that nothing exceeds it',
    'E2',
    changed(() => ({ uMicro: MAX_MICRO })),
  ),
  cheat(
    'u and v so large that their sum is above 2^53',
    'E2',
    changed(() => ({
      uMicro: MAX_MICRO,
      vMicro: MAX_MICRO,
    })),
  ),
  cheat(
    'u that no watcher could repeat',
    'EntriesTooWide',
    changed((_, __, next) => ({
      uMicro: [2 ** 53, 2 ** 63, 2 ** 64 - 2 ** 11][next(3)]!,
    })),
  ),
  cheat(
    'v that no watcher could repeat',
    'EntriesTooWide',
    changed((_, __, next) => ({
      vMicro: [2 ** 53, 2 ** 63, 2 ** 64 - 2 ** 11][next(3)]!,
    })),
  ),
  cheat(
    'u + v that would overflow 64 bits',
    'EntriesTooWide',
    changed((_, { uMicro, vMicro }) => ({
      uMicro: 2 ** 63 + uMicro,
      vMicro: 2 ** 63 + vMicro,
    })),
  ),
  cheat('no duals at all', 'E2', ({ right }) => ({
    entries: right.map((entry) => ({ ...entry, uMicro: 0, vMicro: 0, next: NodeId(0), rank: 0 })),
  })),

  // Pointers and ranks -----------------------------------------------------------------------------------------
  cheat('underprice through an ineligible next', ['E1', 'E4'], (scene, next) => {
    const { right, ineligible } = scene;
    const entry = oneOf(
      right.filter(({ uMicro, vMicro }) => uMicro > 0 && vMicro > 0),
      next,
    );
    const pair =
      entry &&
      oneOf(
        ineligible.filter(({ workload }) => workload === entry.workload),
        next,
      );
    return pair && replaced(scene, entry, { next: pair.node, rank: 0, ...lowered(entry, 1) });
  }),
  cheat(
    'an ineligible next',
    'E4',
    changed(({ ineligible }, entry, next) => {
      const pair = oneOf(
        ineligible.filter(({ workload }) => workload === entry.workload),
        next,
      );
      return entry.uMicro > 0 && pair ? { next: pair.node } : undefined;
    }),
  ),
  cheat(
    'a next that does not set the price',
    'E4',
    changed(({ instance, right }, entry, next) => {
      if (entry.uMicro === 0) return undefined;
      const others = instance.nodes.filter(({ id }) => {
        const pair = id === entry.node ? null : pairOf(instance, entry.workload, id);
        const v = right.find(({ node }) => node === id)?.vMicro ?? 0;
        return pair !== null && pair.weightMicro !== entry.uMicro + v;
      });
      const other = oneOf(others, next);
      return other && { next: other.id, rank: 65_535 };
    }),
  ),
  cheat(
    'next is the node itself',
    'E4',
    pointed(({ node }) => ({ next: node, rank: 65_535 })),
  ),
  cheat(
    'no next',
    'E4',
    pointed(() => ({ next: NodeId(0) })),
  ),
  cheat(
    'next is nobody',
    'E4',
    pointed((_, next) => ({ next: NodeId([2 ** 32 - 1, 2 ** 31, 1_000][next(3)]!) })),
  ),
  cheat('a circle of two pointers', 'E4', ({ right, instance }, next) => {
    const both = right.filter(({ uMicro }) => uMicro > 0);
    const [a, b] = twoOf(both, next);
    if (!a || !b || !pairOf(instance, a.workload, b.node) || !pairOf(instance, b.workload, a.node))
      return undefined;
    return {
      entries: right.map((entry) =>
        entry === a ? { ...a, next: b.node, rank: 1 } : entry === b ? { ...b, next: a.node, rank: 2 } : entry,
      ),
    };
  }),
  cheat('a rank not above that of the node that sets the price', 'E4', (scene, next) => {
    const chained = scene.right.filter(({ next: node }) => scene.right.some((other) => other.node === node));
    const entry = oneOf(chained, next);
    const holder = entry && scene.right.find(({ node }) => node === entry.next);
    return entry && holder && replaced(scene, entry, { rank: holder.rank });
  }),
  cheat('the rank of the node that sets the price, inflated', 'E4', (scene, next) => {
    const { right } = scene;
    const holder = oneOf(
      right.filter(({ node, uMicro }) => uMicro > 0 && right.some((entry) => entry.next === node)),
      next,
    );
    return holder && replaced(scene, holder, { rank: 65_535 });
  }),
  cheat('u = 0, and a next', 'E4', (scene, next) => {
    const entry = oneOf(
      scene.right.filter(({ uMicro }) => uMicro === 0),
      next,
    );
    return (
      entry && replaced(scene, entry, { next: scene.instance.nodes[next(scene.instance.nodes.length)]!.id })
    );
  }),
  cheat('u = 0, and a rank', 'E4', (scene, next) => {
    const entry = oneOf(
      scene.right.filter(({ uMicro }) => uMicro === 0),
      next,
    );
    return entry && replaced(scene, entry, { rank: [1, 2, 65_535][next(3)]! });
  }),

  // What it was computed from ----------------------------------------------------------------------------------
  cheat(
    'the asks of the round before',
    ['E1', 'E2', 'PriceOutOfRange', 'CutoffTooLow'],
    seen('recordsOfTheRoundBefore'),
  ),
  cheat('no policy', ['E2', 'CutoffTooLow'], seen('noPolicy')),
  cheat('another policy', ['E2', 'CutoffTooLow'], seen('anotherPolicy')),
  cheat('another parameter', ['E2', 'CutoffTooLow'], seen('anotherParameter')),
  cheat(
    "a friend's quality left out",
    ['E2', 'CutoffTooLow'],
    ({ instance, right, seen: { noPolicy } }, next) => {
      const friend = instance.nodes.findIndex(({ id }) => id === anyOf(right, next).node);
      return {
        entries: certifiedRound({
          ...instance,
          pair: (w, c) => (c === friend ? noPolicy : instance).pair(w, c),
        }),
      };
    },
  ),
  cheat('every weight too high by one', 'E2', ({ instance }) => ({
    entries: certifiedRound(reweighed(instance, (pair) => ({ ...pair, weightMicro: pair.weightMicro + 1 }))),
  })),
  cheat("a friend's cost too low by one", 'E2', ({ instance, right }, next) => {
    const friend = instance.nodes.findIndex(({ id }) => id === anyOf(right, next).node);
    return {
      entries: certifiedRound(
        reweighed(instance, (pair, c) =>
          c === friend
            ? { weightMicro: pair.weightMicro + 1, costMicro: Math.max(0, pair.costMicro - 1) }
            : pair,
        ),
      ),
    };
  }),

  // The list ---------------------------------------------------------------------------------------------------
  cheat('a node twice', 'NodeTwice', ({ right, instance }, next) => {
    const [a, b] = twoOf(right, next);
    const pair = a && b && pairOf(instance, b.workload, a.node);
    if (!pair) return undefined;
    return {
      entries: right.map((entry) =>
        entry === b ? { ...b, node: a.node, priceMicro: pair.costMicro } : entry,
      ),
    };
  }),
  cheat('a workload twice', 'EntriesNotAscending', ({ right, instance }, next) => {
    const entry = anyOf(right, next);
    const again = { ...entry, node: anyOf(instance.nodes, next).id };
    return { entries: right.flatMap((one) => (one === entry ? [one, again] : [one])) };
  }),
  cheat('entries in another order', 'EntriesNotAscending', ({ right }) =>
    right.length > 1 ? { entries: [...right].reverse() } : undefined,
  ),
  cheat('workload 0', 'EntriesNotAscending', ({ right }) => ({
    entries: [{ ...right[0]!, workload: WorkloadId(0) }, ...right.slice(1)],
  })),
  cheat('a workload that does not exist yet', 'CutoffExceeded', ({ right, newest }, next) => ({
    entries: [
      ...right.slice(0, -1),
      { ...right.at(-1)!, workload: WorkloadId([newest + 1, 2 ** 31, 2 ** 32 - 1][next(3)]!) },
    ],
  })),
  cheat(
    'a node that does not exist',
    'NotEligible: NotRegistered',
    changed((_, __, next) => ({
      node: NodeId([0, 2 ** 31, 2 ** 32 - 1][next(3)]!),
    })),
  ),
  ...INELIGIBLE.filter((reason) => reason !== 'None' && reason !== 'NotRegistered').map(forbidden),

  // The cutoff -------------------------------------------------------------------------------------------------
  cheat('cut too early', 'CutoffTooLow', ({ right, newest }, next) => {
    const cutoff = 1 + next(newest - 1);
    return { entries: right.filter(({ workload }) => workload <= cutoff).slice(0, 4), cutoff };
  }),
  cheat('cut away everything', 'CutoffTooLow', () => ({ entries: [], cutoff: 0 })),
  cheat('a cutoff above the newest workload', 'CutoffTooHigh', ({ right, newest }, next) => ({
    entries: right,
    cutoff: [newest + 1, 2 ** 31, 2 ** 32 - 1][next(3)]!,
  })),
  cheat('an entry above the cutoff', 'CutoffExceeded', ({ right }) =>
    // Only a full round may be cut at all.
    right.length >= 5 ? { entries: right, cutoff: right.at(-1)!.workload - 1 } : undefined,
  ),
  cheat('a cutoff raised over workloads that are left out', 'E1', ({ right, cutoff, newest }) =>
    cutoff < newest ? { entries: right, cutoff: newest } : undefined,
  ),

  // When, and by whom ------------------------------------------------------------------------------------------
  cheat('too early', 'NotCurrentRound', ({ right, round }, next) => ({
    entries: right,
    round: round + 1 + next(9),
  })),
  cheat('too late', 'NotCurrentRound', ({ right, round }) => ({ entries: right, round: round - 1 })),
  cheat('a round long past', 'NotCurrentRound', ({ right, round }, next) => ({
    entries: right,
    round: next(round - 1),
  })),
  cheat('twice', 'AlreadyPosted', ({ right }, next) => ({
    entries: next(2) === 0 ? right : right.slice(1),
    first: 'postRight',
  })),
  cheat('without a bond', 'BondTooSmall', ({ right }) => ({
    entries: right,
    by: 'stranger',
    first: 'secondHalf',
  })),
  cheat('with a bond that was taken out just before', 'BondTooSmall', ({ right }) => ({
    entries: right,
    first: 'unbond',
  })),
  cheat('in the first half, not drawn', 'NotDrawn', ({ right }) => ({ entries: right, by: 'notDrawn' })),
  cheat('in the first half, a stranger', 'NotDrawn', ({ right }) => ({ entries: right, by: 'stranger' })),
  cheat('overprice, then take the bond out', 'E1', (scene, next) => {
    const wrong = repriced(({ uMicro, vMicro }) => uMicro > 0 && vMicro + 1)(scene, next);
    return wrong && { ...wrong, afterwards: 'unbond' };
  }),
  cheat(
    'a wrong round of whoever was not drawn, in the second half',
    ['E1', 'CutoffTooLow'],
    ({ right }, next) => {
      const dropped = anyOf(right, next);
      return { entries: right.filter((entry) => entry !== dropped), by: 'notDrawn', first: 'secondHalf' };
    },
  ),
];

// How the cheats are made --------------------------------------------------------------------------------------

function cheat(name: string, breaks: Breaks | readonly Breaks[], make: Make): Cheat {
  return {
    name,
    breaks: typeof breaks === 'string' ? [breaks] : breaks,
    make: (scene, next) => (scene.right.length === 0 ? undefined : make(scene, next)),
  };
}

/** One entry of the right round with other fields. */
function changed(pick: Pick): Make {
  return (scene, next) => {
    const entry = anyOf(scene.right, next);
    const fields = pick(scene, entry, next);
    return fields && replaced(scene, entry, fields);
  };
}

/** The same of an entry that needs a pointer. */
function pointed(pick: (entry: Entry, next: Integers) => Partial<Entry>): Make {
  return changed((_, entry, next) => (entry.uMicro > 0 ? pick(entry, next) : undefined));
}

/** Another v for one entry, u and price to match, and the best pointers that there are. */
function repriced(wanted: (entry: Entry) => number | false): Make {
  return ({ right, instance }, next) => {
    const lines = linesOf(instance, right);
    const i = next(right.length);
    const vMicro = wanted(right[i]!);
    if (vMicro === false || vMicro === right[i]!.vMicro) return undefined;
    return { entries: entriesOf(instance, lines.with(i, { ...lines[i]!, vMicro })) };
  };
}

/** The round that would be right if what it was computed from were. */
function seen(view: WrongView): Make {
  return (scene) => ({ entries: certifiedRound(scene.seen[view]) });
}

/** One entry more, of a pair that one hard rule forbids. */
function forbidden(reason: Ineligible): Cheat {
  return cheat(`match against the rule ${reason}`, `NotEligible: ${reason}`, (scene, next) => {
    const listed = new Set<number>(scene.right.map(({ node }) => node));
    const pair = oneOf(
      scene.ineligible.filter(
        (one) => one.reason === reason && one.workload <= scene.cutoff && !listed.has(one.node),
      ),
      next,
    );
    if (pair === undefined) return undefined;
    const { workload, node } = pair;
    const entry: Entry = { workload, node, uMicro: 0, vMicro: 0, priceMicro: 0, next: NodeId(0), rank: 0 };
    const others = scene.right.filter((one) => one.workload !== workload);
    return { entries: [...others, entry].sort((a, b) => a.workload - b.workload) };
  });
}

function replaced({ right }: Scene, entry: Entry, fields: Partial<Entry>): Wrong {
  return { entries: right.map((one) => (one === entry ? { ...one, ...fields } : one)) };
}

const lowered = ({ uMicro, vMicro, priceMicro }: Draft | Entry, by: number) => ({
  uMicro: uMicro + by,
  vMicro: vMicro - by,
  priceMicro: priceMicro - by,
});

/** The lines with others in the place of whatever they displace, duals settled. */
function reassigned(
  instance: RoundInstance,
  lines: readonly Line[],
  added: readonly Line[],
): Wrong | undefined {
  if (added.some(({ w, c }) => instance.pair(w, c) === null)) return undefined;
  const kept = lines.filter(({ w, c }) => !added.some((line) => line.w === w || line.c === c));
  const capped = added.map((line) => ({
    ...line,
    vMicro: Math.min(line.vMicro, instance.pair(line.w, line.c)!.weightMicro),
  }));
  return { entries: entriesOf(instance, settled(instance, [...kept, ...capped])) };
}

/** Prices from below: v rises from 0 only where another workload would take the node otherwise. */
function buyerOptimal(instance: RoundInstance, lines: readonly Line[]): Line[] {
  const current = [...lines];
  const gain = (w: number) => {
    const line = current.find((one) => one.w === w);
    return line === undefined ? 0 : instance.pair(w, line.c)!.weightMicro - line.vMicro;
  };
  current.forEach((line, i) => {
    current[i] = { ...line, vMicro: 0 };
  });
  for (let pass = 0; pass <= instance.workloads.length; pass++) {
    current.forEach((line, i) => {
      let vMicro = line.vMicro;
      for (let w = 0; w < instance.workloads.length; w++) {
        const pair = w === line.w ? null : instance.pair(w, line.c);
        if (pair !== null) vMicro = Math.max(vMicro, pair.weightMicro - gain(w));
      }
      current[i] = { ...current[i]!, vMicro: Math.max(current[i]!.vMicro, vMicro) };
    });
  }
  return current;
}

/** An instance with some pairs called infeasible. */
function filtered(instance: RoundInstance, keeps: (w: number, c: number) => boolean): RoundInstance {
  return { ...instance, pair: (w, c) => (keeps(w, c) ? instance.pair(w, c) : null) };
}

function reweighed(instance: RoundInstance, change: (pair: Pair, c: number) => Pair): RoundInstance {
  return {
    ...instance,
    pair(w, c) {
      const pair = instance.pair(w, c);
      return pair && change(pair, c);
    },
  };
}

const idOf = (instance: RoundInstance, w: number) => instance.workloads[w]!.id;

function pairOf(instance: RoundInstance, workload: number, node: number): Pair | null {
  const w = instance.workloads.findIndex(({ id }) => id === workload);
  const c = instance.nodes.findIndex(({ id }) => id === node);
  return w < 0 || c < 0 ? null : instance.pair(w, c);
}

/** A node that nobody has and that the entry's workload could take at the price that it pays now. */
function freeNode({ instance, right }: Scene, { workload, node, priceMicro }: Entry, next: Integers) {
  const { id } =
    oneOf(
      instance.nodes.filter(({ id }) => {
        const pair = id === node ? null : pairOf(instance, workload, id);
        return pair !== null && pair.costMicro <= priceMicro && !right.some((entry) => entry.node === id);
      }),
      next,
    ) ?? {};
  return id;
}

function oneOf<T>(items: readonly T[], next: Integers): T | undefined {
  return items.length === 0 ? undefined : items[next(items.length)];
}

/** Of a list that is not empty. */
function anyOf<T>(items: readonly T[], next: Integers): T {
  return items[next(items.length)]!;
}

function twoOf<T>(items: readonly T[], next: Integers): [T?, T?] {
  if (items.length < 2) return [];
  const i = next(items.length);
  return [items[i]!, items[(i + 1 + next(items.length - 1)) % items.length]!];
}
