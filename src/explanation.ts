import type {
  Entry,
  Ineligible,
  NodeId,
  NodeRecord,
  Round,
  Weight,
  WorkloadId,
  WorkloadSpec,
} from './domain/index.ts';
import { costOf, type Matcher, pairOf, type RoundInstance } from './match/index.ts';

/** A workload as a round sees it; one that is not submitted yet has the next id. */
export interface Subject {
  readonly id: WorkloadId;
  readonly spec: WorkloadSpec;
  readonly budgetMicro: number;
}

/** The inputs of a round, every pair weighed: what there is to explain. */
export interface WeighedInput {
  readonly round: Round;
  readonly workloads: readonly Subject[];
  readonly nodes: readonly { readonly id: NodeId; readonly record: NodeRecord }[];
  /** [workload][node], by index. */
  readonly weights: readonly (readonly Weight[])[];
}

/**
 * What a round makes of a node for one workload: it is chosen, or why not.
 * - `OverBudget`: eligible, but cost, quality and green together exceed the budget
 * - `MatchedElsewhere`: another workload of the round has it
 * - `Outbid`: free, but the chosen node is worth more
 * - `LeftToNextRound`: free, but the round does not match the workload: it is full with older ones
 */
export type Verdict =
  | 'Chosen'
  | 'OverBudget'
  | 'MatchedElsewhere'
  | 'Outbid'
  | 'LeftToNextRound'
  | Exclude<Ineligible, 'None'>;

export interface Candidate {
  readonly node: NodeId;
  readonly verdict: Verdict;
  /** What it is paid if it is chosen, else undefined; its cost is in `weight`. */
  readonly priceMicro: number | undefined;
  readonly weight: Weight;
  /** u + v − W: what the pair falls short of being as good; 0 for the chosen one, undefined where it is not eligible. */
  readonly slackMicro: bigint | undefined;
  readonly trustBps: number;
  readonly record: NodeRecord;
  /** The workload that has it instead. */
  readonly matchedTo: WorkloadId | undefined;
}

export interface Explanation {
  readonly round: Round;
  readonly workload: Subject;
  /** As posted, or, while nothing is posted, as it would be now. */
  readonly isPosted: boolean;
  /** Posted, and refuted since. */
  readonly isVoided: boolean;
  /** With its duals: u, what the client keeps (its next choice would leave it as much), and v, what the node earns above its cost. */
  readonly entry: Entry | undefined;
  /**
   * The price as an ask: with any higher one the chosen node would have lost this workload. As long as it has it, its
   * ask does not change the price. undefined where there is no entry.
   */
  readonly criticalAskMicroPerGpuHour: number | undefined;
  /** Every node, ascending by id. */
  readonly candidates: readonly Candidate[];
}

/** What a node would have had to ask in a round, all else being equal. */
export interface AskToWin {
  readonly node: NodeId;
  readonly workload: WorkloadId;
  /** What it did ask. */
  readonly askMicroPerGpuHour: number;
  /** The highest ask with which it has this workload; undefined: no ask would do. */
  readonly toWinMicroPerGpuHour: number | undefined;
  /** The highest ask with which it has any workload of the round; undefined: no ask would do. */
  readonly toBeMatchedMicroPerGpuHour: number | undefined;
  /** What the policy saw of the pair; undefined where it is not eligible, and the policy is not asked. */
  readonly features: readonly number[] | undefined;
  readonly candidate: Candidate;
}

const SEC_PER_HOUR = 3_600n;
/** NodeRecord has 40 bits for it. */
const MAX_ASK = 2 ** 40 - 1;

/** Of the one workload in `input`. */
export function explanation(
  { round, workloads, nodes, weights }: WeighedInput,
  entries: readonly Entry[],
  standing: Pick<Explanation, 'isPosted' | 'isVoided'>,
): Explanation {
  const workload = workloads[0]!;
  const entry = entries.find(({ workload: id }) => id === workload.id);
  const byNode = new Map(entries.map((one) => [one.node, one]));
  const candidates = nodes.map(({ id: node, record }, c): Candidate => {
    const weight = weights[0]![c]!;
    const holder = byNode.get(node);
    const isChosen = holder !== undefined && holder === entry;
    const duals = BigInt(entry?.uMicro ?? 0) + BigInt(holder?.vMicro ?? 0);
    return {
      node,
      verdict: verdictOn(weight, entry, holder),
      priceMicro: isChosen ? entry?.priceMicro : undefined,
      weight,
      slackMicro: weight.ineligible === 'None' ? duals - weight.weightMicro : undefined,
      trustBps: record.trustBps,
      record,
      matchedTo: isChosen ? undefined : holder?.workload,
    };
  });
  const chosen = candidates.find(({ verdict }) => verdict === 'Chosen');
  const criticalAskMicroPerGpuHour =
    entry && chosen && highestAskWithin(entry.priceMicro, gpuSec(workload, chosen.weight));
  return { round, workload, ...standing, entry, criticalAskMicroPerGpuHour, candidates };
}

/** `entry` is the workload's, `holder` the one that has the node. */
function verdictOn(weight: Weight, entry: Entry | undefined, holder: Entry | undefined): Verdict {
  if (holder !== undefined && holder === entry) return 'Chosen';
  if (weight.ineligible !== 'None') return weight.ineligible;
  if (weight.weightMicro < 0n) return 'OverBudget';
  if (holder !== undefined) return 'MatchedElsewhere';
  return entry === undefined ? 'LeftToNextRound' : 'Outbid';
}

/**
 * Searches the highest asks with which a node is matched in a round, by clearing it again with others.
 *
 * A search by halves finds them, since with a lower ask a node never gets less to do: what it asks is paid by the
 * GPU-second, so the lower it is, the more a workload with more of them gains. Of "any workload" this holds to the unit;
 * of one workload but for the rounding of costs to whole micro-AICC, where two workloads are worth the same but for that.
 */
export function highestAsks(
  { workloads, weights }: WeighedInput,
  instance: RoundInstance,
  node: NodeId,
  workload: WorkloadId,
  matcher: Matcher,
): Pick<AskToWin, 'toWinMicroPerGpuHour' | 'toBeMatchedMicroPerGpuHour'> {
  const column = instance.nodes.findIndex(({ id }) => id === node);
  const work = workloads.map((subject, w) => gpuSec(subject, weights[w]![column]!));
  const workOf = new Map(workloads.map(({ id }, w) => [id, work[w]!]));
  const matchedAt = remembering((ask: number) => {
    const entries = matcher.match(
      withAsk(instance, column, (w) => atAsk(weights[w]![column]!, work[w]!, ask)),
    );
    return entries.find((entry) => entry.node === node)?.workload;
  });
  // What costs more than its budget is not matched.
  const affordable = workloads.map(({ budgetMicro }, w) =>
    weights[w]![column]!.ineligible === 'None' ? highestAskWithin(budgetMicro, work[w]!) : 0,
  );
  const most = Math.max(0, ...affordable);
  const wanted = workOf.get(workload);
  const wins = (ask: number) => {
    const matched = matchedAt(ask);
    return matched !== undefined && wanted !== undefined && workOf.get(matched)! >= wanted;
  };
  const toWin = highest(most, wins);
  const isWon = toWin !== undefined && matchedAt(toWin) === workload;
  return {
    toWinMicroPerGpuHour: isWon ? toWin : undefined,
    toBeMatchedMicroPerGpuHour: highest(most, (ask) => matchedAt(ask) !== undefined),
  };
}

/** The highest number from 0 to `most` for which `holds`, where it holds for every number below one for which it does. */
function highest(most: number, holds: (value: number) => boolean): number | undefined {
  if (!holds(0)) return undefined;
  let low = 0;
  let high = most;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

function remembering<K, V>(compute: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    if (!known.has(key)) known.set(key, compute(key));
    return known.get(key)!;
  };
}

function withAsk(instance: RoundInstance, column: number, at: (w: number) => Weight): RoundInstance {
  const { round, workloads, nodes } = instance;
  const pair = (w: number, c: number) => (c === column ? pairOf(at(w)) : instance.pair(w, c));
  return { round, workloads, nodes, pair };
}

/** The policy never sees an ask: with another one only the cost is another. */
function atAsk(weight: Weight, work: bigint, ask: number): Weight {
  if (weight.ineligible !== 'None') return weight;
  const costMicro = costOf(ask, work);
  return { ...weight, costMicro, weightMicro: weight.weightMicro + weight.costMicro - costMicro };
}

/** The highest ask whose cost for so many GPU-seconds is within an amount. */
function highestAskWithin(micro: number, work: bigint): number {
  if (work === 0n) return MAX_ASK;
  return Math.min(MAX_ASK, Number((BigInt(micro) * SEC_PER_HOUR) / work));
}

function gpuSec({ spec }: Subject, { durationSec }: Weight): bigint {
  return BigInt(spec.gpus) * durationSec;
}
