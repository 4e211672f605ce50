import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { extname } from 'node:path';
import { AICChainError } from '../domain/errors.ts';
import type { UpdateMetrics } from '../training/PpoOptions.ts';

/**
 * One line an update, in a .csv file (with a header) or a .jsonl file. A training that goes on adds to what is there, from
 * the update that it goes on from.
 */
export class MetricsFile {
  readonly #path: string;
  readonly #isCsv: boolean;
  #isEmpty: boolean;

  /** Lines of updates after `doneUpdates` are of a part that is done again, and are dropped. */
  constructor(path: string, doneUpdates = 0) {
    const ending = extname(path).toLowerCase();
    if (ending !== '.csv' && ending !== '.jsonl') {
      throw new AICChainError('BAD_METRICS_FILE', `${path}: metrics are written as .csv or .jsonl`, {
        hint: 'Name the file accordingly, e.g. metrics.csv.',
      });
    }
    this.#path = path;
    this.#isCsv = ending === '.csv';
    const kept = this.#tried(() => this.#kept(doneUpdates));
    this.#isEmpty = kept === '';
    this.#tried(() => writeFileSync(path, kept));
  }

  add(metrics: UpdateMetrics): void {
    const flat = flatOf(metrics);
    const header = this.#isCsv && this.#isEmpty ? `${Object.keys(flat).join(',')}\n` : '';
    const line = this.#isCsv ? Object.values(flat).join(',') : JSON.stringify(flat);
    this.#tried(() => appendFileSync(this.#path, `${header}${line}\n`));
    this.#isEmpty = false;
  }

  #tried<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      const { message } = cause as Error;
      throw new AICChainError('BAD_METRICS_FILE', `metrics cannot be written to ${this.#path}: ${message}`, {
        hint: 'Make room, or name another place.',
        cause,
      });
    }
  }

  #kept(doneUpdates: number): string {
    if (doneUpdates === 0 || !existsSync(this.#path)) return '';
    const text = readFileSync(this.#path, 'utf8');
    // Where the training was killed, the last line may be cut off.
    const lines = text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .filter(Boolean);
    const header = this.#isCsv ? lines.splice(0, 1) : [];
    const updateOf = (line: string) =>
      this.#isCsv ? Number(line.split(',')[0]) : (JSON.parse(line) as UpdateMetrics).update;
    return [...header, ...lines.filter((line) => updateOf(line) <= doneUpdates)]
      .map((line) => `${line}\n`)
      .join('');
  }
}

/** The terms of the reward beside the rest: reward_value, reward_waiting, … Nothing where no checkpoint was made. */
function flatOf({ terms, ...rest }: UpdateMetrics): Record<string, number | null> {
  const named = Object.entries(terms).map(([term, value]) => [`reward_${term}`, value] as const);
  return { ...rest, ...Object.fromEntries(named) };
}
