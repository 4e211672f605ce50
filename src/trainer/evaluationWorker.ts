import { parentPort, workerData } from 'node:worker_threads';
import { certified, play, type Quality } from '../training/play.ts';
import { Simulation } from '../training/Simulation.ts';
import type { Scenario } from '../training/scenario.ts';

/** Episodes of one quality. */
export interface EvaluationTask {
  readonly quality: Quality;
  readonly seeds: readonly number[];
}

const simulation = new Simulation(workerData as Scenario);

/** Answers in the order in which it is asked. */
parentPort!.on('message', ({ quality, seeds }: EvaluationTask) => {
  const rule = certified(quality);
  parentPort!.postMessage(Float64Array.from(seeds, (seed) => play(simulation, seed, rule).welfareMicro));
});
