import { FEATURES } from '../domain/index.ts';
import type { Scores } from '../match/index.ts';
import { writeFeatures } from '../policy/features.ts';
import type { FeatureScale } from './actor.ts';
import { certifiedClearing, playBy } from './play.ts';
import { Simulation } from './Simulation.ts';
import type { Scenario } from './scenario.ts';

/** Where features lie. A feature that hardly varies has deviation 0: nothing can be learned from it. */
export interface FeatureSpread extends FeatureScale {
  readonly least: Int32Array;
  readonly most: Int32Array;
}

const SMALLEST_DEVIATION = 0.5;

/** Over every pair that price alone weighs as it plays these seeds. */
export function featureSpread(scenario: Scenario, seeds: readonly number[]): FeatureSpread {
  const simulation = new Simulation(scenario);
  const tally = new Tally();
  for (const seed of seeds)
    playBy(
      simulation,
      seed,
      certifiedClearing(simulation, (now) => tally.scores(now)),
    );
  return tally.spread();
}

/** The same of features that lie in rows, one after the other. */
export function spreadOfRows(features: Int16Array): FeatureSpread {
  const tally = new Tally();
  for (let at = 0; at < features.length; at += FEATURES) tally.note(features.subarray(at, at + FEATURES));
  return tally.spread();
}

/** Row after row, where their features lie. */
export class Tally {
  #seen = 0;
  readonly #row = new Int16Array(FEATURES);
  readonly #sum = new Float64Array(FEATURES);
  readonly #squares = new Float64Array(FEATURES);
  readonly #least = new Int32Array(FEATURES).fill(32_767);
  readonly #most = new Int32Array(FEATURES).fill(-32_768);

  /** Price alone that looks at what a policy would be shown. */
  scores({ round, counters }: Simulation): Scores {
    return {
      penalties: (spec, budgetMicro, records, into, which) => {
        for (let k = 0; k < which.length; k++) {
          const i = which[k]!;
          into[i] = 0;
          this.note(writeFeatures(this.#row, 0, spec, records[i]!, budgetMicro, round, counters));
        }
      },
    };
  }

  spread(): FeatureSpread {
    const seen = Math.max(1, this.#seen);
    const mean = Int32Array.from(this.#sum, (sum) => Math.round(sum / seen));
    const deviation = this.#sum.map((sum, i) => {
      const variance = this.#squares[i]! / seen - (sum / seen) * (sum / seen);
      const deviation = Math.sqrt(Math.max(0, variance));
      return deviation < SMALLEST_DEVIATION ? 0 : deviation;
    });
    return { mean, deviation, least: this.#least, most: this.#most };
  }

  note(row: Int16Array): void {
    this.#seen++;
    for (let i = 0; i < FEATURES; i++) {
      const x = row[i]!;
      this.#sum[i]! += x;
      this.#squares[i]! += x * x;
      if (x < this.#least[i]!) this.#least[i] = x;
      if (x > this.#most[i]!) this.#most[i] = x;
    }
  }
}
