import type { EpisodeOutcome, WorkloadOutcome } from './outcome.ts';
import { quantile } from './statistics.ts';

/** Priorities from here on are urgent work. */
export const URGENT_PRIORITY = 7_000;
const SEC_PER_HOUR = 3_600;
const MICRO = 1_000_000;

/** An episode and what only its player can know. */
export interface MeasuredEpisode {
  readonly outcome: EpisodeOutcome;
  /** Time to decide a round, mean, milliseconds by the player's clock; NaN where it was not measured. */
  readonly decisionMs: number;
}

/** What rules are compared by: the terminal, JSON, HTML and the documents all read this. */
export interface Metric {
  readonly title: string;
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  /** One sentence, of one episode. */
  readonly meaning: string;
  /** Why a rule that is good may still be bad at it, so that it is shown but not judged; null where it is judged. */
  readonly notJudged: string | null;
  /** NaN where the episode has nothing to measure. */
  of(episode: MeasuredEpisode): number;
}

const NEVER = 'work that never started counts until the end of the episode';
const UNFINISHED = 'work that was not completed counts until the end of the episode';

const BY_NAME = {
  welfare: of('welfare', 'AICC', 'higher', {
    meaning:
      'What completed work is worth, priority and waiting counted, less cost, transfer and energy, plus fairness.',
    of: ({ outcome }) => outcome.welfareMicro / MICRO,
  }),
  completionShare: of('completed', '%', 'higher', {
    meaning: 'Workloads that completed within the episode, of all that arrived.',
    of: ({ outcome: { workloads } }) => percent(count(workloads, isCompleted), workloads.length),
  }),
  urgentOnTime: of('urgent on time', '%', 'higher', {
    meaning:
      'Workloads of priority 0.7 and above that completed within their patience, of those whose patience ended in the episode.',
    of: ({ outcome }) => {
      const due = outcome.workloads.filter((workload) => isUrgent(workload) && isDue(workload, outcome));
      return percent(count(due, isOnTime), due.length);
    },
  }),
  waitP50: wait(50),
  waitP95: wait(95),
  waitP99: wait(99),
  completionP50: completion(50),
  completionP95: completion(95),
  completionP99: completion(99),
  pricePerGpuHour: of('price', 'AICC/GPU-h', 'lower', {
    meaning: 'What clients pay for completed runs, per GPU-hour of them.',
    of: ({ outcome: { workloads, usefulGpuSec } }) =>
      (sum(workloads, ({ priceMicro }) => priceMicro) / MICRO / usefulGpuSec) * SEC_PER_HOUR,
  }),
  gCo2PerGpuHour: of('carbon', 'g/GPU-h', 'lower', {
    meaning: 'CO₂ of all runs, failed ones too, per GPU-hour of runs that completed.',
    of: ({ outcome: { workloads, usefulGpuSec } }) =>
      (sum(workloads, ({ gCo2 }) => gCo2) / usefulGpuSec) * SEC_PER_HOUR,
  }),
  kgCo2: of('carbon in all', 'kg', 'lower', {
    meaning: 'CO₂ of all runs of the episode.',
    notJudged: 'it grows with the work done: a rule that places nothing emits nothing',
    of: ({ outcome: { workloads } }) => sum(workloads, ({ gCo2 }) => gCo2) / 1_000,
  }),
  utilisation: of('utilisation', '%', 'higher', {
    meaning: 'GPU time held by runs, of the GPU time of nodes that were up.',
    of: ({ outcome: { heldGpuSec, offeredGpuSec } }) => percent(heldGpuSec, offeredGpuSec),
  }),
  fragmentation: of('fragmentation', '%', 'lower', {
    meaning: 'Free GPUs on nodes with too few of them for the next workload, of all GPUs; mean over rounds.',
    notJudged: 'it falls when nothing is free and when nothing is placed: it explains welfare and is no aim',
    of: ({ outcome: { fragmentation } }) => 100 * fragmentation,
  }),
  jainFairness: of('fairness', 'Jain', 'higher', {
    meaning: 'Jain’s index over nodes of GPU time served by GPU time owned: 1 is equal, 1/n is all to one.',
    of: ({ outcome }) => jain(outcome),
  }),
  decisionMs: of('decision time', 'ms', 'lower', {
    meaning: 'Time to decide a round, mean over the rounds of the episode.',
    notJudged: 'it depends on the machine; any time under a round does',
    of: ({ decisionMs }) => decisionMs,
  }),
};

export type MetricName = keyof typeof BY_NAME;
export type MetricValues = Readonly<Record<MetricName, number>>;

export const METRICS: Readonly<Record<MetricName, Metric>> = BY_NAME;
export const METRIC_NAMES = Object.keys(BY_NAME) as readonly MetricName[];

/**
 * Every metric of one episode.
 *
 * @example metricsOf({ outcome: play(simulation, 5_000_001, rule), decisionMs: Number.NaN }).welfare
 */
export function metricsOf(episode: MeasuredEpisode): MetricValues {
  return Object.fromEntries(METRIC_NAMES.map((name) => [name, BY_NAME[name].of(episode)])) as MetricValues;
}

interface Rest {
  readonly meaning: string;
  readonly notJudged?: string;
  readonly of: Metric['of'];
}

function of(title: string, unit: string, better: Metric['better'], rest: Rest): Metric {
  return { title, unit, better, notJudged: null, ...rest };
}

function wait(percentile: number): Metric {
  return of(`wait p${percentile}`, 's', 'lower', {
    meaning: `From submission to the start of the run that completed, ${percentile} % of workloads at most; ${NEVER}.`,
    of: ({ outcome }) => secondsOf(outcome, percentile, ({ startedSec }) => startedSec),
  });
}

function completion(percentile: number): Metric {
  return of(`completion p${percentile}`, 's', 'lower', {
    meaning: `From submission to completion, ${percentile} % of workloads at most; ${UNFINISHED}.`,
    of: ({ outcome }) => secondsOf(outcome, percentile, ({ completedSec }) => completedSec),
  });
}

function secondsOf(
  { workloads, durationSec }: EpisodeOutcome,
  percentile: number,
  momentOf: (workload: WorkloadOutcome) => number | null,
): number {
  const sinceSubmission = workloads.map((one) => (momentOf(one) ?? durationSec) - one.submittedSec);
  return quantile(sinceSubmission, percentile / 100);
}

const isCompleted = ({ ending }: WorkloadOutcome) => ending === 'completed';
const isUrgent = ({ priority }: WorkloadOutcome) => priority >= URGENT_PRIORITY;
const isDue = ({ submittedSec, patienceSec }: WorkloadOutcome, { durationSec }: EpisodeOutcome) =>
  submittedSec + patienceSec <= durationSec;
const isOnTime = ({ completedSec, submittedSec, patienceSec }: WorkloadOutcome) =>
  completedSec !== null && completedSec - submittedSec <= patienceSec;

/** The time that a node was up is not known here: it is taken for as long as the episode. */
function jain({ servedGpuSec, nodeGpus, durationSec }: EpisodeOutcome): number {
  let [total, squares] = [0, 0];
  servedGpuSec.forEach((served, node) => {
    const share = served / (nodeGpus[node]! * durationSec);
    total += share;
    squares += share * share;
  });
  return total ** 2 / (servedGpuSec.length * squares);
}

const percent = (part: number, whole: number) => (100 * part) / whole;

function count<T>(items: readonly T[], isCounted: (item: T) => boolean): number {
  return items.reduce((total, item) => total + (isCounted(item) ? 1 : 0), 0);
}

function sum<T>(items: readonly T[], amountOf: (item: T) => number): number {
  return items.reduce((total, item) => total + amountOf(item), 0);
}
