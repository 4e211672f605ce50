/** What a thread of `EvaluationPool` runs: episode after episode. */
import { workerData } from 'node:worker_threads';
import { dualBound, hindsightOf } from '../training/bounds/index.ts';
import { Simulation } from '../training/Simulation.ts';
import type { Scenario } from '../training/scenario.ts';
import { boundMetrics } from '../training/standings.ts';
import { answering } from './answering.ts';
import { type Clears, ruleOf } from './Clears.ts';
import { measuredEpisode, type Played } from './measuredEpisode.ts';

/** An episode to play: of a scenario, by place. */
export interface PlayTask {
  readonly scenario: number;
  readonly clears: Clears;
  readonly seed: number;
}

const MICRO = 1_000_000;

const scenarios = workerData as readonly Scenario[];
const simulations: Simulation[] = [];

answering(({ scenario, clears, seed }: PlayTask): Played => {
  if (clears.kind === 'hindsight') return bound(scenarios[scenario]!, seed);
  simulations[scenario] ??= new Simulation(scenarios[scenario]!);
  return measuredEpisode(simulations[scenario], seed, ruleOf(clears), () => performance.now());
});

function bound(scenario: Scenario, seed: number): Played {
  const welfareMicro = dualBound(hindsightOf(scenario, seed, 'expected'));
  return { welfareMicro, metrics: boundMetrics(welfareMicro / MICRO) };
}
