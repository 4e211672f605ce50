import { AICChainError } from '../domain/index.ts';
import type { Journal } from './journal.ts';

/** A value that binds from a round on, until the next one does. */
export interface Binding<T> {
  readonly fromRound: number;
  readonly value: T;
}

/** `HISTORY_CAPACITY` of RoundHistory.sol: the newest word and its ring. */
const WORDS_KEPT = 362;

/**
 * What bound in which round: the twin of the chain's `RoundHistory`, never forgetting. The last write for a round
 * counts; rounds are written forwards only.
 */
export class RoundSeries<T> {
  readonly #journal: Journal;
  readonly #bindings: Binding<T>[] = [];

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  get bindings(): readonly Binding<T>[] {
    return this.#bindings;
  }

  get newest(): T | undefined {
    return this.#bindings.at(-1)?.value;
  }

  write(value: T, fromRound: number): void {
    const last = this.#bindings.at(-1);
    if (last !== undefined && fromRound < last.fromRound) {
      throw new AICChainError(
        'RoundsMisordered',
        `a value from round ${fromRound} on, after one from round ${last.fromRound} on`,
      );
    }
    const isReplaced = last?.fromRound === fromRound;
    if (isReplaced) this.#bindings.pop();
    this.#bindings.push({ fromRound, value });
    this.#journal.changed(() => {
      this.#bindings.pop();
      if (isReplaced) this.#bindings.push(last);
    });
  }

  /** Takes back what would bind only after `round`. */
  dropAfter(round: number): void {
    while ((this.#bindings.at(-1)?.fromRound ?? 0) > round) {
      const dropped = this.#bindings.pop()!;
      this.#journal.changed(() => this.#bindings.push(dropped));
    }
  }

  /** The value that binds in `round`; undefined where the series begins later. */
  at(round: number): T | undefined {
    return this.#bindings[this.#countUpTo(round) - 1]?.value;
  }

  /** Whether the chain still knows what bound in `round`: it keeps the newest words only. */
  isKept(round: number): boolean {
    return this.#bindings.length - this.#countUpTo(round) < WORDS_KEPT;
  }

  /** How many bindings begin in `round` or before. */
  #countUpTo(round: number): number {
    let low = 0;
    let high = this.#bindings.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#bindings[middle]!.fromRound <= round) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
