import type { Standing } from '../../training/standings.ts';
import { type EvaluationReport, mainStandings } from './EvaluationReport.ts';
import { shown } from './numbers.ts';

/** What an evaluation found, in a sentence or two. */
export function leadOf(report: EvaluationReport): string {
  const { load, standings } = mainStandings(report);
  const policy = standings.rules.find(({ role }) => role === 'policy');
  const seeds = counted(standings.arrivalSeeds, 'arrival seed');
  const met = `at load ${load}, on ${seeds} that no training saw`;
  const { bestUntuned } = standings;
  if (policy === undefined)
    return `${bestUntuned ?? 'No rule'} brought the most of the untuned rules ${met}.`;
  if (policy.welfareRatio === null || bestUntuned === null) {
    return `${named(policy)} brought a welfare of ${shown(policy.metrics.welfare.value)} AICC ${met}.`;
  }
  const { value, low, high } = policy.welfareRatio;
  const times = `${value.toFixed(3)} times (95 %: ${low.toFixed(3)} to ${high.toFixed(3)})`;
  return `${named(policy)} brought ${times} the welfare of the best untuned rule, ${bestUntuned}, ${met}. ${verdict(low, high, standings.arrivalSeeds)}`;
}

/** If each of so many seeds goes either way by chance, all go one way in 2 of 2^6 cases: less than 5 %. */
const FEWEST_SEEDS = 6;

function verdict(low: number, high: number, arrivalSeeds: number): string {
  if (arrivalSeeds < FEWEST_SEEDS) return `Fewer than ${FEWEST_SEEDS} arrival seeds cannot tell who wins.`;
  if (low > 1) return 'It wins.';
  return high < 1 ? 'It loses.' : 'The difference is within chance.';
}

const named = ({ name, trainingSeeds }: Standing) =>
  trainingSeeds === 1 ? name : `${name} (${counted(trainingSeeds, 'training seed')})`;

export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
