/**
 * npm run bench:match: how fast rounds are cleared, with their certificate checked: grouping nodes, scoring by an integer
 * network of 32 hidden units through the WASM kernel, the exact assignment, prices, pointers, the check. Each size runs
 * in a process of its own. Also: how time grows, and the plain reference matcher on the same rounds.
 * Writes docs/matching.svg and the table in docs/matching.md when it runs in full.
 */
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { differing, type Race } from './match/againstReference.ts';
import { fitPowerLaw, type Growth, growthSvg } from './match/growth.ts';
import type { Measured, Size } from './match/measure.ts';
import { exact, type Figures, median, report } from './report.ts';

const MARKETS = ['openb', 'uniform'] as const;
const NODES = [1_000, 10_000, 100_000];
const WORKLOADS = [1, 100, 1_000];
/** Rounds of this size fit a transaction: the throughput that is sustained is theirs. */
const FULL_ROUND = 256;
const GROWTH_NODES = [1_000, 3_000, 10_000, 30_000, 100_000];
const GROWTH_WORKLOADS = [10, 30, 100, 300, 1_000];
/** Of the uniform market every node is a class of its own, so nodes are classes. */
const GROWTH_CLASSES = [100, 300, 1_000, 3_000, 10_000];

const RACES = 5;
const BEGIN = '<!-- figures: written by npm run bench:match -->';
const END = '<!-- /figures -->';

await report('match', async ({ quick }) => {
  const measured = new Map<string, Measured>();
  const measure = (market: Size['market'], nodes: number, workloads: number): Measured => {
    const key = `${market} ${nodes} × ${workloads}`;
    const known = measured.get(key);
    if (known !== undefined) return known;
    progress(key);
    const runs = market === 'openb' && !quick ? 15 : 5;
    const size = JSON.stringify({ market, nodes, workloads, runs } satisfies Size);
    const script = fileURLToPath(new URL('match/measure.ts', import.meta.url));
    const one = JSON.parse(execFileSync(process.execPath, [script, size], { encoding: 'utf8' })) as Measured;
    measured.set(key, one);
    return one;
  };

  const figures: Record<string, Figures[string]> = {};
  const largest = quick ? 10_000 : 100_000;
  const measureAll = (market: Size['market']) => {
    for (const nodes of NODES.filter((n) => n <= largest)) {
      for (const workloads of WORKLOADS) {
        // What nobody's network looks like, at its largest, takes minutes: it is measured at 100 workloads.
        if (market === 'uniform' && nodes * workloads > (quick ? 100_000 : 10_000_000)) continue;
        Object.assign(figures, figuresOf(measure(market, nodes, workloads)));
      }
    }
  };
  measureAll('openb');
  figures.matchesPerSec_10k = sustained(measure('openb', 10_000, FULL_ROUND));
  if (!quick) for (const workloads of GROWTH_WORKLOADS) measure('openb', 10_000, workloads);
  if (!quick) for (const nodes of GROWTH_NODES) measure('openb', nodes, 100);
  // The reference takes minutes. Its ratio is taken within its own process, so it may run beside what has no aim.
  const [nodes, workloads, label] = quick ? [400, 40, '400_40'] : [2_000, 200, '2000_200'];
  progress(`the reference at ${nodes} × ${workloads}, in the background`);
  const racing = raceInBackground(nodes, workloads);
  measureAll('uniform');
  if (!quick) {
    const growths = growthsOf(measure);
    for (const { of, points } of growths) {
      for (const form of ['coldMs', 'incrementalMs'] as const) {
        const { exponent } = fitPowerLaw(points.map((point) => [point.x, point[form]]));
        figures[`growth_${of}_${form}`] = exact(round(exponent, 2), 'exponent', 'lower', null, points.length);
      }
    }
    writeDocument(figures, growths);
  }
  const rounds = quick ? 1_000 : 10_000;
  progress(`${rounds} random rounds against the reference`);
  figures.randomRounds = exact(rounds, 'rounds', 'higher', 10_000);
  figures.differentFromReference = exact(differing(rounds), 'rounds', 'lower', 0, rounds);
  progress('waiting for the reference');
  const { fastMs, referenceMs } = await racing;
  figures[`fastMs_${label}`] = median(fastMs, 'ms', 'lower', null);
  figures[`referenceMs_${label}`] = median(referenceMs, 'ms', 'lower', null);
  figures[`speedupOverReference_${label}`] = median(
    referenceMs.map((ms, i) => ms / fastMs[i]!),
    '×',
    'higher',
    quick ? null : 1_000,
  );
  return figures;
});

function raceInBackground(nodes: number, workloads: number): Promise<Race> {
  const script = fileURLToPath(new URL('match/raceReference.ts', import.meta.url));
  const args = [script, String(nodes), String(workloads), String(RACES)];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { encoding: 'utf8' }, (error, stdout) =>
      error ? reject(error) : resolve(JSON.parse(stdout) as Race),
    );
  });
}

/** Of the openb market, to which the aims refer, without its name. */
function figuresOf({ market, nodes, workloads, ...one }: Measured): Figures {
  const label = `${market === 'openb' ? '' : `${market}_`}${nodes / 1_000}k_${workloads}`;
  const isAim = label === '100k_1000';
  const matches = one.matches.map((count, i) => Math.round((count * 1_000) / one.incrementalMs[i]!));
  return {
    [`coldMs_${label}`]: median(one.coldMs, 'ms', 'lower', isAim ? 1_000 : null),
    [`incrementalMs_${label}`]: median(one.incrementalMs, 'ms', 'lower', isAim ? 100 : null),
    [`matchesPerSec_${label}`]: median(matches, '1/s', 'higher', null),
    [`peakMB_${label}`]: exact(one.peakMB, 'MB', 'lower', null),
    [`classes_${label}`]: exact(one.classes, 'classes', 'lower', null),
  };
}

function sustained({ matches, incrementalMs }: Measured): Figures[string] {
  const perSec = matches.map((count, i) => Math.round((count * 1_000) / incrementalMs[i]!));
  return median(perSec, '1/s', 'higher', 10_000);
}

function growthsOf(
  measure: (market: Size['market'], nodes: number, workloads: number) => Measured,
): Growth[] {
  const point = (x: number, one: Measured) => ({
    x,
    coldMs: median(one.coldMs, 'ms', 'lower', null).value,
    incrementalMs: median(one.incrementalMs, 'ms', 'lower', null).value,
  });
  return [
    {
      of: 'nodes',
      held: 'openb, 100 workloads',
      points: GROWTH_NODES.map((nodes) => point(nodes, measure('openb', nodes, 100))),
    },
    {
      of: 'workloads',
      held: 'openb, 10,000 nodes',
      points: GROWTH_WORKLOADS.map((workloads) => point(workloads, measure('openb', 10_000, workloads))),
    },
    {
      of: 'classes',
      held: 'uniform, a node each, 100 workloads',
      points: GROWTH_CLASSES.map((nodes) => point(nodes, measure('uniform', nodes, 100))),
    },
  ];
}

function writeDocument(figures: Figures, growths: readonly Growth[]): void {
  const docs = fileURLToPath(new URL('../docs/', import.meta.url));
  writeFileSync(`${docs}matching.svg`, growthSvg(growths));
  const page = readFileSync(`${docs}matching.md`, 'utf8');
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`docs/matching.md has no place for figures: ${BEGIN} … ${END}`);
  writeFileSync(`${docs}matching.md`, `${before}${BEGIN}\n\n${table(figures)}\n${END}${after}`);
}

function table(figures: Figures): string {
  const lines = [
    '| market | nodes | workloads | classes | cold ms | incremental ms | matches/s | peak MB |',
    '|---|--:|--:|--:|--:|--:|--:|--:|',
  ];
  for (const market of MARKETS) {
    for (const nodes of NODES) {
      for (const workloads of WORKLOADS) {
        const label = `${market === 'openb' ? '' : `${market}_`}${nodes / 1_000}k_${workloads}`;
        const value = (name: string) => figures[`${name}_${label}`]?.value;
        if (value('coldMs') === undefined) continue;
        const cells = [value('classes'), value('coldMs'), value('incrementalMs'), value('matchesPerSec')];
        const shown = cells.map((cell) => round(cell ?? 0, 1).toLocaleString('en-US'));
        lines.push(
          `| ${market} | ${nodes.toLocaleString('en-US')} | ${workloads.toLocaleString('en-US')} | ${shown.join(' | ')} | ${value('peakMB')} |`,
        );
      }
    }
  }
  return `${lines.join('\n')}\n`;
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
