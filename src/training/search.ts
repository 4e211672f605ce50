import type { Random } from './random.ts';

/** What is searched: floats that, once projected, stand for something that can be played. */
export interface SearchSpace {
  readonly start: Float64Array;
  /** In place. */
  project(floats: Float64Array): void;
}

/** A search as plain numbers; what was drawn follows from the seed and the generation, so this is all of it. */
export interface SearchState {
  readonly generation: number;
  readonly mean: readonly number[];
  /** CEM: the standard deviations. ES: Adam's first and second moments, one after the other. */
  readonly memory: readonly number[];
}

/** A search that draws a population around a mean and moves the mean by how fit its members are. */
export interface Search {
  readonly generation: number;
  /** Projected; what the search would settle on now. */
  readonly mean: Float64Array;
  /** The population of this generation: the same however often it is asked for. Projected. */
  ask(): Float64Array[];
  /** How fit each member is: more is better. Ends the generation. */
  tell(fitness: ArrayLike<number>): void;
  state(): SearchState;
}

export interface EvolutionStrategyOptions {
  /** Members of a generation; even, as they come in mirrored pairs. */
  readonly population: number;
  /** Standard deviation of the noise. */
  readonly sigma: number;
  /** Of Adam, at the first generation; falls linearly to a tenth at the last. */
  readonly learningRate: number;
  /** By which the learning rate has fallen. */
  readonly generations: number;
}

/**
 * Evolution strategies (Salimans et al. 2017, "Evolution Strategies as a Scalable Alternative to Reinforcement Learning"):
 * noise in mirrored pairs, fitness shaped to ranks, Adam on the gradient that they tell.
 */
export class EvolutionStrategy implements Search {
  generation = 0;
  readonly mean: Float64Array;
  readonly #space: SearchSpace;
  readonly #options: EvolutionStrategyOptions;
  readonly #random: Random;
  readonly #first: Float64Array;
  readonly #second: Float64Array;

  constructor(space: SearchSpace, options: EvolutionStrategyOptions, random: Random, state?: SearchState) {
    refusePopulation(options.population, 2);
    const size = space.start.length;
    this.#space = space;
    this.#options = options;
    this.#random = random;
    this.generation = state?.generation ?? 0;
    this.mean = Float64Array.from(state?.mean ?? space.start);
    this.#first = Float64Array.from(state?.memory.slice(0, size) ?? new Float64Array(size));
    this.#second = Float64Array.from(state?.memory.slice(size) ?? new Float64Array(size));
  }

  ask(): Float64Array[] {
    const { sigma } = this.#options;
    return this.#noise().flatMap((noise) => [this.#member(noise, sigma), this.#member(noise, -sigma)]);
  }

  tell(fitness: ArrayLike<number>): void {
    const shaped = centredRanks(fitness);
    const gradient = new Float64Array(this.mean.length);
    this.#noise().forEach((noise, pair) => {
      const better = shaped[2 * pair]! - shaped[2 * pair + 1]!;
      for (let p = 0; p < gradient.length; p++) gradient[p]! += better * noise[p]!;
    });
    for (let p = 0; p < gradient.length; p++) gradient[p]! /= shaped.length * this.#options.sigma;
    this.generation++;
    this.#climb(gradient);
    this.#space.project(this.mean);
  }

  state(): SearchState {
    const { generation, mean } = this;
    return { generation, mean: plain(mean), memory: [...plain(this.#first), ...plain(this.#second)] };
  }

  #noise(): Float64Array[] {
    const random = this.#random.split(this.generation);
    return Array.from({ length: this.#options.population / 2 }, () => normals(this.mean.length, random));
  }

  #member(noise: Float64Array, sigma: number): Float64Array {
    const member = this.mean.map((x, p) => x + sigma * noise[p]!);
    this.#space.project(member);
    return member;
  }

  /** A step of Adam up the gradient. */
  #climb(gradient: Float64Array): void {
    const { learningRate, generations } = this.#options;
    const [beta1, beta2] = [0.9, 0.99];
    const done = Math.min(1, (this.generation - 1) / Math.max(1, generations - 1));
    const [unbias1, unbias2] = [1 - powerOf(beta1, this.generation), 1 - powerOf(beta2, this.generation)];
    const rate = learningRate * (1 - 0.9 * done);
    for (let p = 0; p < gradient.length; p++) {
      const g = gradient[p]!;
      this.#first[p] = beta1 * this.#first[p]! + (1 - beta1) * g;
      this.#second[p] = beta2 * this.#second[p]! + (1 - beta2) * g * g;
      const step = this.#first[p]! / unbias1 / (Math.sqrt(this.#second[p]! / unbias2) + 1e-8);
      this.mean[p]! += rate * step;
    }
  }
}

export interface CrossEntropyOptions {
  /** Members of a generation. */
  readonly population: number;
  /** Standard deviation at the first generation. */
  readonly sigma: number;
  /** Part of the members, the fittest, that the next generation is drawn after. */
  readonly elite: number;
  /** How much of the mean and the deviation is theirs; the rest stays. */
  readonly smoothing: number;
  /** Added to every variance, as a deviation, falling linearly to 0 at the last generation: it keeps the search from closing too soon. */
  readonly extraSigma: number;
  /** By which the extra deviation is gone. */
  readonly generations: number;
}

/**
 * The cross-entropy method (Rubinstein 1999; De Boer et al. 2005, "A Tutorial on the Cross-Entropy Method") with a normal
 * distribution of diagonal covariance, and noise that decreases (Szita and Lőrincz 2006).
 */
export class CrossEntropy implements Search {
  generation = 0;
  readonly mean: Float64Array;
  readonly #space: SearchSpace;
  readonly #options: CrossEntropyOptions;
  readonly #random: Random;
  readonly #deviation: Float64Array;

  constructor(space: SearchSpace, options: CrossEntropyOptions, random: Random, state?: SearchState) {
    refusePopulation(options.population, 1);
    this.#space = space;
    this.#options = options;
    this.#random = random;
    this.generation = state?.generation ?? 0;
    this.mean = Float64Array.from(state?.mean ?? space.start);
    this.#deviation = Float64Array.from(state?.memory ?? space.start.map(() => options.sigma));
  }

  ask(): Float64Array[] {
    const random = this.#random.split(this.generation);
    return Array.from({ length: this.#options.population }, () => {
      const noise = normals(this.mean.length, random);
      const member = this.mean.map((x, p) => x + this.#deviation[p]! * noise[p]!);
      this.#space.project(member);
      return member;
    });
  }

  tell(fitness: ArrayLike<number>): void {
    const { population, elite, smoothing, extraSigma, generations } = this.#options;
    const members = this.ask();
    const count = Math.max(1, Math.round(elite * population));
    const elites = ascending(fitness)
      .slice(-count)
      .map((index) => members[index]!);
    const extra = extraSigma * Math.max(0, 1 - this.generation / generations);
    for (let p = 0; p < this.mean.length; p++) {
      let [sum, squares] = [0, 0];
      for (const member of elites) sum += member[p]!;
      const mean = sum / count;
      for (const member of elites) squares += (member[p]! - mean) * (member[p]! - mean);
      const deviation = Math.sqrt(squares / count + extra * extra);
      this.mean[p] = smoothing * mean + (1 - smoothing) * this.mean[p]!;
      this.#deviation[p] = smoothing * deviation + (1 - smoothing) * this.#deviation[p]!;
    }
    this.generation++;
    this.#space.project(this.mean);
  }

  state(): SearchState {
    return { generation: this.generation, mean: plain(this.mean), memory: plain(this.#deviation) };
  }
}

/** Ranks spread evenly over [−½, ½]; equals share their mean, so that no difference is made up. */
export function centredRanks(fitness: ArrayLike<number>): Float64Array {
  const order = ascending(fitness);
  const ranks = new Float64Array(order.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && fitness[order[to]!] === fitness[order[from]!]) to++;
    const rank = (from + to - 1) / 2;
    for (let k = from; k < to; k++)
      ranks[order[k]!] = order.length === 1 ? 0 : rank / (order.length - 1) - 0.5;
    from = to;
  }
  return ranks;
}

/** Indices by fitness; equals by index. */
function ascending(fitness: ArrayLike<number>): number[] {
  return Array.from(fitness, (_, index) => index).sort((a, b) => fitness[a]! - fitness[b]! || a - b);
}

/** Floats as JSON keeps them: no negative zero. */
export const plain = (floats: Float64Array): number[] => Array.from(floats, (x) => x + 0);

function normals(count: number, random: Random): Float64Array {
  return Float64Array.from({ length: count }, () => random.normal());
}

function powerOf(base: number, exponent: number): number {
  let product = 1;
  for (let n = 0; n < exponent; n++) product *= base;
  return product;
}

function refusePopulation(population: number, multiple: number): void {
  if (Number.isInteger(population) && population >= 2 && population % multiple === 0) return;
  throw new RangeError(
    `a population of ${population} is not ${multiple === 2 ? 'an even number' : 'a number'} from 2 on`,
  );
}
