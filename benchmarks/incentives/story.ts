/** A network over many rounds, where work keeps nodes busy: arrivals, matches and endings, cleared by the protocol. */
import { durationSec, type NodeRecord } from '../../src/domain/index.ts';
import { ClassedRound, certifiedRoundOfClasses, costOf, NodeClasses } from '../../src/match/index.ts';
import { policyScores } from '../../src/policy/index.ts';
import type { Random } from '../../src/training/random.ts';
import { countersOf, PARAMETERS_OF_ROUND, POLICY } from './book.ts';
import { drawJob, type Job, type Market } from './market.ts';
import type { Strategy } from './strategies.ts';

export const ROUNDS = 60;
const ROUND_SEC = 600;
const OPEN_ROUNDS = 3;
/** Workloads a round. A run lasts about eight rounds, so that nodes are busy most of the time. */
const ARRIVALS_PER_NODE = 0.1;
/** So long may a node be busy when the story begins. */
const LONGEST_START = 12;

/** A match of a round, by index into its market. */
export interface Sale {
  readonly workload: number;
  readonly node: number;
  readonly priceMicro: number;
}

/** What the deviants make in one story. All else is drawn from the seed alone, whatever they ask. */
export function utilitiesMicro(
  nodes: readonly NodeRecord[],
  deviants: readonly number[],
  random: Random,
  strategy: Strategy,
): readonly number[] {
  const start = random.split(0);
  const arrivals = random.split(1);
  const made = new Map(deviants.map((c) => [c, 0]));
  let running = nodes.flatMap((node, c) => {
    const untilRound = start.integer(LONGEST_START);
    return start.float() < 0.5 ? [{ c, gpus: node.gpus, untilRound }] : [];
  });
  let open: Job[] = [];
  let records = nodes;
  const classes = new NodeClasses();
  const priceOfClass = new Map<number, number>();
  for (let round = 0; round < ROUNDS; round++) {
    running = running.filter(({ untilRound }) => untilRound > round);
    open = open.filter(({ spec }) => round < spec.submittedRound + OPEN_ROUNDS);
    for (let left = arrivals.poisson(ARRIVALS_PER_NODE * nodes.length); left > 0; left--)
      open.push(drawJob(arrivals, round));

    const free = nodes.map(({ gpus }) => gpus);
    for (const { c, gpus } of running) free[c]! -= gpus;
    records = records.map((record, c) => {
      const { askMicroPerGpuHour: trueAsk, classId } = nodes[c]!;
      const view = { trueAsk, elapsed: round / ROUNDS, priceOfClass: priceOfClass.get(classId) ?? 0 };
      const ask = made.has(c) ? Math.round(strategy.ask(view)) : trueAsk;
      if (record.freeGpus === free[c] && record.askMicroPerGpuHour === ask) return record;
      return { ...record, freeGpus: free[c]!, askMicroPerGpuHour: ask };
    });
    const sales = clear({ round, nodes: records, workloads: open }, classes);

    const sold = new Map<number, { priceMicro: number; gpuSec: number }>();
    for (const { workload, node: c, priceMicro } of sales) {
      const { spec } = open[workload]!;
      const { classId, askMicroPerGpuHour: trueAsk } = nodes[c]!;
      const seconds = durationSec(spec, nodes[c]!);
      const gpuSec = BigInt(spec.gpus) * seconds;
      if (made.has(c)) made.set(c, made.get(c)! + priceMicro - Number(costOf(trueAsk, gpuSec)));
      running.push({ c, gpus: spec.gpus, untilRound: round + Math.ceil(Number(seconds) / ROUND_SEC) });
      const before = sold.get(classId) ?? { priceMicro: 0, gpuSec: 0 };
      sold.set(classId, {
        priceMicro: before.priceMicro + priceMicro,
        gpuSec: before.gpuSec + Number(gpuSec),
      });
    }
    for (const [classId, { priceMicro, gpuSec }] of sold)
      priceOfClass.set(classId, (3_600 * priceMicro) / gpuSec);
    const taken = new Set(sales.map(({ workload }) => workload));
    open = open.filter((_, w) => !taken.has(w));
  }
  return deviants.map((c) => made.get(c)!);
}

/** The matches of a round at the asks of its records: what a Book gives, without weighing pair by pair. */
export function clear(market: Market, classes = new NodeClasses()): readonly Sale[] {
  const { round, nodes, workloads } = market;
  classes.update(
    round,
    nodes.map((record, c) => ({ id: c + 1, record })),
  );
  const terms = new ClassedRound({
    nodes: classes,
    workloads: workloads.map((job, w) => ({ id: w + 1, ...job })),
    parameters: PARAMETERS_OF_ROUND,
    scores: policyScores(POLICY, round, countersOf(market)),
  });
  return certifiedRoundOfClasses(terms).map(({ workload, node, priceMicro }) => ({
    workload: workload - 1,
    node: node - 1,
    priceMicro,
  }));
}
