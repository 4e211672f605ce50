import { EvaluationPool } from '../../trainer/EvaluationPool.ts';
import type { PlayTask } from '../../trainer/evaluationThread.ts';
import type { Scenario } from '../../training/scenario.ts';
import type { RuleRuns } from '../../training/standings.ts';
import type { PlayedRule } from './rules.ts';

export interface Study {
  /** By load, or whatever tells the scenarios apart. */
  readonly scenarios: readonly Scenario[];
  readonly rules: readonly PlayedRule[];
  readonly seeds: readonly number[];
  readonly workers: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (played: number, all: number) => void;
}

export interface Studied {
  /** By scenario. */
  readonly runs: readonly (readonly RuleRuns[])[];
  /** Those that every rule played in every scenario. */
  readonly seeds: readonly number[];
}

interface Place {
  readonly rule: number;
  readonly version: number;
}

/**
 * Every version of every rule on every seed of every scenario. Seeds are played one after the other, so that a study that is
 * stopped is one of fewer seeds. What it finds does not depend on the number of workers.
 */
export async function studied(study: Study): Promise<Studied> {
  const { scenarios, rules, seeds, workers, signal, onProgress } = study;
  const places = rules.flatMap(({ versions }, rule) =>
    versions.map((_, version): Place => ({ rule, version })),
  );
  const tasks = tasksOf(study, places);
  const pool = new EvaluationPool(scenarios, Math.max(1, Math.min(workers, tasks.length)));
  let done = 0;
  const onPlayed = () => onProgress?.(++done, tasks.length);
  const played = await pool.play(tasks, { onPlayed, ...(signal && { signal }) }).finally(() => pool.close());

  const perScenario = places.length;
  const perSeed = scenarios.length * perScenario;
  const missing = played.indexOf(undefined);
  const complete = missing < 0 ? seeds.length : Math.floor(missing / perSeed);
  const runs = scenarios.map((_, scenario) =>
    rules.map(({ name, role, versions }, rule): RuleRuns => {
      const first = places.findIndex((place) => place.rule === rule);
      const rows = versions.map((_, version) =>
        Array.from(
          { length: complete },
          (_, seed) => played[seed * perSeed + scenario * perScenario + first + version]!.metrics,
        ),
      );
      return { name, role, runs: rows };
    }),
  );
  return { runs, seeds: seeds.slice(0, complete) };
}

function tasksOf({ scenarios, rules, seeds }: Study, places: readonly Place[]): readonly PlayTask[] {
  return seeds.flatMap((seed) =>
    scenarios.flatMap((_, scenario) =>
      places.map(({ rule, version }) => ({ scenario, clears: rules[rule]!.versions[version]!, seed })),
    ),
  );
}
