/** What every benchmark prints: one JSON object with `--json`, committed as benchmarks/results/NAME.json, or a table. */
import { execFileSync } from 'node:child_process';
import { arch, cpus } from 'node:os';
import { parseArgs } from 'node:util';

export interface Figure {
  readonly value: number;
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  /** What it should at least, or at most, be; null where it is only reported. */
  readonly aim: number | null;
  /** Runs, or cases, that it comes from. */
  readonly n: number;
  /** Largest minus smallest of them, in the figure's unit; 0 for what is exact. */
  readonly spread: number;
}

export type Figures = Readonly<Record<string, Figure>>;

export interface Options {
  readonly json: boolean;
  /** A smaller version, under a minute. */
  readonly quick: boolean;
}

/** The options of every benchmark; anything else on the command line is an error. */
function benchmarkOptions(): Options {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, quick: { type: 'boolean' } } });
  return { json: values.json ?? false, quick: values.quick ?? false };
}

/**
 * Runs a benchmark and prints its figures.
 *
 * @example
 * await report('gas', async () => ({ settleGas: exact(61_000, 'gas', 'lower', null) }));
 */
export async function report(
  bench: string,
  measure: (options: Options) => Figures | Promise<Figures>,
  command = `bench:${bench}`,
): Promise<void> {
  const options = benchmarkOptions();
  const started = performance.now();
  const figures = await measure(options);
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  if (!options.json) {
    print(figures);
    return;
  }
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  }).trim();
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${process.platform}-${arch()}, node ${process.version}`;
  const asked = `npm run -s ${command} -- --json${options.quick ? ' --quick' : ''}`;
  console.log(JSON.stringify({ bench, commit, command: asked, machine, seconds, figures }));
}

/** A figure that comes out the same every time, or a count of `n` cases. */
export function exact(
  value: number,
  unit: string,
  better: Figure['better'],
  aim: number | null,
  n = 1,
): Figure {
  return { value, unit, better, aim, n, spread: 0 };
}

/** The median of several runs. */
export function median(
  runs: readonly number[],
  unit: string,
  better: Figure['better'],
  aim: number | null,
): Figure {
  const sorted = [...runs].sort((a, b) => a - b);
  const value = sorted[Math.floor(sorted.length / 2)]!;
  return { value, unit, better, aim, n: sorted.length, spread: sorted.at(-1)! - sorted[0]! };
}

function print(figures: Figures): void {
  const width = Math.max(...Object.keys(figures).map((name) => name.length)) + 2;
  for (const [name, { value, unit, better, aim }] of Object.entries(figures)) {
    const sign = better === 'lower' ? '≤' : '≥';
    const wanted = aim === null ? '' : `   (aim ${sign} ${aim})`;
    console.log(`${name.padEnd(width)}${String(value).padStart(14)} ${unit}${wanted}`);
  }
}
