import { FEATURES } from '../domain/index.ts';
import { power } from './elementary.ts';
import { Simulation } from './Simulation.ts';
import type { Scenario } from './scenario.ts';
import type { Dict, Discrete } from './spaces.ts';
import { type Terms, welfareOf } from './welfare.ts';
import type { SimulatedWorkload } from './workloads.ts';

/** Most pairs of one decision: the best by price alone. */
export const MAX_CANDIDATES = 64;

/** Rounds without a decision after which a scenario is called empty. */
const LONGEST_LULL = 10_000;

/**
 * What is known when a match is made. The arrays belong to the environment and are valid until its next call.
 * Rows beyond `candidates` are 0 and masked.
 */
export interface Observation {
  /** Feasible pairs of a waiting workload and a node; they are the actions 0..candidates-1. */
  readonly candidates: number;
  /** candidates × 24, exactly the policy's features. */
  readonly features: Int16Array;
  /** Weight without quality (price alone), in money units. */
  readonly weight: Float64Array;
  /** What one unit of penalty costs this pair, in money units. */
  readonly penaltyScale: Float64Array;
  /** The state of the market beyond these pairs, for a critic (`Simulation.writeState`). */
  readonly state: Float64Array;
  /** 1 for actions that may be taken; the last action is defer, always allowed. */
  readonly mask: Uint8Array;
}

export interface Info {
  readonly round: number;
  /** Workload id of each candidate; 0 beyond. */
  readonly workloads: Int32Array;
  /** Node index of each candidate; -1 beyond. */
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
 * The market as a sequence of decisions, by Gymnasium's contract. One decision makes one match among the feasible pairs
 * of the round, or defers all that wait to the next round; a node takes one workload a round. So a round is cleared as
 * greedy matching clears it, pair after pair: in the limit of certainty the best weight goes first, and workloads compete
 * for nodes by their weights, as they do in the certified round. (Deciding workload by workload instead hides that
 * competition from the learner: half of what quality can bring is lost.)
 *
 * The reward is the welfare that is expected of the match made (see `welfare.ts`; the luck of a run has no say in the
 * reward, only in what happens), plus potential shaping.
 */
export class AICChainEnv {
  readonly observationSpace: Dict;
  readonly actionSpace: Discrete;
  readonly scenario: Scenario;
  readonly simulation: Simulation;

  readonly #discount: number;
  readonly #observation: Omit<Observation, 'candidates'> & { candidates: number };
  readonly #workloads = new Int32Array(MAX_CANDIDATES);
  readonly #nodes = new Int32Array(MAX_CANDIDATES);
  #pairs: CandidatePair[] = [];
  #isOver = true;
  #potential = 0;

  /** `discountPerRound` is what the potential shaping must share with the learner. */
  constructor(scenario: Scenario, discountPerRound = 1) {
    this.scenario = scenario;
    this.simulation = new Simulation(scenario);
    this.#discount = discountPerRound;
    this.#observation = {
      candidates: 0,
      features: new Int16Array(MAX_CANDIDATES * FEATURES),
      weight: new Float64Array(MAX_CANDIDATES),
      penaltyScale: new Float64Array(MAX_CANDIDATES),
      state: new Float64Array(this.simulation.stateSize),
      mask: new Uint8Array(MAX_CANDIDATES + 1),
    };
    const box = (shape: readonly number[], low: number, high: number) =>
      ({ kind: 'box', shape, low, high }) as const;
    this.observationSpace = {
      kind: 'dict',
      spaces: {
        features: box([MAX_CANDIDATES, FEATURES], -32_768, 32_767),
        weight: box([MAX_CANDIDATES], 0, Number.MAX_VALUE),
        penaltyScale: box([MAX_CANDIDATES], 0, Number.MAX_VALUE),
        state: box([this.simulation.stateSize], 0, Number.MAX_VALUE),
        mask: box([MAX_CANDIDATES + 1], 0, 1),
      },
    };
    this.actionSpace = { kind: 'discrete', n: MAX_CANDIDATES + 1 };
  }

  get deferAction(): number {
    return MAX_CANDIDATES;
  }

  /** Starts an episode; with `options.round` after that many rounds in which nothing was matched. */
  reset({ seed, options = {} }: { seed: number; options?: { round?: number } }): [Observation, Info] {
    this.simulation.reset(seed);
    for (let round = 0; round < (options.round ?? 0); round++) this.simulation.advance();
    const elapsedRounds = this.#toNextDecision();
    this.#isOver = this.#pairs.length === 0;
    this.#potential = this.#potentialNow();
    return [this.#observation, this.#info(elapsedRounds, noTerms())];
  }

  step(action: number): Step {
    if (this.#isOver) throw new Error('the episode is over: call reset');
    if (this.#observation.mask[action] !== 1) {
      throw new RangeError(`action ${action} is masked in round ${this.simulation.round}`);
    }
    const terms = noTerms();
    let elapsedRounds = 0;
    if (action === this.deferAction) {
      elapsedRounds = this.#advance();
    } else {
      const { workload, node } = this.#pairs[action]!;
      Object.assign(terms, inUnits(this.simulation.match(workload, node), this.scenario.moneyUnitMicro));
    }
    elapsedRounds += this.#toNextDecision();

    const terminated = this.#pairs.length === 0;
    const truncated = !terminated && this.simulation.round >= this.scenario.horizonRounds;
    this.#isOver = terminated || truncated;
    const before = this.#potential;
    this.#potential = terminated ? 0 : this.#potentialNow();
    terms.shaping = power(this.#discount, elapsedRounds) * this.#potential - before;
    const reward = welfareOf(terms) + terms.shaping;
    const info = this.#info(elapsedRounds, terms);
    return { observation: this.#observation, reward, terminated, truncated, info };
  }

  /** Moves on, through as many rounds as it takes, until there is a pair to match; at the end of all work there is none. */
  #toNextDecision(): number {
    let elapsedRounds = 0;
    for (;;) {
      this.#pairs = this.#feasiblePairs();
      if (this.#pairs.length > 0 || this.simulation.isOver) break;
      if (elapsedRounds > LONGEST_LULL) {
        throw new Error(
          `no workload had a feasible node for ${LONGEST_LULL} rounds: asks may be above budgets`,
        );
      }
      elapsedRounds += this.#advance();
    }
    this.#observe();
    return elapsedRounds;
  }

  #advance(): number {
    this.simulation.advance();
    return 1;
  }

  /** By workload and node; where there are too many, those with the best weights. */
  #feasiblePairs(): CandidatePair[] {
    const { simulation } = this;
    const pairs: CandidatePair[] = [];
    for (const workload of simulation.open) {
      for (let node = 0; node < simulation.nodes.length; node++) {
        if (simulation.isFeasible(workload, node)) pairs.push({ workload, node });
      }
    }
    if (pairs.length <= MAX_CANDIDATES) return pairs;
    const weight = ({ workload, node }: CandidatePair) => workload.weightMicro[node]!;
    const order = (a: CandidatePair, b: CandidatePair) => a.workload.id - b.workload.id || a.node - b.node;
    return pairs
      .sort((a, b) => weight(b) - weight(a) || order(a, b))
      .slice(0, MAX_CANDIDATES)
      .sort(order);
  }

  #observe(): void {
    const { simulation, scenario } = this;
    const { features, weight, penaltyScale, state, mask } = this.#observation;
    const count = this.#pairs.length;
    simulation.writeState(state);
    const perGpuSec = scenario.parameters.maxPenaltyMicroPerGpuHour / (65_535 * 3_600);
    for (let i = 0; i < count; i++) {
      const { workload, node } = this.#pairs[i]!;
      this.#workloads[i] = workload.id;
      this.#nodes[i] = node;
      simulation.writeFeatures(workload, node, features, i * FEATURES);
      weight[i] = workload.weightMicro[node]! / scenario.moneyUnitMicro;
      const gpuSec = workload.spec.gpus * workload.durationSec[node]!;
      penaltyScale[i] = (perGpuSec * gpuSec) / scenario.moneyUnitMicro;
    }
    this.#observation.candidates = count;
    this.#workloads.fill(0, count);
    this.#nodes.fill(-1, count);
    features.fill(0, count * FEATURES);
    weight.fill(0, count);
    penaltyScale.fill(0, count);
    mask.fill(1, 0, count);
    mask.fill(0, count, MAX_CANDIDATES);
    mask[MAX_CANDIDATES] = 1;
  }

  #potentialNow(): number {
    return -this.scenario.welfare.fragmentation * this.simulation.fragmentation();
  }

  #info(elapsedRounds: number, terms: Info['terms']): Info {
    return {
      round: this.simulation.round,
      workloads: this.#workloads,
      nodes: this.#nodes,
      mask: this.#observation.mask,
      elapsedRounds,
      terms,
    };
  }
}

interface CandidatePair {
  readonly workload: SimulatedWorkload;
  readonly node: number;
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
