import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { AICChainError } from '../domain/errors.ts';

/**
 * What an agent must remember: one checked JSON line an entry, flushed to disk before `append` returns. A line cut
 * short by a crash is the last one and was never acknowledged: it is dropped. Any other damage is refused.
 */
export class Journal<Entry> {
  readonly entries: readonly Entry[];
  private readonly file: number;

  private constructor(file: number, entries: Entry[]) {
    this.file = file;
    this.entries = entries;
  }

  static open<Entry>(path: string): Journal<Entry> {
    const file = openSync(path, 'a+', 0o600);
    try {
      const text = readFileSync(path, 'utf8');
      const whole = text.slice(0, text.lastIndexOf('\n') + 1);
      if (whole.length < text.length) ftruncateSync(file, Buffer.byteLength(whole));
      const lines = whole.split('\n').slice(0, -1);
      return new Journal<Entry>(
        file,
        lines.map((line, index) => parseLine<Entry>(line, index, path)),
      );
    } catch (error) {
      closeSync(file);
      throw error;
    }
  }

  append(entry: Entry): void {
    const json = JSON.stringify(entry);
    writeSync(this.file, `${check(json)} ${json}\n`);
    fsyncSync(this.file);
  }

  close(): void {
    closeSync(this.file);
  }
}

function parseLine<Entry>(line: string, index: number, path: string): Entry {
  const [sum, json] = [line.slice(0, 8), line.slice(9)];
  if (check(json) !== sum)
    throw new AICChainError('CORRUPTED_JOURNAL', `line ${index + 1} of ${path} is damaged`, {
      hint: 'Restore the data folder, or start the node with an empty one.',
    });
  return JSON.parse(json) as Entry;
}

const check = (json: string) => createHash('sha256').update(json).digest('hex').slice(0, 8);
