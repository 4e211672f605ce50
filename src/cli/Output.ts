import type { Writable } from 'node:stream';
import { AICChainError } from '../domain/errors.ts';
import { Progress } from './progress.ts';
import { table } from './table.ts';

/** Where a command writes: stdout for what was asked, stderr for everything around it. */
export interface Streams {
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
}

/** What a command says. Under --json stdout carries one object and nothing else. */
export class Output {
  readonly json: boolean;
  readonly #streams: Streams;
  /** The one object of --json is out. */
  #told = false;

  constructor(streams: Streams, json: boolean) {
    this.#streams = streams;
    this.json = json;
  }

  get isTerminal(): boolean {
    return this.#streams.stdout.isTTY ?? false;
  }

  /** A line for humans. */
  line(text = ''): void {
    if (!this.json) this.#streams.stdout.write(`${text}\n`);
  }

  /** What happens on the way to the result: on stdout for humans, on stderr where stdout is for one object. */
  story(text: string): void {
    (this.json ? this.#streams.stderr : this.#streams.stdout).write(text);
  }

  /** Text as it comes: logs. */
  raw(text: string): void {
    this.#streams.stdout.write(text);
  }

  table(header: readonly string[], rows: readonly (readonly string[])[]): void {
    if (!this.json) this.#streams.stdout.write(table(header, rows));
  }

  /** The result of the command: the one object under --json, else whatever `human` prints. */
  result(value: unknown, human: () => void): void {
    if (this.json) this.#object(value);
    else human();
  }

  /** A line beside the result. */
  note(text: string): void {
    this.#streams.stderr.write(`${text}\n`);
  }

  /** Runs what may take longer than a second; then stderr shows that it goes on. */
  task<T>(what: string, work: (update: (detail: string) => void) => Promise<T>): Promise<T> {
    return new Progress(this.#streams.stderr).during(what, work);
  }

  /** One line of what is wrong and one of what to do; the stack only where AICCHAIN_DEBUG asks for it. */
  failure(error: unknown): void {
    const { code, message, hint, retryable } = plainly(error);
    // A command may give its result and fail for what it found: one object is one object.
    if (this.json && !this.#told) this.#object({ error: { code, message, hint, retryable } });
    this.note(`error: ${message}`);
    if (hint) this.note(`       ${hint}`);
    if (process.env.AICCHAIN_DEBUG && error instanceof Error) this.note(String(error.stack));
  }

  #object(value: unknown): void {
    this.#told = true;
    this.#streams.stdout.write(`${toJson(value)}\n`);
  }
}

function plainly(error: unknown) {
  if (error instanceof AICChainError) return error;
  const message = error instanceof Error ? (error.message.split('\n')[0] ?? error.name) : String(error);
  return { code: 'UNEXPECTED', message, hint: 'Set AICCHAIN_DEBUG=1 for the details.', retryable: false };
}

/** JSON with bigints as strings: they may be larger than any number that JSON readers hold. */
export const toJson = (value: unknown): string =>
  JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? one.toString() : one));
