import { FEATURES } from '../domain/index.ts';
import { Simulation, type SimulatedWorkload } from './Simulation.ts';
import type { Scenario } from './scenario.ts';
import type { Dict, Discrete } from './spaces.ts';
import { type Terms, welfareOf } from './welfare.ts';

/** Most candidates of one decision: the best by price alone. */
export const MAX_CANDIDATES = 64;

/** Rounds without a decision after which a scenario is called empty. */
const LONGEST_LULL = 10_000;

/**
 * What is known when one workload is placed. The arrays belong to the environment and are valid until its next call.
 * Rows beyond `candidates` are 0 and masked.
 */
export interface Observation {
  readonly candidates: number;
  /** candidates × 24, exactly the policy's features. */
  readonly features: Int16Array;
  /** Weight without quality (price alone), in money units. */
  readonly weight: Float64Array;
  /** What one unit of penalty costs this pair, in money units. */
  readonly penaltyScale: Float64Array;
  /** 1 for actions that may be taken; the last action is defer, always allowed. */
  readonly mask: Uint8Array;
}

export interface Info {
  readonly round: number;
  readonly workload: number;
  /** Node index of each candidate. */
  readonly nodes: Int32Array;
  /** The same as the observation's: masks are the same at rollout, update and evaluation. */
  readonly mask: Uint8Array;
  /** Rounds that passed since the last decision: what a discount by the round needs. */
  readonly elapsedRounds: number;
  /** The reward of the step by its terms, in money units. */
  readonly terms: Terms & { shaping: number };
}

export interface Step {
  readonly observation: Observation;
  readonly reward: number;
  readonly terminated: boolean;
  readonly truncated: boolean;
  readonly info: Info;
}

/**
 * The market as a sequence of decisions, by Gymnasium's contract. One decision places one workload on one of its
 * feasible nodes, or defers it to the next round. Within a round, workloads decide in the order of what their best
 * node is worth, and a node takes one. The reward is the welfare that is expected of the match made
 * (see `welfare.ts`; the luck of a run has no say in the reward, only in what happens), plus potential shaping.
 */
export class AICChainEnv {
  readonly observationSpace: Dict;
  readonly actionSpace: Discrete;
  readonly scenario: Scenario;
  readonly simulation: Simulation;

  readonly #most: number;
  readonly #discount: number;
  readonly #observation: Omit<Observation, 'candidates'> & { candidates: number };
  readonly #nodes: Int32Array;
  #queue: SimulatedWorkload[] = [];
  #current: SimulatedWorkload | null = null;
  #potential = 0;

  /** `discountPerRound` is what the potential shaping must share with the learner. */
  constructor(scenario: Scenario, discountPerRound = 1) {
    this.scenario = scenario;
    this.simulation = new Simulation(scenario);
    this.#discount = discountPerRound;
    this.#most = Math.min(MAX_CANDIDATES, scenario.nodes.length);
    this.#nodes = new Int32Array(this.#most);
    this.#observation = {
      candidates: 0,
      features: new Int16Array(this.#most * FEATURES),
      weight: new Float64Array(this.#most),
      penaltyScale: new Float64Array(this.#most),
      mask: new Uint8Array(this.#most + 1),
    };
    const box = (shape: readonly number[], low: number, high: number) =>
      ({ kind: 'box', shape, low, high }) as const;
    this.observationSpace = {
      kind: 'dict',
      spaces: {
        features: box([this.#most, FEATURES], -32_768, 32_767),
        weight: box([this.#most], 0, Number.MAX_VALUE),
        penaltyScale: box([this.#most], 0, Number.MAX_VALUE),
        mask: box([this.#most + 1], 0, 1),
      },
    };
    this.actionSpace = { kind: 'discrete', n: this.#most + 1 };
  }

  get deferAction(): number {
    return this.#most;
  }

  /** The workload that waits for a decision. */
  get workload(): SimulatedWorkload | null {
    return this.#current;
  }

  reset({ seed, options = {} }: { seed: number; options?: { round?: number } }): [Observation, Info] {
    this.simulation.reset(seed);
    for (let round = 0; round < (options.round ?? 0); round++) this.simulation.advance();
    this.#queue = [];
    const elapsedRounds = this.#toNextDecision();
    this.#potential = this.#potentialNow();
    return [this.#observation, this.#info(elapsedRounds, noTerms())];
  }

  step(action: number): Step {
    const workload = this.#current;
    if (workload === null) throw new Error('the episode is over: call reset');
    if (this.#observation.mask[action] !== 1) {
      throw new RangeError(`action ${action} is masked for workload ${workload.id}`);
    }
    const terms = noTerms();
    if (action !== this.deferAction) {
      const expected = this.simulation.match(workload, this.#nodes[action]!);
      Object.assign(terms, inUnits(expected, this.scenario.moneyUnitMicro));
    }
    const elapsedRounds = this.#toNextDecision();

    const terminated = this.#current === null;
    const truncated = !terminated && this.simulation.round >= this.scenario.horizonRounds;
    const before = this.#potential;
    this.#potential = terminated ? 0 : this.#potentialNow();
    terms.shaping = this.#discount ** elapsedRounds * this.#potential - before;
    const reward = welfareOf(terms) + terms.shaping;
    const info = this.#info(elapsedRounds, terms);
    if (truncated) this.#current = null;
    return { observation: this.#observation, reward, terminated, truncated, info };
  }

  /** Moves to the next workload that has a choice, through as many rounds as it takes; none is left: null. */
  #toNextDecision(): number {
    const { simulation } = this;
    let elapsedRounds = 0;
    for (;;) {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        if (!this.#observe(next)) continue;
        this.#current = next;
        return elapsedRounds;
      }
      if (simulation.isOver) break;
      if (elapsedRounds > LONGEST_LULL) {
        throw new Error(`no workload had a feasible node for ${LONGEST_LULL} rounds: asks may be above budgets`);
      }
      simulation.advance();
      elapsedRounds++;
      this.#queue = this.#inOrderOfWorth();
    }
    this.#observation.candidates = 0;
    this.#clear(0);
    this.#current = null;
    return elapsedRounds;
  }

  #inOrderOfWorth(): SimulatedWorkload[] {
    const worth = new Map<SimulatedWorkload, number>();
    for (const workload of this.simulation.open) {
      let best = -1;
      for (let c = 0; c < this.simulation.nodes.length; c++) {
        if (this.simulation.isFeasible(workload, c)) best = Math.max(best, workload.weightMicro[c]!);
      }
      if (best >= 0) worth.set(workload, best);
    }
    return [...worth.keys()].sort((a, b) => worth.get(b)! - worth.get(a)! || a.id - b.id);
  }

  /** Writes the observation of a workload's choice; false where it has none. */
  #observe(workload: SimulatedWorkload): boolean {
    const { simulation, scenario } = this;
    const count = this.#chooseCandidates(workload);
    if (count === 0) return false;
    const { features, weight, penaltyScale } = this.#observation;
    const perGpuSec = scenario.parameters.maxPenaltyMicroPerGpuHour / (65_535 * 3_600);
    for (let i = 0; i < count; i++) {
      const c = this.#nodes[i]!;
      simulation.writeFeatures(workload, c, features, i * FEATURES);
      weight[i] = workload.weightMicro[c]! / scenario.moneyUnitMicro;
      const gpuSec = workload.spec.gpus * workload.durationSec[c]!;
      penaltyScale[i] = (perGpuSec * gpuSec) / scenario.moneyUnitMicro;
    }
    this.#observation.candidates = count;
    this.#clear(count);
    return true;
  }

  #clear(from: number): void {
    const { features, weight, penaltyScale, mask } = this.#observation;
    features.fill(0, from * FEATURES);
    weight.fill(0, from);
    penaltyScale.fill(0, from);
    mask.fill(1, 0, from);
    mask.fill(0, from, this.#most);
    mask[this.#most] = 1;
  }

  /** The feasible nodes in ascending order; where there are too many, those with the best weights. */
  #chooseCandidates(workload: SimulatedWorkload): number {
    const { simulation } = this;
    let count = 0;
    const surplus: number[] = [];
    for (let c = 0; c < simulation.nodes.length; c++) {
      if (!simulation.isFeasible(workload, c)) continue;
      if (count < this.#most) this.#nodes[count] = c;
      else surplus.push(c);
      count++;
    }
    if (surplus.length > 0) {
      const { weightMicro } = workload;
      const all = [...this.#nodes, ...surplus].sort((a, b) => weightMicro[b]! - weightMicro[a]! || a - b);
      this.#nodes.set(all.slice(0, this.#most).sort((a, b) => a - b));
      count = this.#most;
    }
    this.#nodes.fill(-1, count);
    return count;
  }

  #potentialNow(): number {
    return -this.scenario.welfare.fragmentation * this.simulation.fragmentation();
  }

  #info(elapsedRounds: number, terms: Info['terms']): Info {
    return {
      round: this.simulation.round,
      workload: this.#current?.id ?? 0,
      nodes: this.#nodes,
      mask: this.#observation.mask,
      elapsedRounds,
      terms,
    };
  }
}

function noTerms(): Info['terms'] {
  return { value: 0, waiting: 0, cost: 0, transfer: 0, energy: 0, fairness: 0, shaping: 0 };
}

function inUnits(terms: Terms, unit: number): Terms {
  return {
    value: terms.value / unit,
    waiting: terms.waiting / unit,
    cost: terms.cost / unit,
    transfer: terms.transfer / unit,
    energy: terms.energy / unit,
    fairness: terms.fairness / unit,
  };
}
