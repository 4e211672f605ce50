import { decode } from '../../domain/index.ts';
import type { DescribedPair, DescribedRound, Matcher } from '../Matcher.ts';
import { contestMatcher } from './serve.ts';

/** Rounds of waiting that count as long. */
const LONG_WAIT_ROUNDS = 64;

/** What a linear score knows of a pair, each about 0..1, in this order. */
export const LINEAR_FACTS = [
  /** The budget, in parts of the largest in the round. */
  'budget',
  /** Of the budget, what remains after cost and green. */
  'margin',
  'priority',
  /** Rounds since submission, of 64. */
  'waited',
  /** Duration, in parts of the longest allowed. */
  'duration',
  /** Part of the duration that GPUs wait for data. */
  'transfer',
  /** Kilowatts a GPU; 0 of green nodes. */
  'power',
  /** (1 − trust)², to which failures are proportional. */
  'doubt',
  /** GPUs asked for, in parts of the node's. */
  'size',
  /** GPUs left free, in parts of the node's. */
  'left',
  /** 1 where no GPU is left. */
  'exactFit',
] as const;

/**
 * The pair with the best sum of weight × fact goes first: the simplest rule that can be tuned, and so the one that a
 * learned policy has to beat.
 *
 * @param weights By place in `LINEAR_FACTS`; larger sums go first.
 * @example linearScoreMatcher([1, 1, 0.5, 0, -1, 0, -0.2, -2, 0, -0.3, 0.1]);
 */
export function linearScoreMatcher(weights: readonly number[]): Matcher<DescribedRound> {
  if (weights.length !== LINEAR_FACTS.length || !weights.every(Number.isFinite)) {
    throw new RangeError(
      `a linear score takes ${LINEAR_FACTS.length} finite weights, not [${weights.join(', ')}]`,
    );
  }
  return contestMatcher('linear-score', (instance) => {
    const mostMicro = instance.workloads.reduce((most, { budgetMicro }) => Math.max(most, budgetMicro), 1);
    return (w, c, pair) =>
      -linearFacts(instance, w, c, pair, mostMicro).reduce((sum, fact, i) => sum + weights[i]! * fact, 0);
  });
}

function linearFacts(
  { round, workloads, nodes }: DescribedRound,
  w: number,
  c: number,
  { weightMicro, durationSec }: DescribedPair,
  mostMicro: number,
): readonly number[] {
  const { spec, budgetMicro } = workloads[w]!;
  const { record } = nodes[c]!;
  const doubt = 1 - record.trustBps / 10_000;
  const left = record.freeGpus - spec.gpus;
  return [
    budgetMicro / mostMicro,
    weightMicro / Math.max(1, budgetMicro),
    spec.priority / 10_000,
    Math.min(1, (round - spec.submittedRound) / LONG_WAIT_ROUNDS),
    durationSec / Math.max(1, spec.maxDurationSec),
    Math.min(1, (spec.dataMB * 8) / decode(record.bandwidthCode) / Math.max(1, durationSec)),
    record.green ? 0 : decode(record.wattsCode) / 1_000,
    doubt * doubt,
    spec.gpus / record.gpus,
    left / record.gpus,
    left === 0 ? 1 : 0,
  ];
}
