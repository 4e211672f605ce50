import { Random } from './random.ts';

/**
 * Arrival seeds and what each is for, apart from one another, so that nothing is judged on what it learned from:
 * 800_001 … where features lie; 900_001 … to choose a checkpoint; 1_000_000 … 4_899_999 to search and to teach;
 * 5_000_001 … 5_100_000 to judge. Environments that start over by themselves draw theirs among all others.
 */
const SPREAD = 800_001;
const VALIDATION = 900_001;
const TRAINING = 1_000_000;
const TRAINING_COUNT = 3_900_000;
const HELD_OUT = 5_000_001;
/** At most so many choose, and judge. */
const MOST_VALIDATION = 1_000;
export const MOST_HELD_OUT = 100_000;

/** For where the features of a scenario lie. */
export const spreadSeeds = (count: number): number[] => following(SPREAD, count);

/** For choosing among checkpoints. Never report welfare on these. */
export const validationSeeds = (count: number): number[] => following(VALIDATION, count);

/** For judging a policy: no training, and no choice of a checkpoint, plays them. */
export const heldOutSeeds = (count: number): number[] => following(HELD_OUT, count);

/** Of a generation of a search, or a course of a teaching. */
export function trainingSeeds(seed: number, generation: number, count: number): number[] {
  const random = new Random(seed).split(3).split(generation);
  return Array.from({ length: count }, () => TRAINING + random.integer(TRAINING_COUNT));
}

/** Of the next episode of an environment that starts over by itself: any but those that choose or judge. */
export function nextSeed(random: Pick<Random, 'uint32'>): number {
  for (;;) {
    const seed = random.uint32();
    if (!isAmong(seed, VALIDATION, MOST_VALIDATION) && !isAmong(seed, HELD_OUT, MOST_HELD_OUT)) return seed;
  }
}

const following = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);

const isAmong = (seed: number, first: number, count: number) => seed >= first && seed < first + count;
