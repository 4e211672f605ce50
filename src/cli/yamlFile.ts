import { readFileSync } from 'node:fs';
import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
} from 'yaml';
import { UsageError } from './usage.ts';

/** Everything that is wrong with a file, one line each: "FILE:LINE:COL: field `x`: …". */
export class FileProblems extends UsageError {
  readonly problems: readonly string[];

  constructor(problems: readonly string[], hint?: string) {
    super(problems.join('\n'), hint);
    this.problems = problems;
  }
}

/** A YAML file whose fields are read one by one; what is wrong is gathered with its place. */
export class YamlFile {
  readonly file: string;
  readonly #problems: string[] = [];
  readonly #lines = new LineCounter();
  readonly #document: Document;

  constructor(file: string) {
    this.file = file;
    this.#document = parseDocument(read(file), { lineCounter: this.#lines, uniqueKeys: true });
    for (const { message, linePos } of this.#document.errors) {
      const { line, col } = linePos?.[0] ?? { line: 1, col: 1 };
      this.#problems.push(`${file}:${line}:${col}: ${message.split(' at line')[0]?.split('\n')[0]}`);
    }
    this.throwProblems();
  }

  /** The fields of the whole file. */
  root(known: readonly string[]): Fields {
    const { contents } = this.#document;
    if (isMap(contents)) return new Fields(this, contents, '', known);
    this.#problems.push(`${this.file}:1:1: the file must consist of fields like "gpus: 1"`);
    throw new FileProblems(this.#problems, 'See `aicchain init` for every field.');
  }

  problem(node: Node | null | undefined, field: string, what: string): void {
    this.#problems.push(`${this.place(node)}: field \`${field}\`: ${what}`);
  }

  /** FILE:LINE:COL of a node; of the file's beginning where there is none. */
  place(node: Node | null | undefined): string {
    const { line, col } = node?.range ? this.#lines.linePos(node.range[0]) : { line: 1, col: 1 };
    return `${this.file}:${line}:${col}`;
  }

  throwProblems(): void {
    if (this.#problems.length > 0)
      throw new FileProblems([...this.#problems].sort(byPlace), 'See `aicchain init` for every field.');
  }
}

/** The fields of one map in a YAML file. A reader returns undefined where the field is absent or was found wrong. */
export class Fields {
  readonly #file: YamlFile;
  readonly #map: YAMLMap;
  readonly #prefix: string;

  constructor(file: YamlFile, map: YAMLMap, prefix: string, known: readonly string[]) {
    this.#file = file;
    this.#map = map;
    this.#prefix = prefix;
    for (const { key } of map.items) {
      const name = isScalar(key) ? String(key.value) : String(key);
      if (known.includes(name)) continue;
      file.problem(key as Node, prefix + name, `is unknown${nearest(name, known)}`);
    }
  }

  has(name: string): boolean {
    return this.#map.has(name);
  }

  isScalar(name: string): boolean {
    return isScalar(this.#node(name));
  }

  place(name: string): string {
    return this.#file.place(this.#node(name) ?? this.#map);
  }

  /** Says that a field is wrong. */
  refuse(name: string, what: string): undefined {
    this.#file.problem(this.#node(name) ?? this.#map, this.#prefix + name, what);
    return undefined;
  }

  text(name: string): string | undefined {
    const value = this.#scalar(name, 'a text');
    if (value === undefined || typeof value === 'string') return value;
    return this.refuse(name, `must be a text, not ${show(value)}`);
  }

  /** What was written, also where YAML takes it for a number: amounts and durations. */
  written(name: string, what: string): string | undefined {
    const value = this.#scalar(name, what);
    if (value === undefined) return undefined;
    if (typeof value !== 'string' && typeof value !== 'number')
      return this.refuse(name, `must be ${what}, not ${show(value)}`);
    const node = this.#node(name);
    return isScalar(node) && typeof node.source === 'string' ? node.source : String(value);
  }

  number(name: string, min: number, max: number): number | undefined {
    const value = this.#scalar(name, 'a number');
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isFinite(value))
      return this.refuse(name, `must be a number, not ${show(value)}`);
    if (value >= min && value <= max) return value;
    return this.refuse(name, `must be from ${min} to ${max}, not ${value}`);
  }

  integer(name: string, min: number, max: number): number | undefined {
    const value = this.number(name, min, max);
    if (value === undefined || Number.isInteger(value)) return value;
    return this.refuse(name, `must be a whole number, not ${value}`);
  }

  texts(name: string): string[] | undefined {
    const items = this.#items(name);
    const texts = items?.map((item) =>
      isScalar(item) && typeof item.value === 'string' ? item.value : undefined,
    );
    if (!texts?.includes(undefined)) return texts as string[] | undefined;
    const wrong = items?.[texts.indexOf(undefined)];
    this.#file.problem(wrong, this.#prefix + name, 'must be a list of texts');
    return undefined;
  }

  maps(name: string, known: readonly string[]): Fields[] | undefined {
    const items = this.#items(name);
    return items?.flatMap((item, i) => {
      const at = `${this.#prefix}${name}[${i}]`;
      if (isMap(item)) return [new Fields(this.#file, item, `${at}.`, known)];
      this.#file.problem(item, at, `must have the fields ${known.join(', ')}`);
      return [];
    });
  }

  /** A map of texts, like `env`. */
  textMap(name: string): Record<string, string> | undefined {
    const node = this.#node(name);
    if (node === undefined) return undefined;
    if (!isMap(node)) return this.refuse(name, 'must consist of fields');
    return Object.fromEntries(
      node.items.map(({ key, value }) => [
        String((key as { value?: unknown }).value),
        String((value as { value?: unknown } | null)?.value ?? ''),
      ]),
    );
  }

  #node(name: string): Node | undefined {
    return this.#map.get(name, true) as Node | undefined;
  }

  #scalar(name: string, what: string): unknown {
    const node = this.#node(name);
    if (node === undefined) return undefined;
    if (isScalar(node) && node.value !== null) return node.value;
    return this.refuse(name, isScalar(node) ? `must be ${what}, not empty` : `must be ${what}`);
  }

  #items(name: string): Node[] | undefined {
    const node = this.#node(name);
    if (node === undefined) return undefined;
    return isSeq(node) ? (node.items as Node[]) : this.refuse(name, 'must be a list');
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UsageError(
      missing
        ? `there is no file ${file}`
        : `${file} cannot be read (${(cause as NodeJS.ErrnoException).code})`,
      missing ? 'Write one to start from with `aicchain init`.' : undefined,
    );
  }
}

/** FILE:LINE:COL: by line, then by column. */
function byPlace(a: string, b: string): number {
  const [lineA = 0, colA = 0] = placeOf(a);
  const [lineB = 0, colB = 0] = placeOf(b);
  return lineA - lineB || colA - colB;
}

const placeOf = (problem: string) => /:(\d+):(\d+): /.exec(problem)?.slice(1).map(Number) ?? [];

const show = (value: unknown) => (typeof value === 'string' ? `"${value}"` : String(value));

/** The known name that was probably meant: the one that shares most of its letters at the beginning, or differs in case only. */
function nearest(name: string, known: readonly string[]): string {
  const lower = name.toLowerCase();
  const guess =
    known.find((one) => one.toLowerCase() === lower) ??
    known.find((one) => lower.length > 2 && one.toLowerCase().startsWith(lower.slice(0, 3)));
  return guess ? `; did you mean \`${guess}\`?` : '';
}
