import { describe, expect, test } from 'vitest';
import { Random } from './random.ts';
import { CrossEntropy, centredRanks, EvolutionStrategy, type Search, type SearchState } from './search.ts';

/** Eight numbers that must not leave [−2, 2]; best at 1, −1, 1, −1, … */
const SPACE = {
  start: new Float64Array(8),
  project(floats: Float64Array) {
    for (let i = 0; i < floats.length; i++) floats[i] = Math.min(2, Math.max(-2, floats[i]!));
  },
};
const fitness = (x: Float64Array) =>
  -x.reduce((sum, value, i) => sum + (value - (i % 2 === 0 ? 1 : -1)) ** 2, 0);

const ES = { population: 16, sigma: 0.1, learningRate: 0.1, generations: 80 };
const CEM = { population: 16, sigma: 1, elite: 0.25, smoothing: 0.8, extraSigma: 0.05, generations: 80 };

const SEARCHES: [string, (state?: SearchState) => Search][] = [
  ['evolution strategy', (state) => new EvolutionStrategy(SPACE, ES, new Random(1), state)],
  ['cross-entropy method', (state) => new CrossEntropy(SPACE, CEM, new Random(1), state)],
];

function run(search: Search, generations: number): Search {
  for (let n = 0; n < generations; n++) search.tell(search.ask().map(fitness));
  return search;
}

describe.each(SEARCHES)('%s', (_, make) => {
  test('finds the best', () => {
    expect(fitness(run(make(), 80).mean)).toBeGreaterThan(-0.2);
  });

  test('is the same again, and asks the same however often', () => {
    const search = make();
    expect(search.ask()).toEqual(search.ask());
    expect(run(make(), 10).mean).toEqual(run(make(), 10).mean);
  });

  test('goes on from its state, through JSON, as if it had never stopped', () => {
    const state = JSON.parse(JSON.stringify(run(make(), 7).state()));
    expect(run(make(state), 5).state()).toEqual(run(make(), 12).state());
  });

  test('asks only what is projected', () => {
    const search = run(make(), 3);
    search.mean.fill(2);
    for (const member of search.ask()) expect(Math.max(...member.map(Math.abs))).toBeLessThanOrEqual(2);
  });

  test('cares for ranks alone', () => {
    const [plain, stretched] = [make(), make()];
    for (let n = 0; n < 5; n++) {
      plain.tell(plain.ask().map(fitness));
      stretched.tell(stretched.ask().map((x) => 1e9 * fitness(x) - 7));
    }
    expect(stretched.mean).toEqual(plain.mean);
  });
});

describe('evolution strategy', () => {
  test('refuses a population that is not of pairs', () => {
    expect(() => new EvolutionStrategy(SPACE, { ...ES, population: 5 }, new Random(1))).toThrow('even');
  });

  test('its members mirror each other around the mean', () => {
    const members = new EvolutionStrategy(SPACE, ES, new Random(3)).ask();
    for (let pair = 0; pair < 8; pair++) {
      const [one, other] = [members[2 * pair]!, members[2 * pair + 1]!];
      expect(one.map((x, p) => x + other[p]!)).toEqual(new Float64Array(8));
    }
  });

  test('stays where all members are equally fit', () => {
    const search = new EvolutionStrategy(SPACE, ES, new Random(1));
    search.tell(new Float64Array(16).fill(5));
    expect(search.mean).toEqual(SPACE.start);
  });
});

describe('centred ranks', () => {
  test('are even over −½ … ½, whatever the distances', () => {
    expect(centredRanks([10, -3, 1e9])).toEqual(Float64Array.of(0, -0.5, 0.5));
  });

  test('equals share theirs', () => {
    expect(centredRanks([1, 1, 0, 2])).toEqual(Float64Array.of(0, 0, -0.5, 0.5));
  });
});
