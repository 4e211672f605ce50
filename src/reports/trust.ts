import { type Measured, mulDivDown, mulDivUp, type ParameterValues } from '../domain/index.ts';

/** Which direction of a metric is an advantage, hence which one deceives. */
export type Better = 'more' | 'less';

/** What a node claims, decoded; compute after the shift of its class. */
export type ClaimedMetrics = Omit<Measured, 'answered'>;

export type Tolerances = Pick<
  ParameterValues,
  'latencyToleranceBps' | 'bandwidthToleranceBps' | 'computeToleranceBps'
>;
export type TrustParameters = Pick<
  ParameterValues,
  'discrepancyFactor' | 'trustGainDivisor' | 'trustLossDivisor'
>;

const BPS = 10_000;

/** How much worse than claimed a metric was, beyond the tolerance, 0..10000. Better than claimed counts 0. */
export function discrepancyBps(
  claimed: number,
  measured: number,
  toleranceBps: number,
  better: Better,
): number {
  const [advantage, truth] = better === 'more' ? [claimed, measured] : [measured, claimed];
  if (advantage <= truth) return 0;
  const over = mulDivDown(advantage - truth, BPS, advantage);
  if (over <= toleranceBps) return 0;
  return Math.min(BPS, mulDivDown(over - toleranceBps, BPS, BPS - toleranceBps));
}

/** The discrepancy of an audit: that of its worst metric. */
export function worstDiscrepancyBps(
  claimed: ClaimedMetrics,
  measured: ClaimedMetrics,
  tolerances: Tolerances,
): number {
  return Math.max(
    discrepancyBps(claimed.latencyUs, measured.latencyUs, tolerances.latencyToleranceBps, 'less'),
    discrepancyBps(claimed.bandwidthMbps, measured.bandwidthMbps, tolerances.bandwidthToleranceBps, 'more'),
    discrepancyBps(claimed.computeMflops, measured.computeMflops, tolerances.computeToleranceBps, 'more'),
  );
}

/** Trust after an answered audit: slowly up, quickly down, towards 10000 − factor·D; stays in 0..10000. */
export function nextTrust(trustBps: number, worstBps: number, params: TrustParameters): number {
  const target = Math.max(0, BPS - params.discrepancyFactor * worstBps);
  return target >= trustBps
    ? trustBps + mulDivDown(target - trustBps, 1, params.trustGainDivisor)
    : trustBps - mulDivUp(trustBps - target, 1, params.trustLossDivisor);
}

/** The middle of the values; of an even number the one that is worse for the node. */
export function median(values: readonly number[], better: Better): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = better === 'more' ? (sorted.length - 1) >> 1 : sorted.length >> 1;
  const value = sorted[middle];
  if (value === undefined) throw new RangeError('the median of no values');
  return value;
}

/**
 * What the auditors' reveals of one node and epoch say together; undefined below the quorum, where they say nothing.
 * The node answered if more than half say so; the medians are over those.
 */
export function aggregate(reveals: readonly Measured[], auditQuorum: number): Measured | undefined {
  if (reveals.length < auditQuorum) return undefined;
  const answered = reveals.filter((reveal) => reveal.answered);
  if (2 * answered.length <= reveals.length)
    return { answered: false, latencyUs: 0, bandwidthMbps: 0, computeMflops: 0 };
  const middle = (metric: keyof ClaimedMetrics, better: Better) =>
    median(
      answered.map((reveal) => reveal[metric]),
      better,
    );
  return {
    answered: true,
    latencyUs: middle('latencyUs', 'less'),
    bandwidthMbps: middle('bandwidthMbps', 'more'),
    computeMflops: middle('computeMflops', 'more'),
  };
}
