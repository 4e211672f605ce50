import type { Hindsight, Lane } from './hindsight.ts';

/** What capacity is charged, micro-AICC, by pool × round: a GPU for the round, and a node for taking a workload in it. */
export interface Prices {
  readonly gpuMicro: Float64Array;
  readonly startMicro: Float64Array;
}

/** The best start of a workload under prices. */
interface Best {
  readonly lane: Lane;
  readonly round: number;
  /** What remains to the workload per completion. */
  readonly surplusMicro: number;
}

export function noPrices({ pools, rounds }: Hindsight): Prices {
  const size = pools.length * rounds;
  return { gpuMicro: new Float64Array(size), startMicro: new Float64Array(size) };
}

/**
 * The dual of `Hindsight`: what all capacity is worth at these prices, and for each workload the most that a start leaves
 * it. For any prices that are not negative this is a bound: whatever is gained, is gained by a workload or paid for
 * capacity. No solver needs to be trusted for it.
 */
export function dualMicro(hindsight: Hindsight, prices: Prices): number {
  const ledger = new Ledger(hindsight, prices);
  return capacityMicro(hindsight, prices) + ledger.surplusMicro() + hindsight.extraMicro;
}

/**
 * A bound by prices that are improved step by step: along the excess of demand over capacity (a subgradient), smoothed over
 * steps, as far as the bound should still fall (Polyak's step; the aim is halved when it was too high).
 *
 * @example dualBound(hindsightOf(scenario, 7)) // micro-AICC
 */
export function dualBound(hindsight: Hindsight, steps = 300): number {
  return bestPrices(hindsight, steps).boundMicro;
}

/** The same bound with the prices that prove it. */
export function bestPrices(
  hindsight: Hindsight,
  steps = 300,
): { readonly boundMicro: number; readonly prices: Prices } {
  const { pools, rounds } = hindsight;
  const prices = noPrices(hindsight);
  const best = noPrices(hindsight);
  const direction = noPrices(hindsight);
  let [bound, aim, idle] = [Number.POSITIVE_INFINITY, FIRST_AIM, 0];
  for (let step = 0; step < steps && aim > LAST_AIM; step++) {
    const ledger = new Ledger(hindsight, prices);
    const demand = noPrices(hindsight);
    const now = capacityMicro(hindsight, prices) + ledger.surplusMicro(demand) + hindsight.extraMicro;
    if (now < bound * (1 - aim / 10)) idle = 0;
    else if (++idle >= PATIENCE) {
      [aim, idle] = [aim / 2, 0];
      prices.gpuMicro.set(best.gpuMicro);
      prices.startMicro.set(best.startMicro);
      direction.gpuMicro.fill(0);
      direction.startMicro.fill(0);
      if (now >= bound) continue;
    }
    if (now < bound) {
      bound = now;
      best.gpuMicro.set(prices.gpuMicro);
      best.startMicro.set(prices.startMicro);
    }
    let square = 0;
    for (let i = 0; i < pools.length * rounds; i++) {
      const pool = pools[Math.floor(i / rounds)]!;
      const gpus = pool.gpus[i % rounds]!;
      square += turn(direction.gpuMicro, i, demand.gpuMicro[i]! - gpus, prices.gpuMicro[i]!);
      square += turn(direction.startMicro, i, demand.startMicro[i]! - pool.nodes, prices.startMicro[i]!);
    }
    if (square === 0) break; // nothing is in demand beyond what there is: the prices are optimal
    const length = (now - bound * (1 - aim)) / square;
    move(prices.gpuMicro, direction.gpuMicro, length);
    move(prices.startMicro, direction.startMicro, length);
  }
  return { boundMicro: bound, prices: best };
}
/** By which part the bound should fall, at first and at last; steps without it before that is halved. */
const FIRST_AIM = 0.05;
const LAST_AIM = 1e-5;
const PATIENCE = 12;
/** How much of the last direction is kept. */
const MOMENTUM = 0.6;

/** Where a price is 0 and should fall, it stays. Returns the square of the new direction. */
function turn(direction: Float64Array, i: number, excess: number, priceMicro: number): number {
  const now = excess + MOMENTUM * direction[i]!;
  direction[i] = now < 0 && priceMicro === 0 ? 0 : now;
  return direction[i]! * direction[i]!;
}

function move(prices: Float64Array, direction: Float64Array, length: number): void {
  for (let i = 0; i < prices.length; i++) prices[i] = Math.max(0, prices[i]! + length * direction[i]!);
}

function capacityMicro({ pools, rounds }: Hindsight, { gpuMicro, startMicro }: Prices): number {
  let micro = 0;
  for (const [k, { gpus, nodes }] of pools.entries()) {
    for (let t = 0; t < rounds; t++) {
      micro += gpus[t]! * gpuMicro[k * rounds + t]! + nodes * startMicro[k * rounds + t]!;
    }
  }
  return micro;
}

/** Part of its GPUs that a run holds on average, `i` rounds after its start. */
export function heldPart({ heldRounds, durationRounds, fault }: Lane, i: number): number {
  if (i === 0 || fault === 0) return i < heldRounds ? 1 : 0;
  return i < heldRounds ? 1 - fault + fault * (1 - (i - 0.5) / durationRounds) : 0;
}

/** Prices, summed up so that what a run pays is a difference. */
class Ledger {
  readonly #hindsight: Hindsight;
  readonly #startMicro: Float64Array;
  /** Sums of the prices of a pool before a round, and of price × round: pool × (rounds + 1). */
  readonly #sum: Float64Array;
  readonly #moment: Float64Array;

  constructor(hindsight: Hindsight, { gpuMicro, startMicro }: Prices) {
    const { pools, rounds } = hindsight;
    this.#hindsight = hindsight;
    this.#startMicro = startMicro;
    this.#sum = new Float64Array(pools.length * (rounds + 1));
    this.#moment = new Float64Array(pools.length * (rounds + 1));
    for (const k of pools.keys()) {
      for (let t = 0; t < rounds; t++) {
        const to = k * (rounds + 1) + t + 1;
        const price = gpuMicro[k * rounds + t]!;
        this.#sum[to] = this.#sum[to - 1]! + price;
        this.#moment[to] = this.#moment[to - 1]! + price * t;
      }
    }
  }

  /** The surplus of all workloads together; `demand`, where given, gets what their best starts would hold. */
  surplusMicro(demand?: Prices): number {
    let micro = 0;
    for (const lanes of this.#hindsight.workloads) {
      const best = this.#best(lanes);
      if (best === null) continue;
      micro += best.surplusMicro;
      if (demand !== undefined) addDemand(this.#hindsight, best, demand);
    }
    return micro;
  }

  /** null where no start pays. */
  #best(lanes: readonly Lane[]): Best | null {
    let found: Best | undefined;
    for (const lane of lanes) {
      let surplus: number = found?.surplusMicro ?? 0;
      let round = -1;
      for (let i = 0; i < lane.worthMicro.length; i++) {
        // A workload needs 1 / (1 − fault) runs for a completion.
        if (lane.worthMicro[i]! <= surplus * (1 - lane.fault)) continue;
        const r = lane.firstRound + i;
        const left = (lane.worthMicro[i]! - this.#paysMicro(lane, r)) / (1 - lane.fault);
        if (left <= surplus) continue;
        surplus = left;
        round = r;
      }
      if (round >= 0) found = { lane, round, surplusMicro: surplus };
    }
    return found ?? null;
  }

  /** What a start pays for its capacity: the sum of `heldPart` × price. */
  #paysMicro(lane: Lane, round: number): number {
    const { rounds } = this.#hindsight;
    const { pool, gpus, fault, heldRounds, durationRounds } = lane;
    const at = pool * (rounds + 1) + round;
    const end = pool * (rounds + 1) + Math.min(rounds, round + heldRounds);
    const first = this.#sum[at + 1]! - this.#sum[at]!;
    const later = this.#sum[end]! - this.#sum[at + 1]!;
    let held = first + later;
    if (fault > 0) {
      // Σ fault · (i − ½) / duration · price, over the rounds after the first.
      const moment = this.#moment[end]! - this.#moment[at + 1]!;
      held -= (fault / durationRounds) * (moment - (round + 0.5) * later);
    }
    return gpus * held + this.#startMicro[pool * rounds + round]!;
  }
}

function addDemand({ rounds }: Hindsight, { lane, round }: Best, demand: Prices): void {
  const runs = 1 / (1 - lane.fault);
  const from = lane.pool * rounds + round;
  const held = Math.min(lane.heldRounds, rounds - round);
  for (let i = 0; i < held; i++) {
    demand.gpuMicro[from + i] = demand.gpuMicro[from + i]! + runs * lane.gpus * heldPart(lane, i);
  }
  demand.startMicro[from] = demand.startMicro[from]! + runs;
}
