/**
 * npm run bench:incentives: what can be gained by saying anything but the truth. Proved to be nothing for one node in
 * one round, and searched for there at every breakpoint; for owners of many nodes, for two who collude, for clients and
 * across rounds it is measured, as the market grows. Three broken rules beside it show that the search finds what is
 * there. docs/incentives.md reads the figures.
 */
import type { Regret } from './incentives/regret.ts';
import { BROKEN, protocol } from './incentives/rules.ts';
import { ROUNDS } from './incentives/story.ts';
import {
  acrossRounds,
  clientShading,
  type Extent,
  manyNodes,
  pricingPairs,
  randomPairs,
  type SingleRound,
  singleRound,
} from './incentives/studies.ts';
import { exact, type Figure, type Figures, type Options, report } from './report.ts';

/** A figure with its 95 % interval; its spread is the interval's width. */
interface RegretFigure extends Figure {
  readonly interval: readonly [low: number, high: number];
}

interface Extents {
  /** Markets, and nodes of each that are tried. */
  readonly singleRound: readonly (readonly [Extent, nodes: number])[];
  readonly broken: Extent;
  readonly manyNodes: readonly Extent[];
  readonly collusion: readonly Extent[];
  readonly clients: readonly Extent[];
  /** Networks, and stories of each. */
  readonly acrossRounds: readonly (readonly [Extent, stories: number])[];
}

const of = (size: number, markets: number): Extent => ({ size, markets });
const SIZES = [5, 20, 100, 300, 1_000] as const;
const each = (markets: readonly number[]) => markets.map((count, i) => of(SIZES[i]!, count));

const FULL: Extents = {
  singleRound: [
    [of(5, 1_400), 5],
    [of(20, 300), 20],
    [of(100, 12), 30],
    [of(300, 3), 10],
    [of(1_000, 1), 4],
  ],
  broken: of(20, 20),
  manyNodes: each([2_000, 600, 100, 24, 4]),
  collusion: each([1_000, 300, 60, 8, 3]),
  clients: each([2_000, 600, 100, 24, 6]),
  acrossRounds: [
    [of(5, 150), 16],
    [of(20, 80), 16],
    [of(100, 32), 12],
    [of(300, 8), 8],
    [of(1_000, 3), 4],
  ],
};

const QUICK: Extents = {
  singleRound: [
    [of(5, 150), 5],
    [of(20, 20), 20],
    [of(100, 1), 10],
  ],
  broken: of(20, 4),
  manyNodes: each([200, 60, 4]),
  collusion: each([100, 20, 2]),
  clients: each([200, 50, 8]),
  acrossRounds: [
    [of(5, 10), 8],
    [of(20, 6), 4],
    [of(100, 4), 4],
  ],
};

/** Of the market; and the fewest nodes that make an owner of many. */
const OWNED_PERCENT = [2, 5, 10, 20] as const;
const FEWEST_OWNED = 2;
/** The market that the figures without a size refer to, and the owner's part of it. */
const SIZE = 100;
const PERCENT = 10;

const say = (line: string) => process.stderr.write(`${line}\n`);

function study({ quick }: Options): Figures {
  const extents = quick ? QUICK : FULL;
  const figures: Record<string, Figure> = {};
  oneNode(extents, figures);
  brokenRules(extents, figures);
  owners(extents, figures);
  pairs(extents, figures);
  clients(extents, figures);
  stories(extents, figures);
  return figures;
}

function oneNode({ singleRound: extents }: Extents, figures: Record<string, Figure>) {
  say('\nOne node, one round: best response at every breakpoint ±1');
  const found: SingleRound[] = [];
  for (const [extent, nodes] of extents) {
    const result = singleRound(protocol, extent, nodes);
    found.push(result);
    say(
      `${label(extent.size)}  regret ${show(result.regret)}   ${result.cases} cases, ${result.won} matched, ` +
        `${result.breakpoints} breakpoints, ${result.asks} rounds cleared`,
    );
    figures[`singleRoundRegret_${extent.size}`] = ofRegret(result.regret, 0, result.cases);
  }
  const total = (pick: (result: SingleRound) => number) => found.reduce((sum, one) => sum + pick(one), 0);
  const cases = total((one) => one.cases);
  const largest = Math.max(...found.map(({ regret }) => regret.percent));
  figures.singleRoundRegret = exact(largest, '% of truthful utility', 'lower', 0, cases);
  figures.singleRoundGaining = exact(
    total((one) => one.gaining),
    'cases',
    'lower',
    0,
    cases,
  );
  figures.singleRoundLargestGain = exact(
    Math.max(...found.map((one) => one.largestGainMicro)),
    'micro-AICC',
    'lower',
    0,
    cases,
  );
  figures.singleRoundPayMoved = exact(
    total((one) => one.payMoved),
    'asks',
    'lower',
    0,
    cases,
  );
  figures.singleRoundCases = exact(cases, 'operators in a round', 'higher', 10_000);
  figures.singleRoundMatched = exact(
    total((one) => one.won),
    'operators in a round',
    'higher',
    null,
  );
  figures.singleRoundBreakpoints = exact(
    total((one) => one.breakpoints),
    'breakpoints',
    'higher',
    null,
  );
  figures.singleRoundRounds = exact(
    total((one) => one.asks),
    'rounds cleared',
    'higher',
    null,
  );
}

function brokenRules({ broken }: Extents, figures: Record<string, Figure>) {
  say('\nBroken rules, the same search, in % of truthful utility under the protocol');
  let caught = 0;
  for (const rule of BROKEN) {
    const { regret, cases, gaining } = singleRound(rule, broken, broken.size);
    if (gaining > 0 && regret.percent > 0) caught++;
    say(`  ${rule.name.padEnd(20)} regret ${show(regret)}   ${gaining} of ${cases} cases gain`);
    figures[`brokenRegret_${camelCase(rule.name)}`] = { ...ofRegret(regret, null, cases), better: 'higher' };
  }
  figures.brokenVariantsCaught = exact(caught, 'of 3', 'higher', BROKEN.length, BROKEN.length);
}

function owners({ manyNodes: extents }: Extents, figures: Record<string, Figure>) {
  say('\nOwners of many nodes, one round: best of a family of joint asks');
  for (const extent of extents) {
    const counts = new Map(
      OWNED_PERCENT.map((percent) => [Math.round((extent.size * percent) / 100), percent]),
    );
    const owned: [number, number][] = [...counts].filter(([count]) => count >= FEWEST_OWNED);
    if (owned.length === 0) owned.push([FEWEST_OWNED, (100 * FEWEST_OWNED) / extent.size]);
    for (const [count, percent] of owned) {
      const regret = manyNodes(extent, count);
      say(`${label(extent.size)}  ${String(percent).padStart(2)} % (${count})`.padEnd(30) + show(regret));
      figures[`manyNodesRegret_${extent.size}_${percent}pct`] = ofRegret(regret);
      if (extent.size === SIZE && percent === PERCENT) figures.manyNodesRegret = ofRegret(regret);
    }
  }
}

function pairs({ collusion: extents }: Extents, figures: Record<string, Figure>) {
  say('\nTwo who collude, one round: the winner with the node that sets its price; two who met by chance');
  for (const extent of extents) {
    const [pricing, random] = [pricingPairs(extent), randomPairs(extent)];
    say(`${label(extent.size)}  ${show(pricing)}   by chance ${show(random)}`);
    figures[`collusionRegret_${extent.size}`] = ofRegret(pricing);
    figures[`collusionByChanceRegret_${extent.size}`] = ofRegret(random);
    if (extent.size === SIZE) figures.collusionRegret = ofRegret(pricing);
  }
}

function clients({ clients: extents }: Extents, figures: Record<string, Figure>) {
  say('\nClients who shade their budget, one round');
  for (const extent of extents) {
    const regret = clientShading(extent);
    say(`${label(extent.size)}  ${show(regret)}`);
    figures[`clientShadingRegret_${extent.size}`] = ofRegret(regret);
    if (extent.size === SIZE) figures.clientShadingRegret = ofRegret(regret);
  }
}

function stories({ acrossRounds: extents }: Extents, figures: Record<string, Figure>) {
  say(`\nOne node across ${ROUNDS} rounds: the strategy chosen on other stories; the best known afterwards`);
  for (const [extent, count] of extents) {
    const { foresight, hindsight, gains } = acrossRounds(extent, count);
    say(`${label(extent.size)}  ${show(foresight)}   afterwards ${show(hindsight)}`);
    for (const [name, gain] of gains) {
      say(`${' '.repeat(14)}${show(gain)}   all of them: ${name}`);
      figures[`acrossRoundsGain_${extent.size}_${camelCase(name)}`] = ofRegret(gain);
    }
    figures[`acrossRoundsRegret_${extent.size}`] = ofRegret(foresight);
    figures[`acrossRoundsHindsight_${extent.size}`] = ofRegret(hindsight);
    if (extent.size === SIZE) figures.acrossRoundsRegret = ofRegret(foresight);
  }
}

function ofRegret({ percent, low, high, n }: Regret, aim: number | null = null, cases = n): RegretFigure {
  return {
    value: rounded(percent),
    unit: '% of truthful utility',
    better: 'lower',
    aim,
    n: cases,
    spread: rounded(high - low),
    interval: [rounded(low), rounded(high)],
  };
}

/** Two digits after the point; what is not 0 does not become 0. */
function rounded(percent: number): number {
  const shown = Math.round(100 * percent) / 100;
  return shown === 0 ? Number(percent.toPrecision(1)) : shown;
}

function show({ percent, low, high, n }: Regret): string {
  const interval = `[${low.toFixed(2)}, ${high.toFixed(2)}]`;
  return `${percent.toFixed(2).padStart(8)} %  ${interval.padEnd(20)} n = ${String(n).padEnd(5)}`;
}

function label(size: number): string {
  return `  ${String(size).padStart(5)} nodes`;
}

function camelCase(name: string): string {
  return name.replace(/[- ](\w)/g, (_, letter: string) => letter.toUpperCase());
}

await report('incentives', study);
