import type { Standings } from '../../training/standings.ts';
import type { LearningCurve } from './learningCurves.ts';

/** What an evaluation found; `--json` prints it, the terminal and the HTML page show it. */
export interface EvaluationReport {
  /** What was played, in a line. */
  readonly scenario: string;
  /** What arrived: every rule met the same. */
  readonly arrivalSeeds: readonly number[];
  /** False where it was stopped: then the first arrival seeds are complete and the others are left out. */
  readonly complete: boolean;
  /** Ascending by load. */
  readonly byLoad: readonly LoadStandings[];
  readonly curves: readonly LearningCurve[];
}

/** At one load: demanded GPU time over offered GPU time. */
export interface LoadStandings {
  readonly load: number;
  readonly standings: Standings;
}

/** What is told in full: the load nearest to 1, where quality matters most. */
export function mainStandings({ byLoad }: EvaluationReport): LoadStandings {
  const distance = ({ load }: LoadStandings) => Math.abs(load - 1);
  return byLoad.reduce((best, one) => (distance(one) < distance(best) ? one : best));
}
