import { type MetricValues, metricsOf } from '../training/metrics.ts';
import { clearingOf, playBy, type Rule } from '../training/play.ts';
import type { Simulation } from '../training/Simulation.ts';

/** What an episode brought. */
export interface Played {
  readonly welfareMicro: number;
  readonly metrics: MetricValues;
}

/** Plays an episode and times its decisions by the given clock, milliseconds. */
export function measuredEpisode(
  simulation: Simulation,
  seed: number,
  rule: Rule,
  nowMs: () => number,
): Played {
  let [rounds, decidingMs] = [0, 0];
  const clear = clearingOf(simulation, rule);
  const outcome = playBy(simulation, seed, () => {
    const startedMs = nowMs();
    const entries = clear();
    decidingMs += nowMs() - startedMs;
    rounds++;
    return entries;
  });
  const metrics = metricsOf({ outcome, decisionMs: decidingMs / rounds });
  return { welfareMicro: outcome.welfareMicro, metrics };
}
