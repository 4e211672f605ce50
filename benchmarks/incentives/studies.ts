/** The studies of the benchmark: which markets, how many, whose lie. Every one is named by a seed and deterministic. */
import { Random } from '../../src/training/random.ts';
import { tryStrategies } from './acrossRounds.ts';
import { Book, TRUTH } from './book.ts';
import { bestOfClient } from './clients.ts';
import { bestOfPair } from './collusion.ts';
import { bestOfOwner } from './manyNodes.ts';
import { drawMarket } from './market.ts';
import { type Regret, regretOf, type Sample } from './regret.ts';
import { protocol, type Rule } from './rules.ts';
import { bestResponse } from './singleRound.ts';
import { STRATEGIES } from './strategies.ts';

/** A market size of a study and how much of it is run. */
export interface Extent {
  readonly size: number;
  readonly markets: number;
}

export interface SingleRound {
  /** By market, so that the interval knows that nodes of one market are not independent. */
  readonly regret: Regret;
  /** Nodes that were eligible for something, and of them those that the truth matches. */
  readonly cases: number;
  readonly won: number;
  readonly asks: number;
  readonly breakpoints: number;
  readonly payMoved: number;
  /** Cases with any gain, and the largest, micro-AICC. */
  readonly gaining: number;
  readonly largestGainMicro: number;
}

/**
 * Best responses of up to `nodesOfMarket` nodes of each market. Regret is in per cent of what the truth brings under the
 * protocol, for every rule: under first price the truth brings nothing.
 */
export function singleRound(rule: Rule, { size, markets }: Extent, nodesOfMarket: number): SingleRound {
  const samples: Sample[] = [];
  const total = { cases: 0, won: 0, asks: 0, breakpoints: 0, payMoved: 0, gaining: 0, largestGainMicro: 0 };
  for (const seed of seeds(size, markets)) {
    const book = new Book(drawMarket(new Random(seed), size), rule);
    const baseline = rule === protocol ? book : new Book(book.market, protocol);
    const truth = baseline.clear(TRUTH);
    const random = new Random(seed, 1);
    let [truthfulMicro, gainMicro] = [0, 0];
    for (let c = 0; c < Math.min(size, nodesOfMarket); c++) {
      const response = bestResponse(book, c, random);
      if (response === null) continue;
      const gain = response.bestMicro - response.truthfulMicro;
      truthfulMicro += baseline.utilityMicro(truth, [c]);
      gainMicro += gain;
      total.cases++;
      total.won += response.won ? 1 : 0;
      total.asks += response.asks;
      total.breakpoints += response.breakpoints;
      total.payMoved += response.payMoved;
      total.gaining += gain > 0 ? 1 : 0;
      total.largestGainMicro = Math.max(total.largestGainMicro, gain);
    }
    samples.push({ truthfulMicro, bestMicro: truthfulMicro + gainMicro });
  }
  return { regret: regretOf(samples), ...total };
}

/** An owner of the first nodes of each market, which are as random as any. */
export function manyNodes({ size, markets }: Extent, owned: number): Regret {
  const own = Array.from({ length: owned }, (_, c) => c);
  return regretOf(books(size, markets).map((book) => bestOfOwner(book, own, size > 100 ? 6 : 24)));
}

/** Two operators who met by chance. */
export function randomPairs({ size, markets }: Extent): Regret {
  return regretOf(books(size, markets).map((book) => bestOfPair(book, [0, 1], size <= 20)));
}

/** A winner and the node that sets its price: the two who have most to talk about. Markets without any are left out. */
export function pricingPairs({ size, markets }: Extent): Regret {
  return regretOf(
    books(size, markets).flatMap((book) => {
      const priced = [...book.clear(TRUTH)].filter(([, { next }]) => next >= 0);
      if (priced.length === 0) return [];
      const [winner, { next }] = new Random(size).choice(priced);
      return [bestOfPair(book, [winner, next], size <= 20)];
    }),
  );
}

/** The first client of each market. */
export function clientShading({ size, markets }: Extent): Regret {
  return regretOf(books(size, markets).map((book) => bestOfClient(book, 0)));
}

export function acrossRounds({ size, markets }: Extent, stories: number) {
  const networks = seeds(size, markets).map((seed) => tryStrategies(seed, size, stories));
  return {
    foresight: regretOf(networks.map(({ foresight }) => foresight)),
    hindsight: regretOf(networks.map(({ hindsight }) => hindsight)),
    /** What a strategy brings over the truth where every operator takes it, whoever it is; may be a loss. */
    gains: STRATEGIES.slice(1).map(
      ({ name }, i) => [name, regretOf(networks.map(({ byStrategy }) => byStrategy[i + 1]!))] as const,
    ),
  };
}

function books(size: number, markets: number): readonly Book[] {
  return seeds(size, markets).map((seed) => new Book(drawMarket(new Random(seed), size), protocol));
}

function seeds(size: number, markets: number): readonly number[] {
  return Array.from({ length: markets }, (_, market) => 100_000 * size + market);
}
