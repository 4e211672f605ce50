import type { Journal } from './journal.ts';

/** Immutable values by key; every change is journalled. */
export class Table<K, V> implements Iterable<readonly [K, V]> {
  readonly #journal: Journal;
  readonly #rows = new Map<K, V>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  get size(): number {
    return this.#rows.size;
  }

  get(key: K): V | undefined {
    return this.#rows.get(key);
  }

  has(key: K): boolean {
    return this.#rows.has(key);
  }

  /** `undefined` removes the row. */
  set(key: K, value: V | undefined): void {
    const before = this.#rows.get(key);
    this.#journal.changed(() => this.#put(key, before));
    this.#put(key, value);
  }

  values(): Iterable<V> {
    return this.#rows.values();
  }

  [Symbol.iterator](): Iterator<readonly [K, V]> {
    return this.#rows[Symbol.iterator]();
  }

  #put(key: K, value: V | undefined) {
    if (value === undefined) this.#rows.delete(key);
    else this.#rows.set(key, value);
  }
}
