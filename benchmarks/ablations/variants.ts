/** node benchmarks/ablations/variants.ts VARIANT SEED [quick]: trains one variant, prints what it gains over price alone. */
import { fileURLToPath } from 'node:url';
import type { IntegerNetwork } from '../../src/domain/index.ts';
import { evaluate } from '../../src/training/evaluate.ts';
import { expectedWorth, lessonOf } from '../../src/training/lesson.ts';
import { openbScenario } from '../../src/training/market.ts';
import { type PpoOptions, train } from '../../src/training/ppo.ts';
import type { Scenario } from '../../src/training/scenario.ts';
import { heldOutSeeds, validationSeeds } from '../../src/training/seeds.ts';
import { teach } from '../../src/training/teach.ts';
import { DEFAULT_CEM_LINEAR, DEFAULT_ES, playAll, type TuneOptions, tune } from '../../src/training/tune.ts';
import { lessonSeeds, MARKET_PPO } from '../policy/settings.ts';

/** Every variant has the same market, and a budget of about a quarter of a minute on one core. */
interface Budget {
  readonly updates: number;
  readonly generations: number;
  readonly lessons: number;
  readonly judged: number;
}
const FULL: Budget = { updates: 20, generations: 4, lessons: 24, judged: 24 };
const QUICK: Budget = { updates: 2, generations: 1, lessons: 1, judged: 2 };

/** Validation seeds. */
const JUDGES = 16;
const SHADOW_PRICE_MICRO = 130_000;
/** Rounds waited, and how busy the network is. */
const CONTEXT_FEATURES = [4, 19, 20, 21, 22];

const MARKET = openbScenario({ nodes: 16, load: 1, seed: 1 });
/** Searches play many short episodes. */
const SHORT = openbScenario({ nodes: 16, load: 1, seed: 1, horizonRounds: 120 });
const UNSHAPED: Scenario = { ...MARKET, welfare: { ...MARKET.welfare, fragmentation: 0 } };

type Made = (seed: number, budget: Budget) => Promise<IntegerNetwork>;

const byPpo =
  (scenario: Scenario, options: Partial<PpoOptions> = {}): Made =>
  async (seed, { updates }) => {
    const found = await train(scenario, {
      ...MARKET_PPO,
      seed,
      updates,
      checkpointEvery: Math.max(1, updates / 2),
      validationSeeds: validationSeeds(JUDGES),
      ...options,
    });
    return found.network;
  };

const bySearch =
  (preset: TuneOptions, first: Made | null): Made =>
  async (seed, budget) => {
    const from = first === null ? null : await first(seed, budget);
    const options = { ...preset, seed, from, generations: budget.generations, population: 16, episodes: 6 };
    const found = await tune(
      SHORT,
      { ...options, checkpointEvery: 4, validationSeeds: validationSeeds(JUDGES) },
      playAll(SHORT),
    );
    return found.network;
  };

const taught: Made = (seed, { lessons }) => {
  const worth = expectedWorth(SHADOW_PRICE_MICRO);
  return teach([lessonOf(MARKET, lessonSeeds(seed, lessons), { worth, seed })], { seed });
};

const ppo = byPpo(MARKET);

export const VARIANTS: Readonly<Record<string, Made>> = {
  ppo,
  ppoWithoutFakeQuantise: byPpo(MARKET, { fakeQuantise: false }),
  ppoWithoutContext: byPpo(MARKET, { maskedFeatures: CONTEXT_FEATURES }),
  ppoWithoutShaping: byPpo(UNSHAPED),
  cemLinear: bySearch(DEFAULT_CEM_LINEAR, null),
  es: bySearch(DEFAULT_ES, null),
  ppoThenEs: bySearch({ ...DEFAULT_ES, sigma: 0.03 }, ppo),
  taught,
  taughtThenPpo: async (seed, budget) =>
    byPpo(MARKET, { from: await taught(seed, budget), learningRate: 0.002, temperatureStart: 0.02 })(
      seed,
      budget,
    ),
  taughtThenEs: bySearch({ ...DEFAULT_ES, sigma: 0.03 }, taught),
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [variant, seed, quick] = process.argv.slice(2) as [string, string, string | undefined];
  const budget = quick === 'quick' ? QUICK : FULL;
  const network = await VARIANTS[variant]!(Number(seed), budget);
  const seeds = heldOutSeeds(budget.judged);
  const gain = evaluate(MARKET, network, seeds).welfareMicro / evaluate(MARKET, null, seeds).welfareMicro - 1;
  console.log(JSON.stringify({ variant, seed: Number(seed), gain }));
}
