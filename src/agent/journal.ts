import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { AICChainError } from '../domain/errors.ts';

/**
 * What an agent must remember: one checked JSON line an entry, flushed to disk before `append` returns. A line cut
 * short by a crash is the last one and was never acknowledged: it is dropped. Any other damage is refused.
 */
export class Journal<Entry> {
  readonly entries: readonly Entry[];
  private readonly path: string;
  private readonly file: number;
  /** Of all whole lines. */
  private bytes: number;

  private constructor(path: string, file: number, bytes: number, entries: Entry[]) {
    this.path = path;
    this.file = file;
    this.bytes = bytes;
    this.entries = entries;
  }

  static open<Entry>(path: string): Journal<Entry> {
    const file = openSync(path, 'a+', 0o600);
    try {
      const text = readFileSync(path, 'utf8');
      const whole = text.slice(0, text.lastIndexOf('\n') + 1);
      const bytes = Buffer.byteLength(whole);
      if (whole.length < text.length) ftruncateSync(file, bytes);
      const lines = whole.split('\n').slice(0, -1);
      return new Journal<Entry>(
        path,
        file,
        bytes,
        lines.map((line, index) => parseLine<Entry>(line, index, path)),
      );
    } catch (error) {
      closeSync(file);
      throw error;
    }
  }

  append(entry: Entry): void {
    const json = JSON.stringify(entry);
    const line = Buffer.from(`${check(json)} ${json}\n`);
    try {
      for (let at = 0; at < line.length; ) at += writeSync(this.file, line, at);
      fsyncSync(this.file);
      this.bytes += line.length;
    } catch (cause) {
      // Half a line in the middle would be damage: what is not acknowledged is taken back.
      ftruncateSync(this.file, this.bytes);
      throw new AICChainError('CANNOT_WRITE', `${this.path} cannot be written: ${(cause as Error).message}`, {
        hint: 'Make room on the disk; the node goes on by itself.',
        cause,
        retryable: true,
      });
    }
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
