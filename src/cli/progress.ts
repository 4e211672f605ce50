import type { Writable } from 'node:stream';

/** Nothing is shown for what is done sooner. */
const QUIET_MS = 1_000;
/** Without a terminal a line is not repainted but written, less often. */
const LINE_EVERY_MS = 10_000;

/** Shows on stderr that something long goes on: one line, repainted each second in a terminal. */
export class Progress {
  readonly #stream: Writable & { readonly isTTY?: boolean };

  constructor(stream: Writable & { readonly isTTY?: boolean }) {
    this.#stream = stream;
  }

  async during<T>(what: string, work: (update: (detail: string) => void) => Promise<T>): Promise<T> {
    const startedMs = Date.now();
    const isTTY = this.#stream.isTTY ?? false;
    let detail = '';
    let shown = false;
    let lastLineMs = 0;
    const show = () => {
      const elapsedMs = Date.now() - startedMs;
      const text = `${what}${detail && `: ${detail}`} (${Math.round(elapsedMs / 1_000)} s)`;
      if (isTTY) this.#stream.write(`\r\u001b[K${text}`);
      else if (elapsedMs - lastLineMs >= LINE_EVERY_MS || lastLineMs === 0) {
        this.#stream.write(`${text}\n`);
        lastLineMs = elapsedMs;
      }
      shown = true;
    };
    const timer = setInterval(show, QUIET_MS);
    try {
      return await work((text) => {
        detail = text;
      });
    } finally {
      clearInterval(timer);
      if (shown && isTTY) this.#stream.write('\r\u001b[K');
    }
  }
}
