import { closeSync, openSync, writeSync } from 'node:fs';

/** Numbers that a job last reported: the last log line that is a JSON object. */
export type Metrics = Readonly<Record<string, number>>;

const LONGEST_LINE = 16_384;

/** Keeps what a job writes, in a file, and reads its metrics on the way. */
export class RunLog {
  readonly path: string;
  metrics: Metrics = {};
  private readonly file: number;
  private line = '';

  constructor(path: string) {
    this.path = path;
    this.file = openSync(path, 'a', 0o600);
  }

  write(chunk: Buffer): void {
    try {
      writeSync(this.file, chunk);
    } catch {
      // The disk is full: the job may still finish, and what it says of itself is still read.
    }
    const lines = (this.line + chunk.toString('latin1')).split('\n');
    this.line = (lines.pop() ?? '').slice(0, LONGEST_LINE);
    for (const line of lines) this.metrics = metricsOf(line) ?? this.metrics;
  }

  note(text: string): void {
    this.write(Buffer.from(`[node] ${text}\n`));
  }

  close(): void {
    closeSync(this.file);
  }
}

function metricsOf(line: string): Metrics | undefined {
  if (!line.startsWith('{') || line.length > LONGEST_LINE) return undefined;
  try {
    const numbers = Object.entries(JSON.parse(line)).filter(([, value]) => typeof value === 'number');
    return Object.fromEntries(numbers) as Metrics;
  } catch {
    return undefined;
  }
}
