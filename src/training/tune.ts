import type { IntegerNetwork } from '../domain/index.ts';
import { featureSpread } from './featureSpread.ts';
import { emptyNetwork, LinearQuality } from './linear.ts';
import { Masters } from './masters.ts';
import { certified, play, type Quality } from './play.ts';
import { Random } from './random.ts';
import { Simulation } from './Simulation.ts';
import type { Scenario } from './scenario.ts';
import {
  CrossEntropy,
  EvolutionStrategy,
  plain,
  type Search,
  type SearchSpace,
  type SearchState,
} from './search.ts';
import { spreadSeeds, trainingSeeds, validationSeeds } from './seeds.ts';
import { outputShift } from './situation.ts';
import { relativeGain } from './statistics.ts';

/** Every setting of a search on the deployed rule. */
export interface TuneOptions {
  /** All randomness of a search: the same seed gives the same network, byte for byte, for any number of workers. */
  readonly seed: number;
  /** Evolution strategies, or the cross-entropy method. */
  readonly method: 'es' | 'cem';
  /** The integer network, or the 24 weights and the bias of a linear quality. */
  readonly quality: 'network' | 'linear';
  /** Where a network starts; null: an untrained one, which is price alone. A linear quality starts at price alone. */
  readonly from: IntegerNetwork | null;
  /** Width of both hidden layers of an untrained network, and least width of a linear one; a multiple of 8, at most 64. */
  readonly hidden: number;
  /** Shift of the output, which sets how much a unit can penalise; null: by the asks of the scenario. */
  readonly outputShift: number | null;
  readonly generations: number;
  /** Members of a generation; even for evolution strategies. */
  readonly population: number;
  /** Episodes that each member plays, the same for all of a generation. */
  readonly episodes: number;
  /** Standard deviation of the noise; of CEM, at first. */
  readonly sigma: number;
  /** ES: of Adam, at first; falls linearly to a tenth. */
  readonly learningRate: number;
  /** CEM: part of a generation that the next is drawn after. */
  readonly elite: number;
  /** CEM: how much of mean and deviation is theirs. */
  readonly smoothing: number;
  /** CEM: least deviation, falling linearly to 0. */
  readonly extraSigma: number;
  /** Generations between two checkpoints, each played on the validation seeds. */
  readonly checkpointEvery: number;
  /** Arrival seeds for choosing the checkpoint. Never report welfare on these. */
  readonly validationSeeds: readonly number[];
  /** Ends the search after the generation at hand; the best so far is kept. */
  readonly signal?: AbortSignal;
  /** Goes on from here; all else must be as it was. */
  readonly resume?: TuneState;
}

const SHARED = {
  seed: 1,
  from: null,
  hidden: 32,
  outputShift: null,
  generations: 60,
  population: 32,
  episodes: 8,
  elite: 0.25,
  smoothing: 0.7,
  extraSigma: 0.05,
  checkpointEvery: 5,
  validationSeeds: validationSeeds(32),
} as const;

/** Evolution strategies of the network. */
export const DEFAULT_ES: TuneOptions = {
  ...SHARED,
  method: 'es',
  quality: 'network',
  sigma: 0.08,
  learningRate: 0.02,
};

/** The cross-entropy method on the linear quality: 25 numbers. */
export const DEFAULT_CEM_LINEAR: TuneOptions = {
  ...SHARED,
  method: 'cem',
  quality: 'linear',
  hidden: 8,
  sigma: 0.3,
  learningRate: 0.05,
};

/** What one generation was like. */
export interface GenerationMetrics {
  /** From 1 on. */
  readonly generation: number;
  readonly generations: number;
  /** Welfare over that of price alone on the same seeds, minus 1: of the fittest member, and of all on average. */
  readonly bestGain: number;
  readonly meanGain: number;
  /** Episodes played so far. */
  readonly episodes: number;
  /** Where a checkpoint was made: the same of the search's mean on the validation seeds. */
  readonly validationGain: number | null;
}

/** A search between two generations, as plain numbers. */
export interface TuneState {
  readonly search: SearchState;
  readonly best: {
    readonly mean: readonly number[];
    readonly welfareMicro: number;
    readonly generation: number;
  };
  readonly episodes: number;
}

export interface TuneResult {
  /** The best checkpoint on the validation seeds; what it started from counts as one. */
  readonly network: IntegerNetwork;
  /** 0: what it started from. */
  readonly bestGeneration: number;
  /** Over price alone. */
  readonly validationGain: number;
  readonly history: readonly GenerationMetrics[];
  readonly episodes: number;
  readonly state: TuneState;
}

/** Welfare of each quality on each seed, micro-AICC. */
export type WelfareOf = (qualities: readonly Quality[], seeds: readonly number[]) => Promise<Float64Array[]>;

/** Called after each generation; the search waits for what it returns. */
export type OnGeneration = (metrics: GenerationMetrics, state: () => TuneState) => void | Promise<void>;

/**
 * Searches for a quality directly on the deployed rule: what is fit is the welfare of whole episodes, cleared as the
 * network clears them, integers and all. All members of a generation meet the same arrivals and the same luck.
 *
 * @example const { network } = await tune(scenario, { ...DEFAULT_ES, seed: 7 }, playAll(scenario));
 */
export async function tune(
  scenario: Scenario,
  options: TuneOptions,
  welfare: WelfareOf,
  onGeneration: OnGeneration = () => {},
): Promise<TuneResult> {
  const { seed, generations, checkpointEvery, validationSeeds: judges, resume } = options;
  const root = new Random(seed);
  const space = spaceOf(scenario, options, root.split(1));
  const search = searchOf(space, options, root.split(2));
  const networkOf = (mean: readonly number[]) => space.network(Float64Array.from(mean));

  const [base, started] = (await welfare([null, networkOf(plain(space.start))], judges)).map(mean);
  let best = resume?.best ?? { mean: plain(space.start), welfareMicro: started!, generation: 0 };
  let episodes = resume?.episodes ?? 2 * judges.length;
  const history: GenerationMetrics[] = [];
  const state = (): TuneState => ({ search: search.state(), best, episodes });
  while (search.generation < generations && !options.signal?.aborted) {
    const seeds = trainingSeeds(seed, search.generation, options.episodes);
    const networks = search.ask().map((member) => space.network(member));
    const [priceAlone, ...members] = (await welfare([null, ...networks], seeds)).map(mean);
    episodes += (members.length + 1) * seeds.length;
    search.tell(members);
    const { generation } = search;
    let validationGain: number | null = null;
    if (generation % checkpointEvery === 0 || generation === generations) {
      const [welfareMicro] = (await welfare([space.network(search.mean)], judges)).map(mean);
      episodes += judges.length;
      if (welfareMicro! > best.welfareMicro)
        best = { mean: plain(search.mean), welfareMicro: welfareMicro!, generation };
      validationGain = relativeGain(welfareMicro! - base!, base!);
    }
    const gain = (welfareMicro: number) => relativeGain(welfareMicro - priceAlone!, priceAlone!);
    const bestGain = gain(Math.max(...members));
    history.push({
      generation,
      generations,
      bestGain,
      meanGain: gain(mean(members)),
      episodes,
      validationGain,
    });
    await onGeneration(history.at(-1)!, state);
  }
  return {
    network: networkOf(best.mean),
    bestGeneration: best.generation,
    validationGain: relativeGain(best.welfareMicro - base!, base!),
    history,
    episodes,
    state: state(),
  };
}

/** `WelfareOf` on this thread. */
export function playAll(scenario: Scenario): WelfareOf {
  const simulation = new Simulation(scenario);
  return async (qualities, seeds) =>
    qualities.map((quality) =>
      Float64Array.from(seeds, (seed) => play(simulation, seed, certified(quality)).welfareMicro),
    );
}

type QualitySpace = SearchSpace & { network(floats: Float64Array): IntegerNetwork };

function spaceOf(scenario: Scenario, options: TuneOptions, random: Random): QualitySpace {
  const spread = featureSpread(scenario, spreadSeeds(4));
  const shift = options.outputShift ?? outputShift(scenario);
  if (options.quality === 'linear') return new LinearQuality(spread, shift, options.hidden);
  const from = options.from ?? emptyNetwork(options.hidden, shift);
  return new Masters(from, spread).wake(random);
}

function searchOf(space: SearchSpace, options: TuneOptions, random: Random): Search {
  const state = options.resume?.search;
  return options.method === 'es'
    ? new EvolutionStrategy(space, options, random, state)
    : new CrossEntropy(space, options, random, state);
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
