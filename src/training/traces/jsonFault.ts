const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;
const SCALAR = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/y;
const BLANK = /[ \t\n\r]*/y;

type Wanted = 'value' | 'value or end' | 'name' | 'name or end' | 'colon' | 'comma or end' | 'nothing';

/**
 * Where a text ceases to be JSON; undefined where it is JSON. Engines say this for some faults only, each in its own words.
 */
export function jsonFault(text: string): number | undefined {
  const open: ('[' | '{')[] = [];
  let wanted: Wanted = 'value';
  let at = past(BLANK, text, 0)!;
  while (at < text.length) {
    const char = text[at]!;
    let end: number | undefined = at + 1;
    if (wanted.startsWith('value') && (char === '[' || char === '{')) {
      open.push(char);
      wanted = char === '[' ? 'value or end' : 'name or end';
    } else if (wanted.endsWith('or end') && char === CLOSING[open.at(-1)!]) {
      open.pop();
      wanted = afterValue(open);
    } else if (wanted.startsWith('value')) {
      end = jsonStringEnd(text, at) ?? past(SCALAR, text, at);
      wanted = afterValue(open);
    } else if (wanted.startsWith('name')) {
      end = jsonStringEnd(text, at);
      wanted = 'colon';
    } else if (wanted === 'colon' && char === ':') {
      wanted = 'value';
    } else if (wanted === 'comma or end' && char === ',') {
      wanted = open.at(-1) === '[' ? 'value' : 'name';
    } else return at;
    if (end === undefined) return at;
    at = past(BLANK, text, end)!;
  }
  return wanted === 'nothing' ? undefined : text.length;
}

/** The end of the string that begins at `at`; undefined where none does. A loop: patterns overflow on long strings. */
export function jsonStringEnd(text: string, at: number): number | undefined {
  if (text[at] !== '"') return undefined;
  for (let i: number | undefined = at + 1; i !== undefined && i < text.length; ) {
    const char: string = text[i]!;
    if (char === '"') return i + 1;
    if (char < ' ') return undefined;
    i = char === '\\' ? past(ESCAPE, text, i) : i + 1;
  }
  return undefined;
}

const CLOSING = { '[': ']', '{': '}' } as const;

const afterValue = (open: readonly unknown[]): Wanted => (open.length === 0 ? 'nothing' : 'comma or end');

/** The end of what the pattern matches at `at`. */
function past(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}
