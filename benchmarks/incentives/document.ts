/**
 * Writes the figures of benchmarks/results/incentives.json into docs/incentives.md, between marks that name the table:
 * node benchmarks/incentives/document.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const DOCUMENT = fileURLToPath(new URL('../../docs/incentives.md', import.meta.url));
const RESULTS = fileURLToPath(new URL('../results/incentives.json', import.meta.url));

interface Shown {
  readonly value: number;
  readonly n: number;
  readonly interval?: readonly number[];
}
type Figures = Readonly<Record<string, Shown>>;

const SIZES = [5, 20, 100, 300, 1_000];

const TABLES: Readonly<Record<string, (figures: Figures) => string>> = {
  singleRound: (figures) =>
    table(
      ['nodes', 'operators in a round', 'regret'],
      rows(figures, (size) => [
        count(figures[`singleRoundRegret_${size}`]),
        `${figures[`singleRoundRegret_${size}`]?.value} %`,
      ]),
    ),
  totals: (figures) =>
    table(
      ['what', 'count'],
      [
        ['operators in a round (cases)', 'singleRoundCases'],
        ['of them matched when truthful', 'singleRoundMatched'],
        ['breakpoints', 'singleRoundBreakpoints'],
        ['rounds cleared', 'singleRoundRounds'],
        ['cases with a gain', 'singleRoundGaining'],
        ['largest gain, micro-AICC', 'singleRoundLargestGain'],
        ["asks at which a winner's pay moved with its own ask", 'singleRoundPayMoved'],
        ['broken rules caught, of 3', 'brokenVariantsCaught'],
      ].map(([what, name]) => [what!, figures[name!]!.value.toLocaleString('en')]),
    ),
  broken: (figures) =>
    table(
      ['broken rule', 'regret'],
      [
        ['score sees own ask', 'brokenRegret_scoreSeesOwnAsk'],
        ['sequential greedy with critical prices', 'brokenRegret_sequentialGreedy'],
        ['first price', 'brokenRegret_firstPrice'],
      ].map(([rule, name]) => [rule!, regret(figures[name!])]),
    ),
  manyNodes: (figures) =>
    table(
      ['nodes', 'markets', 'owns 2 %', '5 %', '10 %', '20 %', '40 %'],
      rows(figures, (size) => {
        const byPercent = [2, 5, 10, 20, 40].map(
          (percent) => figures[`manyNodesRegret_${size}_${percent}pct`],
        );
        return [count(byPercent.find((figure) => figure !== undefined)), ...byPercent.map(regret)];
      }),
    ),
  collusion: (figures) =>
    table(
      ['nodes', 'markets', 'a winner and the node that sets its price', 'two who met by chance'],
      rows(figures, (size) => [
        count(figures[`collusionByChanceRegret_${size}`]),
        regret(figures[`collusionRegret_${size}`]),
        regret(figures[`collusionByChanceRegret_${size}`]),
      ]),
    ),
  clients: (figures) =>
    table(
      ['nodes', 'clients', 'regret'],
      rows(figures, (size) => [
        count(figures[`clientShadingRegret_${size}`]),
        regret(figures[`clientShadingRegret_${size}`]),
      ]),
    ),
  acrossRounds: (figures) =>
    table(
      ['nodes', 'networks', 'strategy chosen on other stories', 'best of each story, known afterwards'],
      rows(figures, (size) => [
        count(figures[`acrossRoundsRegret_${size}`]),
        regret(figures[`acrossRoundsRegret_${size}`]),
        regret(figures[`acrossRoundsHindsight_${size}`]),
      ]),
    ),
  strategies: (figures) => {
    const names = [
      ...new Set(Object.keys(figures).flatMap((key) => /^acrossRoundsGain_\d+_(.*)$/.exec(key)?.[1] ?? [])),
    ];
    return table(
      ['every operator takes', ...SIZES.map((size) => `${size} nodes`)],
      names.map((name) => [
        spaced(name),
        ...SIZES.map((size) => regret(figures[`acrossRoundsGain_${size}_${name}`])),
      ]),
    );
  },
};

/** The page with its tables made from these figures; what is outside the marks is left alone. */
export function documented(page: string, figures: Figures): string {
  return page.replace(
    /(<!-- figures: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, begin: string, name: string, end: string) => `${begin}\n${TABLES[name]!(figures)}\n\n${end}`,
  );
}

function rows(figures: Figures, cells: (size: number) => readonly string[]): readonly (readonly string[])[] {
  const known = SIZES.filter((size) => Object.keys(figures).some((name) => name.includes(`Regret_${size}`)));
  return known.map((size) => [size.toLocaleString('en'), ...cells(size)]);
}

function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...body.map(line)].join('\n');
}

function count(figure: Shown | undefined): string {
  return figure === undefined ? '' : figure.n.toLocaleString('en');
}

function regret(figure: Shown | undefined): string {
  if (figure === undefined) return '';
  const [low, high] = figure.interval!;
  return `${figure.value} % [${low}, ${high}]`;
}

/** markUp1.5Until0.5: "mark up 1.5 until 0.5". */
function spaced(name: string): string {
  return name.replace(/([a-z])(?=[A-Z\d])|(\d)(?=[A-Z])/g, '$1$2 ').toLowerCase();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { figures } = JSON.parse(readFileSync(RESULTS, 'utf8')) as { figures: Figures };
  writeFileSync(DOCUMENT, documented(readFileSync(DOCUMENT, 'utf8'), figures));
}
