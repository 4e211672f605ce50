/** What was done to the state, block by block, so that it can be undone when the chain reorganises. */
export class Journal {
  readonly #keepBlocks: number;
  readonly #blocks: { readonly number: number; readonly undos: (() => void)[] }[] = [];
  #forgottenUpTo = -1;

  /** Only the newest `keepBlocks` blocks can be undone. */
  constructor(keepBlocks: number) {
    this.#keepBlocks = keepBlocks;
  }

  /** This block and all before it can no longer be undone; -1 while all can. */
  get forgottenUpTo(): number {
    return this.#forgottenUpTo;
  }

  begin(number: number): void {
    this.#blocks.push({ number, undos: [] });
  }

  /** To be called once for each change, with what takes exactly that change back. */
  changed(undo: () => void): void {
    this.#blocks.at(-1)?.undos.push(undo);
  }

  end(): void {
    if (this.#blocks.length > this.#keepBlocks) this.#forgottenUpTo = this.#blocks.shift()!.number;
  }

  undoNewest(): void {
    for (const undo of this.#blocks.pop()?.undos.reverse() ?? []) undo();
  }
}
