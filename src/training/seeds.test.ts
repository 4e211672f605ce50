import { describe, expect, test } from 'vitest';
import { DEFAULT_PPO } from './PpoOptions.ts';
import {
  heldOutSeeds,
  MOST_HELD_OUT,
  nextSeed,
  spreadSeeds,
  trainingSeeds,
  validationSeeds,
} from './seeds.ts';
import { DEFAULT_CHOOSE } from './teachAndChoose.ts';
import { DEFAULT_CEM_LINEAR, DEFAULT_ES } from './tune.ts';

describe('seeds', () => {
  test('of one use are of no other', () => {
    const trained = Array.from({ length: 200 }, (_, generation) => trainingSeeds(1, generation, 8)).flat();
    expect(new Set(trained).size).toBeGreaterThan(1_580);
    const uses = [new Set(trained), spreadSeeds(4), validationSeeds(1_000), heldOutSeeds(MOST_HELD_OUT)];
    const all = uses.flatMap((seeds) => [...seeds]);
    expect(new Set(all).size).toBe(all.length);
  });

  test('every search and every teaching chooses on those that validate', () => {
    const all = validationSeeds(1_000);
    for (const { validationSeeds: chosenOn } of [DEFAULT_PPO, DEFAULT_ES, DEFAULT_CEM_LINEAR, DEFAULT_CHOOSE])
      expect(chosenOn).toEqual(all.slice(0, chosenOn.length));
  });

  test('that come by themselves pass over those that choose and judge', () => {
    const drawn = [validationSeeds(1_000), heldOutSeeds(MOST_HELD_OUT)].flatMap((all) => [
      all[0]!,
      all.at(-1)!,
    ]);
    const beside = [900_000, 901_001, 5_000_000, 5_100_001];
    const queue = [...drawn, ...beside];
    const random = { uint32: () => queue.shift()! };
    expect(beside.map(() => nextSeed(random))).toEqual(beside);
  });
});
