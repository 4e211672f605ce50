import type { Output } from '../Output.ts';
import { table } from '../table.ts';

/** What fits into most terminals; only a hash or an address makes a line longer. */
const WIDTH = 100;

/** Tells the story of the demo, line by line. */
export class Narrator {
  readonly #out: Output;

  constructor(out: Output) {
    this.#out = out;
  }

  step(number: number, title: string): void {
    this.#out.story(`\nStep ${number}: ${title}\n`);
  }

  line(text = ''): void {
    this.#out.story(text === '' ? '\n' : `  ${wrapped(text)}\n`);
  }

  /** The first row is the head. */
  table([header = [], ...rows]: readonly (readonly string[])[]): void {
    this.#out.story(table(header, rows).replace(/^(?=.)/gm, '  '));
  }

  task<T>(what: string, work: (update: (detail: string) => void) => Promise<T>): Promise<T> {
    return this.#out.task(what, work);
  }
}

/** Broken between words; what follows the first line is set in. */
function wrapped(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH - 2)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(last === undefined ? word : `  ${word}`);
  }
  return lines.join('\n  ');
}
