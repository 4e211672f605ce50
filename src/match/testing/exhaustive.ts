import type { RoundInstance } from '../Matcher.ts';

/** A column for each row, or null. */
export type Choice = readonly (number | null)[];

/** Every assignment of feasible pairs, in canonical order: the lowest row's lowest column first, unmatched last. */
export function* allAssignments(instance: RoundInstance, without?: number): Iterable<Choice> {
  const choice: (number | null)[] = [];
  const columns = instance.nodes.map((_, c) => c).filter((c) => c !== without);
  yield* extend(0);

  function* extend(w: number): Iterable<Choice> {
    if (w === instance.workloads.length) {
      yield [...choice];
      return;
    }
    for (const c of [...columns, null]) {
      if (c !== null && (choice.includes(c) || instance.pair(w, c) === null)) continue;
      choice.push(c);
      yield* extend(w + 1);
      choice.pop();
    }
  }
}

export function welfareMicro(instance: RoundInstance, choice: Choice): number {
  return choice.reduce<number>((sum, c, w) => sum + (c === null ? 0 : instance.pair(w, c)!.weightMicro), 0);
}

/** The first of the best, by trying all. */
export function bestAssignment(
  instance: RoundInstance,
  without?: number,
): { welfareMicro: number; choice: Choice } {
  let best: { welfareMicro: number; choice: Choice } = { welfareMicro: -1, choice: [] };
  for (const choice of allAssignments(instance, without)) {
    const value = welfareMicro(instance, choice);
    if (value > best.welfareMicro) best = { welfareMicro: value, choice };
  }
  return best;
}

/** What each node adds to the best welfare, by solving again without it: v of the VCG price. */
export function contributionsMicro(instance: RoundInstance): number[] {
  const { welfareMicro: all } = bestAssignment(instance);
  return instance.nodes.map((_, c) => all - bestAssignment(instance, c).welfareMicro);
}
