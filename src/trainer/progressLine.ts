import type { UpdateMetrics } from '../training/PpoOptions.ts';

/**
 * An update in a line: `update 3 of 36, reward 0.412 (value 0.9, waiting -0.1, …), KL 0.0042, entropy 0.31,
 * explained variance 0.62, 15000 steps/s`. Terms that cost have a minus.
 */
export function progressLine(metrics: UpdateMetrics, stepsPerSecond: number): string {
  const { update, updates, reward, approxKl, entropy, explainedVariance } = metrics;
  return [
    `update ${update} of ${updates}`,
    `reward ${reward.toFixed(3)} (${termsOf(metrics)})`,
    `KL ${approxKl.toFixed(4)}`,
    `entropy ${entropy.toFixed(2)}`,
    `explained variance ${explainedVariance.toFixed(2)}`,
    `${Math.round(stepsPerSecond)} steps/s`,
  ].join(', ');
}

const GAINS = ['value', 'fairness', 'shaping'];

const termsOf = ({ terms }: UpdateMetrics): string =>
  Object.entries(terms)
    .map(([term, mean]) => `${term} ${(GAINS.includes(term) ? mean : 0 - mean).toFixed(3)}`)
    .join(', ');
