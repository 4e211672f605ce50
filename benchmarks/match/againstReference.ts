/** The fast matcher against the plain one: the same bytes, and how much faster. */
import type { Entry } from '../../src/domain/index.ts';
import { NodeId, Round, WorkloadId } from '../../src/domain/index.ts';
import {
  ClassedRound,
  certifiedRound,
  certifiedRoundOfClasses,
  entriesHash,
  NodeClasses,
  type Pair,
  pairOf,
  priceAlone,
  type RoundInstance,
  referenceMatcher,
  weighPair,
} from '../../src/match/index.ts';
import { randomRound } from '../../src/match/testing/rounds.ts';
import { median } from '../report.ts';
import { openbMarket } from './markets.ts';

const PARAMETERS = {
  maxPenaltyMicroPerGpuHour: 0,
  greenMicroPerKWh: 100_000,
  flagBelowTrustBps: 4_000,
} as const;
const ROUND = 1;
/** The fast one is over so soon that one run says little. */
const FAST_RUNS = 5;
const LARGEST_SIZE = 40;
/** From ties everywhere to hardly any. */
const LARGEST_WEIGHTS = [1, 5, 50, 10_000, 2 ** 53 - 1];

/**
 * Random rounds of 1 to 40 workloads and nodes; how many came out otherwise, byte by byte, than the reference has them.
 * 8,000 rounds in a row have every pair of sizes with every kind of weights.
 */
export function differing(rounds: number): number {
  let different = 0;
  for (let seed = 0; seed < rounds; seed++) {
    const kind = seed % LARGEST_WEIGHTS.length;
    const turn = Math.floor(seed / LARGEST_WEIGHTS.length);
    const rows = turn % LARGEST_SIZE;
    const columns = (7 * turn + Math.floor(turn / LARGEST_SIZE)) % LARGEST_SIZE;
    const round = randomRound(seed, 1 + rows, 1 + columns, LARGEST_WEIGHTS[kind]!);
    if (!isSame(certifiedRound(round), referenceMatcher.match(round))) different++;
  }
  return different;
}

export interface Race {
  readonly fastMs: readonly number[];
  readonly referenceMs: readonly number[];
}

/**
 * Both on the same round, one after the other. The fast one begins with records and weighs what it needs; the
 * reference is given all weights.
 */
export function race(nodes: number, workloads: number, runs: number): Race {
  const fastMs: number[] = [];
  const referenceMs: number[] = [];
  const market = openbMarket(1);
  const bound = Array.from({ length: nodes }, (_, i) => ({
    id: NodeId(i + 1),
    record: market.node(),
  }));
  for (let run = 0; run < runs; run++) {
    const open = Array.from({ length: workloads }, (_, i) => ({
      id: WorkloadId(i + 1),
      ...market.workload(ROUND),
    }));
    const pairs = open.map(({ spec, budgetMicro }) =>
      bound.map(({ record }): Pair | null =>
        pairOf(
          weighPair({ spec, record, budgetMicro, round: ROUND, open: true, parameters: PARAMETERS }, () => 0),
        ),
      ),
    );
    const instance: RoundInstance = {
      round: Round(ROUND),
      workloads: open,
      nodes: bound,
      pair: (w, c) => pairs[w]![c]!,
    };
    const fast = Array.from({ length: FAST_RUNS }, () =>
      timed(() => {
        const classes = new NodeClasses();
        classes.update(ROUND, bound);
        const terms = { nodes: classes, workloads: open, parameters: PARAMETERS, scores: priceAlone };
        return certifiedRoundOfClasses(new ClassedRound(terms));
      }),
    );
    const reference = timed(() => referenceMatcher.match(instance));
    if (!isSame(fast[0]!.result, reference.result))
      throw new Error(`run ${run}: the reference has other entries`);
    fastMs.push(
      median(
        fast.map(({ ms }) => ms),
        'ms',
        'lower',
        null,
      ).value,
    );
    referenceMs.push(reference.ms);
  }
  return { fastMs, referenceMs };
}

function timed<T>(work: () => T): { readonly result: T; readonly ms: number } {
  const started = performance.now();
  const result = work();
  return { result, ms: performance.now() - started };
}

function isSame(a: readonly Entry[], b: readonly Entry[]): boolean {
  return a.length === b.length && entriesHash(a) === entriesHash(b);
}
