import type { Place } from './badTrace.ts';
import { jsonStringEnd } from './jsonFault.ts';

export type JsonPath = readonly (string | number)[];

/** Line and column of the value at `path` in a text that JSON.parse takes; of the nearest value around it that is there. */
export function jsonPlace(text: string, path: JsonPath): Place {
  return placeAt(text, new Walk(text).find(path));
}

export function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}

const SCALAR = /[^\s,:[\]{}"]+/y;

/** Walks over valid JSON; only where a value begins is of interest. */
class Walk {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  find(path: JsonPath): number {
    this.#blank();
    const start = this.#at;
    const [step, ...rest] = path;
    const opening = this.#text[start];
    if (step === undefined || opening !== (typeof step === 'number' ? '[' : '{')) return start;
    const inner = typeof step === 'number' ? this.#item(step) : this.#member(step);
    if (inner === undefined) return start;
    this.#at = inner;
    return this.find(rest);
  }

  #item(index: number): number | undefined {
    let i = 0;
    for (const at of this.#values()) if (i++ === index) return at;
    return undefined;
  }

  /** The last of that name, as JSON.parse has it. */
  #member(name: string): number | undefined {
    let last: number | undefined;
    let key = '';
    let isKey = true;
    for (const at of this.#values()) {
      if (isKey) key = this.#text.slice(at, this.#skip(at));
      else if (JSON.parse(key) === name) last = at;
      isKey = !isKey;
    }
    return last;
  }

  /** Where the values of the list begin, or in turn the names and the values of the object, that begins here. */
  *#values(): Generator<number> {
    let at = this.#at + 1;
    for (;;) {
      this.#at = at;
      this.#blank();
      at = this.#at;
      const next = this.#text[at];
      if (next === undefined || next === ']' || next === '}') return;
      yield at;
      at = this.#skip(at);
    }
  }

  /** The end of the value that begins at `at`. */
  #skip(at: number): number {
    let depth = 0;
    let end = at;
    do {
      const char = this.#text[end]!;
      if (char === '[' || char === '{') depth++;
      if (char === ']' || char === '}') depth--;
      SCALAR.lastIndex = end;
      end = jsonStringEnd(this.#text, end) ?? (SCALAR.test(this.#text) ? SCALAR.lastIndex : end + 1);
    } while (depth > 0);
    return end;
  }

  /** Past what is between two values. */
  #blank(): void {
    while (/[\s,:]/.test(this.#text[this.#at] ?? '')) this.#at++;
  }
}
