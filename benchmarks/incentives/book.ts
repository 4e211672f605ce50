/** The order book of one round: every pair by the protocol's own arithmetic, at the asks and budgets that are said. */
import { NodeId, Round, WorkloadId } from '../../src/domain/ids.ts';
import { durationSec, type NodeRecord, PARAMETERS } from '../../src/domain/index.ts';
import { type Pair, type RoundInstance, reasonAgainst, weigh } from '../../src/match/index.ts';
import { encodeWeights, features, loadPolicy } from '../../src/policy/index.ts';
import { drawNetwork, seededWeights } from '../../src/policy/randomNetwork.ts';
import type { Job, Market } from './market.ts';
import type { Rule } from './rules.ts';

/** A sound network that nobody trained, of small biases, so that penalties differ from pair to pair. */
function policy() {
  const { weight, bias } = seededWeights(33);
  const small = { weight, bias: (below: number) => bias(Math.min(below, 4_096)) };
  return loadPolicy(encodeWeights(drawNetwork(8, small, { s1: 8, s2: 8, s3: 1 })));
}
export const POLICY = policy();

const publicValue = (name: string) => PARAMETERS.find((parameter) => parameter.name === name)!.public;
/** The public defaults, but that energy has a price, so that it takes part in the weights. */
export const PARAMETERS_OF_ROUND = {
  maxPenaltyMicroPerGpuHour: publicValue('maxPenaltyMicroPerGpuHour'),
  greenMicroPerKWh: 100_000,
  flagBelowTrustBps: publicValue('flagBelowTrustBps'),
};

/** No ask is so high: a node that says so is withdrawn. 40 bits, as the record has them. */
export const WITHDRAWN = 2 ** 40 - 1;

/** What some nodes ask instead of their true cost, by index. */
export type Asks = ReadonlyMap<number, number>;
export const TRUTH: Asks = new Map();

/** By index into the market; price in micro-AICC. */
export interface Match {
  readonly workload: number;
  readonly priceMicro: number;
  /** The node that sets the price; −1 where none does. */
  readonly next: number;
}

const INELIGIBLE = -1;

export class Book {
  readonly market: Market;
  readonly rule: Rule;
  /** By node: the policy's penalty of each workload, or INELIGIBLE. None depends on an ask. */
  readonly #penalties: readonly Int32Array[];
  /** By node, at its true cost. */
  readonly #truthful: readonly (readonly (Pair | null)[])[];

  readonly #nothing: readonly null[];

  constructor(market: Market, rule: Rule) {
    this.market = market;
    this.rule = rule;
    this.#nothing = market.workloads.map(() => null);
    const counters = countersOf(market);
    this.#penalties = market.nodes.map((node) =>
      Int32Array.from(market.workloads, (job) => penaltyOf(job, node, market.round, counters)),
    );
    this.#truthful = market.nodes.map((node, c) => this.#column(c, node.askMicroPerGpuHour));
  }

  /** The matches of the round, by node, when these nodes ask this and all others their true costs. */
  clear(asks: Asks): ReadonlyMap<number, Match> {
    const columns = [...this.#truthful];
    for (const [c, ask] of asks) columns[c] = this.#column(c, ask);
    return this.#clear((w, c) => columns[c]![w]!);
  }

  /** The same when one client says another budget; its weights and what the policy makes of it follow. */
  clearAtBudget(workload: number, budgetMicro: number): ReadonlyMap<number, Match> {
    const { nodes, workloads, round } = this.market;
    const counters = countersOf(this.market);
    const job = { ...workloads[workload]!, budgetMicro };
    const row = nodes.map((node) =>
      this.#pair(job, node, node.askMicroPerGpuHour, penaltyOf(job, node, round, counters)),
    );
    return this.#clear((w, c) => (w === workload ? row[c]! : this.#truthful[c]![w]!));
  }

  /** What the work truly costs the node, by the function that a reported cost comes from. */
  trueCostMicro(workload: number, c: number): number {
    const { nodes, workloads } = this.market;
    const { spec, budgetMicro } = workloads[workload]!;
    return Number(weigh(spec, nodes[c]!, budgetMicro, 0, PARAMETERS_OF_ROUND).costMicro);
  }

  /** What the nodes of one owner are left with together after their true costs, under these matches. */
  utilityMicro(matches: ReadonlyMap<number, Match>, own: readonly number[]): number {
    return own.reduce((sum, c) => {
      const match = matches.get(c);
      return match === undefined ? sum : sum + match.priceMicro - this.trueCostMicro(match.workload, c);
    }, 0);
  }

  gpuSec(workload: number, c: number): number {
    const { spec } = this.market.workloads[workload]!;
    return spec.gpus * Number(durationSec(spec, this.market.nodes[c]!));
  }

  /** The least ask at which no pair of the node is feasible whatever it scores; 0 if it is eligible for none. */
  hopelessAsk(c: number): number {
    let least = 0;
    this.#penalties[c]!.forEach((penalty, w) => {
      if (penalty === INELIGIBLE) return;
      const { budgetMicro } = this.market.workloads[w]!;
      least = Math.max(least, Math.floor((3_600 * budgetMicro) / this.gpuSec(w, c)) + 1);
    });
    return least;
  }

  #column(c: number, ask: number): readonly (Pair | null)[] {
    if (ask === WITHDRAWN) return this.#nothing;
    const penalties = this.#penalties[c]!;
    const node = this.market.nodes[c]!;
    return this.market.workloads.map((job, w) => this.#pair(job, node, ask, penalties[w]!));
  }

  #pair({ spec, budgetMicro }: Job, node: NodeRecord, ask: number, policyPenalty: number): Pair | null {
    if (policyPenalty === INELIGIBLE) return null;
    const penalty = this.rule.penalty(policyPenalty, ask);
    const weight = weigh(
      spec,
      { ...node, askMicroPerGpuHour: ask },
      budgetMicro,
      penalty,
      PARAMETERS_OF_ROUND,
    );
    if (weight.weightMicro < 0n) return null;
    return { weightMicro: Number(weight.weightMicro), costMicro: Number(weight.costMicro) };
  }

  #clear(pair: RoundInstance['pair']): ReadonlyMap<number, Match> {
    const entries = this.rule.matcher.match({
      round: Round(this.market.round),
      workloads: this.market.workloads.map((_, w) => ({ id: WorkloadId(w + 1) })),
      nodes: this.market.nodes.map((_, c) => ({ id: NodeId(c + 1) })),
      pair,
    });
    return new Map(
      entries.map(({ workload, node, priceMicro, next }) => [
        node - 1,
        { workload: workload - 1, priceMicro, next: next - 1 },
      ]),
    );
  }
}

/** What the policy sees of the network as a whole. */
export function countersOf({ nodes, workloads }: Market) {
  const sum = (of: (node: NodeRecord) => number) => nodes.reduce((total, node) => total + of(node), 0);
  return {
    gpus: sum(({ gpus }) => gpus),
    freeGpus: sum(({ freeGpus }) => freeGpus),
    openWorkloads: workloads.length,
  };
}

function penaltyOf(
  { spec, budgetMicro }: Job,
  node: NodeRecord,
  round: number,
  counters: ReturnType<typeof countersOf>,
): number {
  if (reasonAgainst(spec, node, round, true, PARAMETERS_OF_ROUND.flagBelowTrustBps) !== 'None')
    return INELIGIBLE;
  return POLICY.penalty(features(spec, node, budgetMicro, round, counters));
}
