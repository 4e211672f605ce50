/**
 * Operators of one node over many rounds, where work keeps them busy: a network of arrivals, matches and endings, cleared by the
 * protocol every round, and a family of ways to ask in it.
 */
import type { NodeRecord } from '../../src/domain/index.ts';
import { Random } from '../../src/training/random.ts';
import { Book } from './book.ts';
import { drawJob, drawNodes, type Job } from './market.ts';
import type { Sample } from './regret.ts';
import { protocol } from './rules.ts';

export const ROUNDS = 60;
const ROUND_SEC = 600;
const OPEN_ROUNDS = 3;
/** Workloads a round. A run lasts about eight rounds, so that nodes are busy most of the time. */
const ARRIVALS_PER_NODE = 0.1;
/** So long may a node be busy when the story begins. */
const LONGEST_START = 12;

/** What a node knows when it asks. Everything here is on chain. */
interface View {
  readonly trueAsk: number;
  /** 0..1, how much of the story has passed. */
  readonly elapsed: number;
  readonly freeShare: number;
  /** Price of a GPU-hour on nodes of its class in the last round that matched any; 0 before. */
  readonly priceOfClass: number;
}

export interface Strategy {
  readonly name: string;
  ask(view: View): number;
}

const truthful: Strategy = { name: 'truthful', ask: ({ trueAsk }) => trueAsk };
const markUp = (factor: number): Strategy => ({
  name: `mark-up ${factor}`,
  ask: ({ trueAsk }) => trueAsk * factor,
});
const reserve = (factor: number, until: number): Strategy => ({
  name: `mark-up ${factor} until ${until}`,
  ask: ({ trueAsk, elapsed }) => (elapsed < until ? trueAsk * factor : trueAsk),
});
const falling = (factor: number): Strategy => ({
  name: `falling from ${factor}`,
  ask: ({ trueAsk, elapsed }) => trueAsk * (1 + (factor - 1) * (1 - elapsed)),
});
const whenScarce = (factor: number): Strategy => ({
  name: `mark-up ${factor} when half busy`,
  ask: ({ trueAsk, freeShare }) => (freeShare <= 0.5 ? trueAsk * factor : trueAsk),
});
const followPrice = (share: number): Strategy => ({
  name: `follow ${share} of price`,
  ask: ({ trueAsk, priceOfClass }) => Math.max(trueAsk, share * priceOfClass),
});

/** What is searched; the first is the truth. */
export const STRATEGIES: readonly Strategy[] = [
  truthful,
  ...[1.05, 1.1, 1.2, 1.35, 1.5, 2].map(markUp),
  reserve(1.5, 0.5),
  ...[1.5, 2].map(falling),
  whenScarce(1.25),
  followPrice(0.8),
];
/** For large networks, where a story takes seconds. */
export const FEW_STRATEGIES: readonly Strategy[] = [truthful, markUp(1.1), markUp(1.35), followPrice(0.8)];

export interface Operator {
  /** The strategy that is best on one half of the stories, in the other half; both ways. What a node can hope for. */
  readonly foresight: Sample;
  /** The best strategy of each story, known afterwards. More than anyone can hope for: luck is in it. */
  readonly hindsight: Sample;
  /** Each strategy in all stories; in the order of the strategies, the truth first. */
  readonly byStrategy: readonly Sample[];
}

/** One operator in so many asks for itself. In a large network what they do to each other is of second order. */
const NODES_PER_DEVIANT = 50;

/** Operators of one node in a network of `size`, of those that earn, over `stories` sequences of arrivals. */
export function operatorsOf(
  seed: number,
  size: number,
  stories: number,
  strategies: readonly Strategy[],
): readonly Operator[] {
  const random = new Random(seed);
  const nodes = drawNodes(random.split(0), size).map((node) => ({ ...node, freeGpus: node.gpus }));
  const deviants = earners(nodes, random.split(1)).slice(0, Math.ceil(size / NODES_PER_DEVIANT));
  const utilities = strategies.map((strategy) =>
    Array.from({ length: stories }, (_, story) =>
      utilitiesOf(nodes, deviants, random.split(2 + story), strategy),
    ),
  );
  return deviants.map((_, i) => operator(utilities.map((byStory) => byStory.map((byNode) => byNode[i]!))));
}

/** The nodes that made something in a story of its own in which all are truthful: the others have little to gain or lose. */
function earners(nodes: readonly NodeRecord[], story: Random): readonly number[] {
  const all = [...nodes.keys()];
  const utilitiesMicro = utilitiesOf(nodes, all, story, truthful);
  return all.filter((c) => utilitiesMicro[c]! > 0);
}

/** By strategy, then by story. */
function operator(utilities: readonly (readonly number[])[]): Operator {
  const stories = utilities[0]!.length;
  const even = (ofStory: readonly number[]) => ofStory.filter((_, story) => story % 2 === 0);
  const odd = (ofStory: readonly number[]) => ofStory.filter((_, story) => story % 2 === 1);
  const chosenOn = (half: typeof even, other: typeof even) => {
    const byStrategy = utilities.map((ofStory) => sum(half(ofStory)));
    return sum(other(utilities[byStrategy.indexOf(Math.max(...byStrategy))]!));
  };
  const truthfulMicro = sum(utilities[0]!);
  let bestMicro = 0;
  for (let story = 0; story < stories; story++)
    bestMicro += Math.max(...utilities.map((ofStory) => ofStory[story]!));
  return {
    foresight: { truthfulMicro, bestMicro: chosenOn(even, odd) + chosenOn(odd, even) },
    hindsight: { truthfulMicro, bestMicro },
    byStrategy: utilities.map((ofStory) => ({ truthfulMicro, bestMicro: sum(ofStory) })),
  };
}

/** What each deviant makes in one story. All else is drawn from the seed alone, whatever they ask. */
function utilitiesOf(
  nodes: readonly NodeRecord[],
  deviants: readonly number[],
  random: Random,
  strategy: Strategy,
): readonly number[] {
  const start = random.split(0);
  const arrivals = random.split(1);
  let running = nodes.flatMap((node, c) => {
    const untilRound = start.integer(LONGEST_START);
    return start.float() < 0.5 ? [{ c, gpus: node.gpus, untilRound }] : [];
  });
  let open: Job[] = [];
  const utilitiesMicro = deviants.map(() => 0);
  const priceOfClass = new Map<number, number>();
  for (let round = 0; round < ROUNDS; round++) {
    running = running.filter(({ untilRound }) => untilRound > round);
    open = open.filter(({ spec }) => round < spec.submittedRound + OPEN_ROUNDS);
    for (let left = arrivals.poisson(ARRIVALS_PER_NODE * nodes.length); left > 0; left--)
      open.push(drawJob(arrivals, round));

    const free = nodes.map(({ gpus }) => gpus);
    for (const { c, gpus } of running) free[c]! -= gpus;
    const market = {
      round,
      nodes: nodes.map((node, c) => ({ ...node, freeGpus: free[c]! })),
      workloads: open,
    };
    const asks = deviants.map((c) => {
      const { askMicroPerGpuHour: trueAsk, gpus, classId } = nodes[c]!;
      const view = {
        trueAsk,
        elapsed: round / ROUNDS,
        freeShare: free[c]! / gpus,
        priceOfClass: priceOfClass.get(classId) ?? 0,
      };
      return [c, Math.round(strategy.ask(view))] as const;
    });
    const book = new Book(market, protocol);
    const matches = book.clear(new Map(asks));

    for (const [i, c] of deviants.entries()) utilitiesMicro[i]! += book.utilityMicro(matches, [c]);
    const sold = new Map<number, { priceMicro: number; gpuSec: number }>();
    for (const [c, { workload, priceMicro }] of matches) {
      const gpuSec = book.gpuSec(workload, c);
      const { gpus } = open[workload]!.spec;
      running.push({ c, gpus, untilRound: round + Math.ceil(gpuSec / gpus / ROUND_SEC) });
      const { classId } = nodes[c]!;
      const before = sold.get(classId) ?? { priceMicro: 0, gpuSec: 0 };
      sold.set(classId, { priceMicro: before.priceMicro + priceMicro, gpuSec: before.gpuSec + gpuSec });
    }
    for (const [classId, { priceMicro, gpuSec }] of sold)
      priceOfClass.set(classId, (3_600 * priceMicro) / gpuSec);
    const taken = new Set([...matches.values()].map(({ workload }) => workload));
    open = open.filter((_, w) => !taken.has(w));
  }
  return utilitiesMicro;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
