import type { IntegerNetwork } from '../domain/index.ts';
import { dearer, expectedWorth, type Lesson, lessonOf } from './lesson.ts';
import type { Quality } from './play.ts';
import type { Scenario } from './scenario.ts';
import { trainingSeeds, validationSeeds } from './seeds.ts';
import { relativeGain } from './statistics.ts';
import { DEFAULT_TEACH, type TeachOptions, teach } from './teach.ts';
import { playAll } from './tune.ts';

/** A scenario to learn in, such as a market at one load, and what a GPU-hour is worth to others there. */
export interface Course {
  readonly scenario: Scenario;
  readonly shadowPriceMicroPerGpuHour: number;
}

/** Every setting of `teachAndChoose`. */
export interface ChooseOptions extends TeachOptions {
  /** Rounds of lessons: the first played by price alone, each further one by the best network so far (DAgger). */
  readonly rounds: number;
  /** Of each course, in each round. */
  readonly episodes: number;
  /** Multiples of the shadow prices that are tried. */
  readonly priceScales: readonly number[];
  /** Arrival seeds for choosing among networks. Never report welfare on these. */
  readonly validationSeeds: readonly number[];
}

export const DEFAULT_CHOOSE: ChooseOptions = {
  ...DEFAULT_TEACH,
  rounds: 1,
  episodes: 16,
  priceScales: [0.75, 1, 1.5],
  validationSeeds: validationSeeds(8),
};

export interface Taught {
  /** The best on the validation seeds of those that were taught. */
  readonly network: IntegerNetwork;
  /** Of the shadow prices that it was taught. */
  readonly priceScale: number;
  /** Welfare over that of price alone, minus 1, on the validation seeds: by course, and their mean. */
  readonly gains: readonly number[];
  readonly meanGain: number;
  /** In all lessons. */
  readonly rows: number;
}

/** Says what it is at, e.g. "playing, 3 of 80 episodes". */
export type OnStage = (stage: string) => void;

/**
 * Teaches the worth of matches under several scales of the shadow prices and keeps the network that brings most by the
 * deployed rule. One network learns from all courses: it tells them apart by its features of the network.
 *
 * @example const { network } = await teachAndChoose(courses, { seed: 7 }, console.log);
 */
export async function teachAndChoose(
  courses: readonly Course[],
  options: Partial<ChooseOptions> = {},
  onStage: OnStage = () => {},
): Promise<Taught> {
  const settings = { ...DEFAULT_CHOOSE, ...options };
  const judge = new Judge(courses, settings, onStage);
  const lessons: Lesson[][] = courses.map(() => []);
  let best: Omit<Taught, 'rows'> | null = null;
  for (let round = 0; round < settings.rounds; round++) {
    await addLessons(lessons, courses, settings, round, best?.network ?? null, onStage);
    for (const priceScale of settings.priceScales) {
      const priced = courses.flatMap(({ scenario, shadowPriceMicroPerGpuHour }, c) =>
        lessons[c]!.map((lesson) => dearer(lesson, scenario, priceScale * shadowPriceMicroPerGpuHour)),
      );
      const network = await teach(priced, settings, ({ pass, passes }) =>
        onStage(`teaching at ${priceScale} × the price of capacity, pass ${pass} of ${passes}`),
      );
      const gains = await judge.gains(network);
      const meanGain = mean(gains);
      if (best === null || meanGain > best.meanGain) best = { network, priceScale, gains, meanGain };
    }
  }
  if (best === null) throw new RangeError('there must be at least one round and one price scale');
  return { ...best, rows: lessons.flat().reduce((sum, { target }) => sum + target.length, 0) };
}

/** One lesson an episode, with capacity for nothing. */
async function addLessons(
  lessons: readonly Lesson[][],
  courses: readonly Course[],
  { seed, episodes, signal }: ChooseOptions,
  round: number,
  player: Quality,
  onStage: OnStage,
): Promise<void> {
  for (const [c, { scenario }] of courses.entries()) {
    for (const [k, arrivals] of trainingSeeds(seed, round * courses.length + c, episodes).entries()) {
      await breath(signal);
      onStage(`playing, ${c * episodes + k + 1} of ${courses.length * episodes} episodes`);
      lessons[c]!.push(lessonOf(scenario, [arrivals], { worth: expectedWorth(0), player, seed }));
    }
  }
}

/** Plays networks on the validation seeds of all courses. */
class Judge {
  readonly #courses: readonly Course[];
  readonly #options: ChooseOptions;
  readonly #onStage: OnStage;
  /** Welfare of price alone, by course. */
  #base: readonly number[] | null = null;

  constructor(courses: readonly Course[], options: ChooseOptions, onStage: OnStage) {
    this.#courses = courses;
    this.#options = options;
    this.#onStage = onStage;
  }

  async gains(network: IntegerNetwork): Promise<number[]> {
    this.#base ??= await this.#welfare(null);
    const base = this.#base;
    return (await this.#welfare(network)).map((welfare, c) => relativeGain(welfare - base[c]!, base[c]!));
  }

  async #welfare(quality: Quality): Promise<number[]> {
    const { validationSeeds: seeds, signal } = this.#options;
    const found: number[] = [];
    for (const { scenario } of this.#courses) {
      await breath(signal);
      this.#onStage(`validating, ${found.length + 1} of ${this.#courses.length} courses`);
      const [bySeed] = await playAll(scenario)([quality], seeds);
      found.push(mean(bySeed!));
    }
    return found;
  }
}

/** Gives way to other work, so that an AbortSignal is heard. */
async function breath(signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => setTimeout(resolve, 0));
  signal?.throwIfAborted();
}

/** Half of the mean ask while there is room for all, more where there is not: what openb's market bears. */
export function shadowPriceOf({ nodes }: Scenario, load: number): number {
  const askMicroPerGpuHour = mean(nodes.map((node) => node.askMicroPerGpuHour));
  return askMicroPerGpuHour * (0.5 + 2 * Math.max(0, load - 1));
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
