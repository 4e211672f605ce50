import type { Writable } from 'node:stream';

const TICK_MS = 1_000;

/** Tells the story of the demo, line by line; whatever takes longer than a second shows that it is alive. */
export class Narrator {
  readonly #out: Writable & { isTTY?: boolean };

  constructor(out: Writable & { isTTY?: boolean }) {
    this.#out = out;
  }

  step(number: number, title: string): void {
    this.#out.write(`\nStep ${number}: ${title}\n`);
  }

  line(text = ''): void {
    this.#out.write(`${text === '' ? '' : `  ${text}`}\n`);
  }

  /** Columns as wide as their widest cell; the first row is the head. */
  table(rows: readonly (readonly string[])[]): void {
    const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
    for (const row of rows) {
      this.line(
        row
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')
          .trimEnd(),
      );
    }
  }

  /** Runs `work`; from the first second on a line says how long and, if `work` reports it, how far. */
  async task<T>(what: string, work: (progress: (how: string) => void) => Promise<T>): Promise<T> {
    const started = performance.now();
    let how = '';
    let shown = false;
    const show = () => {
      const seconds = Math.round((performance.now() - started) / 1_000);
      const text = `  … ${what}${how ? `: ${how}` : ''} (${seconds} s)`;
      this.#out.write(this.#out.isTTY ? `\r\x1b[2K${text}` : `${text}\n`);
      shown = true;
    };
    const timer = setInterval(show, TICK_MS);
    try {
      return await work((text) => {
        how = text;
        // Work that keeps the processor busy never lets the timer in.
        if (performance.now() - started > TICK_MS * (shown ? 2 : 1) && this.#out.isTTY) show();
      });
    } finally {
      clearInterval(timer);
      if (shown && this.#out.isTTY) this.#out.write('\r\x1b[2K');
    }
  }
}
