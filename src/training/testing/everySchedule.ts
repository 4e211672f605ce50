import { Simulation } from '../Simulation.ts';
import type { Scenario } from '../scenario.ts';
import { welfareOf } from '../welfare.ts';

/**
 * The best welfare over every schedule of an episode, retries included, with its luck known: plays it once for each way to
 * answer "where does this workload go in this round, if anywhere". For tiny episodes only.
 */
export function bestScheduleMicro(scenario: Scenario, seed: number, mostSchedules = 200_000) {
  const simulation = new Simulation(scenario);
  let best = Number.NEGATIVE_INFINITY;
  let schedules = 0;
  for (let answers: number[] | null = []; answers !== null; ) {
    const options: number[] = [];
    best = Math.max(best, play(simulation, seed, answers, options));
    if (++schedules > mostSchedules) throw new RangeError(`more than ${mostSchedules} schedules`);
    answers = nextAnswers(answers, options);
  }
  return { welfareMicro: best, schedules };
}

/** Questions without an answer are answered by 0: not now. Notes how many answers each question had. */
function play(simulation: Simulation, seed: number, answers: readonly number[], options: number[]): number {
  simulation.reset(seed);
  while (simulation.round < simulation.scenario.horizonRounds && !simulation.isOver) {
    simulation.advance();
    for (const workload of [...simulation.open]) {
      const nodes = [...simulation.nodes.keys()].filter((c) => simulation.isFeasible(workload, c));
      if (nodes.length === 0) continue;
      const answer = answers[options.length] ?? 0;
      options.push(nodes.length + 1);
      if (answer > 0) simulation.match(workload, nodes[answer - 1]!);
    }
  }
  return welfareOf(simulation.terms);
}

/** Counts up: the last answer that has a next one takes it, all after it are forgotten. */
function nextAnswers(answers: readonly number[], options: readonly number[]): number[] | null {
  const full = options.map((_, i) => answers[i] ?? 0);
  for (let i = full.length - 1; i >= 0; i--) {
    if (full[i]! + 1 < options[i]!) return [...full.slice(0, i), full[i]! + 1];
  }
  return null;
}
