import { parentPort, workerData } from 'node:worker_threads';
import { dualBound, hindsightOf } from '../../training/bounds/index.ts';
import type { MetricValues } from '../../training/metrics.ts';
import { Simulation } from '../../training/Simulation.ts';
import type { Scenario } from '../../training/scenario.ts';
import { boundMetrics } from '../../training/standings.ts';
import { measuredEpisode } from './measuredEpisode.ts';
import { type Clears, ruleOf } from './rules.ts';

/** An episode to play: of a scenario, by place. */
export interface PlayTask {
  readonly scenario: number;
  readonly clears: Clears;
  readonly seed: number;
}

const MICRO = 1_000_000;

const simulations = (workerData as readonly Scenario[]).map((scenario) => new Simulation(scenario));

/** Answers in the order in which it is asked. */
parentPort!.on('message', (task: PlayTask) => {
  parentPort!.postMessage(played(task, simulations[task.scenario]!));
});

function played({ clears, seed }: PlayTask, simulation: Simulation): MetricValues {
  if (clears.kind !== 'hindsight') {
    return measuredEpisode(simulation, seed, ruleOf(clears), () => performance.now());
  }
  return boundMetrics(dualBound(hindsightOf(simulation.scenario, seed, 'expected')) / MICRO);
}
