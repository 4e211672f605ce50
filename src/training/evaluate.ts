import type { IntegerNetwork } from '../domain/index.ts';
import type { EpisodeOutcome } from './outcome.ts';
import { certified, play, type Rule } from './play.ts';
import { Simulation } from './Simulation.ts';
import type { Scenario } from './scenario.ts';
import { type Interval, pairedBootstrap, relativeGain } from './statistics.ts';
import { emptyTerms, TERMS, type Terms } from './welfare.ts';

/** What a rule brought. */
export interface Evaluation {
  readonly bySeed: readonly EpisodeOutcome[];
  /** Mean over the seeds, micro-AICC per episode. */
  readonly welfareMicro: number;
  readonly terms: Terms;
  readonly arrived: number;
  readonly completed: number;
  readonly expired: number;
  readonly failedRuns: number;
  /** From submission to the match that completed, mean. */
  readonly waitingRounds: number;
}

/** A policy beside price alone, on the same arrivals, the same luck and the same nodes. */
export interface Comparison {
  readonly policy: Evaluation;
  readonly priceAlone: Evaluation;
  readonly pairs: readonly { readonly seed: number; readonly differenceMicro: number }[];
  /** Seeds on which the policy brought more, and less. */
  readonly wins: number;
  readonly losses: number;
  /** Mean difference over the mean welfare of price alone. */
  readonly gain: number;
  /** 95 % of bootstrap resamples of `gain` over the seeds. */
  readonly gainInterval: Interval;
  readonly verdict: 'wins' | 'loses' | 'undecided';
}

/**
 * Plays the seeds under the deployed rule with a policy, or price alone where it is null; or under any other rule.
 *
 * @example evaluate(scenario, network, [1, 2, 3]).welfareMicro
 */
export function evaluate(
  scenario: Scenario,
  policy: IntegerNetwork | null | Rule,
  seeds: readonly number[],
): Evaluation {
  if (seeds.length === 0) throw new RangeError('an evaluation needs at least one seed');
  const rule = policy !== null && 'kind' in policy ? policy : certified(policy);
  const simulation = new Simulation(scenario);
  return summary(seeds.map((seed) => play(simulation, seed, rule)));
}

/** Plays the policy against price alone. `bootstrapSeed` fixes the resamples. */
export function compare(
  scenario: Scenario,
  policy: IntegerNetwork,
  seeds: readonly number[],
  bootstrapSeed = 1,
): Comparison {
  const ours = evaluate(scenario, policy, seeds);
  const priceAlone = evaluate(scenario, null, seeds);
  const welfareOf = ({ bySeed }: Evaluation) => bySeed.map(({ welfareMicro }) => welfareMicro);
  const [our, their] = [welfareOf(ours), welfareOf(priceAlone)];
  const differences = our.map((micro, i) => micro - their[i]!);
  const { gain, gainInterval, verdict } = gainOver(our, their, bootstrapSeed);
  return {
    policy: ours,
    priceAlone,
    pairs: seeds.map((seed, i) => ({ seed, differenceMicro: differences[i]! })),
    wins: differences.filter((difference) => difference > 0).length,
    losses: differences.filter((difference) => difference < 0).length,
    gain,
    gainInterval,
    verdict,
  };
}

/** What a comparison says, with the mean welfare of both sides. */
export interface Gain extends Pick<Comparison, 'gain' | 'gainInterval' | 'verdict'> {
  readonly oursMicro: number;
  readonly theirsMicro: number;
}

/** `compare` where the welfare of both on the same seeds is known, micro-AICC. */
export function gainOver(ours: ArrayLike<number>, theirs: ArrayLike<number>, bootstrapSeed = 1): Gain {
  const [our, their] = [Array.from(ours), Array.from(theirs)];
  const mean = (welfare: readonly number[]) => welfare.reduce((sum, one) => sum + one, 0) / welfare.length;
  const [oursMicro, theirsMicro] = [mean(our), mean(their)];
  const differences = our.map((micro, i) => micro - their[i]!);
  const gainInterval = pairedBootstrap(differences, their, bootstrapSeed);
  const verdict = gainInterval.low > 0 ? 'wins' : gainInterval.high < 0 ? 'loses' : 'undecided';
  return {
    ...{ oursMicro, theirsMicro, gainInterval, verdict },
    gain: relativeGain(oursMicro - theirsMicro, theirsMicro),
  };
}

function summary(bySeed: readonly EpisodeOutcome[]): Evaluation {
  const mean = (of: (result: EpisodeOutcome) => number) =>
    bySeed.reduce((sum, result) => sum + of(result), 0) / bySeed.length;
  const terms = emptyTerms();
  for (const term of TERMS) terms[term] = mean((result) => result.terms[term]);
  const completed = mean(({ endings }) => endings.completed);
  return {
    bySeed,
    welfareMicro: mean(({ welfareMicro }) => welfareMicro),
    terms,
    arrived: mean(({ endings }) => endings.arrived),
    completed,
    expired: mean(({ endings }) => endings.expired),
    failedRuns: mean(({ endings }) => endings.failedRuns),
    waitingRounds: completed === 0 ? 0 : mean(({ endings }) => endings.waitedRounds) / completed,
  };
}
