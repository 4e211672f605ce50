import { FEATURES } from '../domain/index.ts';
import { LARGEST_PENALTY } from './actor.ts';
import { certified, clearingOf, playBy, type Quality } from './play.ts';
import { Random } from './random.ts';
import { Simulation } from './Simulation.ts';
import type { Scenario } from './scenario.ts';
import { welfareOf } from './welfare.ts';
import type { SimulatedWorkload } from './workloads.ts';

/** Pairs, and the penalty that each ought to have. */
export interface Lesson {
  /** 24 of each row. */
  readonly features: Int16Array;
  /** Also what no penalty reaches: `teach` clips it. */
  readonly target: Float64Array;
  /** How much a row counts: the square root of its predicted GPU-hours. */
  readonly weight: Float64Array;
}

/** What a match of a feasible pair is worth to the network, micro-AICC; it may look at what no rule may see. */
export type Worth = (simulation: Simulation, workload: SimulatedWorkload, node: number) => number;

export interface LessonOptions {
  /** Who plays: price alone, or a network, and then the pairs are those that it is led to. */
  readonly player: Quality;
  readonly worth: Worth;
  /** Part of the pairs of open workloads and nodes that are looked at, in each round. */
  readonly share: number;
  /** Of the draw of pairs. */
  readonly seed: number;
}

export const DEFAULT_LESSON = { player: null, share: 0.08, seed: 1 } as const;

/**
 * The welfare that is expected of a match by what is true of its node, less the price of the GPU time that it takes from
 * the others: `shadowPriceMicroPerGpuHour` of each predicted GPU-hour, higher the busier the network is.
 */
export function expectedWorth(shadowPriceMicroPerGpuHour: number): Worth {
  return (simulation, workload, node) => {
    const capacityMicro = shadowPriceMicroPerGpuHour * gpuHours(simulation, workload, node);
    return welfareOf(simulation.prospect(workload, node).expected) - capacityMicro;
  };
}

/**
 * Plays episodes and notes, of feasible pairs drawn on the way, the penalty under which the weight would be the worth:
 * weight by price alone − rate · GPU-hours = worth. Regression on it (`teach`) is one step of approximate dynamic programming
 * with the simulator as the judge; played by the network that was taught so far, lessons are of the pairs that the network
 * itself is led to (DAgger, Ross et al. 2011).
 *
 * @example const lesson = lessonOf(scenario, [1_000_001, 1_000_002], { worth: expectedWorth(100_000) });
 */
export function lessonOf(
  scenario: Scenario,
  seeds: readonly number[],
  options: Pick<LessonOptions, 'worth'> & Partial<LessonOptions>,
): Lesson {
  const settings = { ...DEFAULT_LESSON, ...options };
  const simulation = new Simulation(scenario);
  const notes = new Notes(simulation, settings);
  const clear = clearingOf(simulation, certified(settings.player));
  const root = new Random(settings.seed);
  for (const seed of seeds) {
    const random = root.split(seed);
    playBy(simulation, seed, () => {
      notes.take(random);
      return clear();
    });
  }
  return notes.lesson();
}

/** Lessons one after the other, as of several loads. */
export function joined(lessons: readonly Lesson[]): Lesson {
  const rows = lessons.reduce((sum, { target }) => sum + target.length, 0);
  const all = emptyLesson(rows);
  let at = 0;
  for (const { features, target, weight } of lessons) {
    all.features.set(features, at * FEATURES);
    all.target.set(target, at);
    all.weight.set(weight, at);
    at += target.length;
  }
  return all;
}

/** A lesson of `expectedWorth` with dearer capacity: each GPU-hour counts for so much less. */
export function dearer(lesson: Lesson, scenario: Scenario, microPerGpuHour: number): Lesson {
  const step = penaltyOf(scenario, microPerGpuHour);
  return { ...lesson, target: lesson.target.map((target) => target + step) };
}

/** The penalty that a GPU-hour costs so much by. */
function penaltyOf({ parameters }: Scenario, microPerGpuHour: number): number {
  return (microPerGpuHour / Math.max(1, parameters.maxPenaltyMicroPerGpuHour)) * LARGEST_PENALTY;
}

class Notes {
  readonly #simulation: Simulation;
  readonly #options: LessonOptions;
  #rows = 0;
  #room = emptyLesson(1_024);

  constructor(simulation: Simulation, options: LessonOptions) {
    this.#simulation = simulation;
    this.#options = options;
  }

  /** Of the round that the simulation is in, before it is cleared. */
  take(random: Random): void {
    const { open, nodes } = this.#simulation;
    for (const workload of open) {
      for (let node = 0; node < nodes.length; node++) {
        const isDrawn = random.float() < this.#options.share;
        if (isDrawn && this.#simulation.isFeasible(workload, node)) this.#note(workload, node);
      }
    }
  }

  lesson(): Lesson {
    const { features, target, weight } = this.#room;
    return {
      features: features.slice(0, this.#rows * FEATURES),
      target: target.slice(0, this.#rows),
      weight: weight.slice(0, this.#rows),
    };
  }

  #note(workload: SimulatedWorkload, node: number): void {
    const simulation = this.#simulation;
    if (this.#rows === this.#room.target.length) this.#room = joined([this.#room, emptyLesson(this.#rows)]);
    const row = this.#rows++;
    const { features, target, weight } = this.#room;
    const weightMicro = simulation.weightMicro(workload, node, simulation.gpuSec(workload, node));
    const hours = gpuHours(simulation, workload, node);
    const rate = (weightMicro - this.#options.worth(simulation, workload, node)) / hours;
    simulation.writeFeatures(workload, node, features, row * FEATURES);
    target[row] = penaltyOf(simulation.scenario, rate);
    weight[row] = Math.sqrt(hours);
  }
}

/** Predicted. */
function gpuHours(simulation: Simulation, workload: SimulatedWorkload, node: number): number {
  return simulation.gpuSec(workload, node) / 3_600;
}

function emptyLesson(rows: number): Lesson {
  return {
    features: new Int16Array(rows * FEATURES),
    target: new Float64Array(rows),
    weight: new Float64Array(rows),
  };
}
