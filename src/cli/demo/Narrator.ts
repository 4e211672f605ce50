import type { Output } from '../Output.ts';
import { table } from '../table.ts';

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
    this.#out.story(text === '' ? '\n' : `  ${text}\n`);
  }

  /** The first row is the head. */
  table([header = [], ...rows]: readonly (readonly string[])[]): void {
    this.#out.story(table(header, rows).replace(/^(?=.)/gm, '  '));
  }

  task<T>(what: string, work: (update: (detail: string) => void) => Promise<T>): Promise<T> {
    return this.#out.task(what, work);
  }
}
