import { AICChainError, FEATURES } from '../domain/index.ts';
import { power } from './elementary.ts';
import { MAX_CANDIDATES, Offers } from './offers.ts';
import { Random, type RandomState } from './random.ts';
import { Simulation, type SimulationState } from './Simulation.ts';
import type { Scenario } from './scenario.ts';
import { nextSeed } from './seeds.ts';
import type { Box, Dict, Discrete, Dtype } from './spaces.ts';
import { emptyTerms, TERMS, type Terms, welfareOf } from './welfare.ts';

export { MAX_CANDIDATES };

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

/** What `reset` takes. */
export interface ResetOptions {
  /** Start after this many rounds in which nothing was matched. */
  readonly round?: number;
}
const RESET_OPTIONS: readonly string[] = ['round'];

/** An environment at one moment, as plain data that can be cloned and stored. */
export interface EnvState {
  readonly simulation: SimulationState;
  readonly isOver: boolean;
  readonly potential: number;
  readonly seeds: RandomState | null;
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
  /** There is nothing to render: the explanation of a round is a command of its own. */
  static readonly metadata: { readonly renderModes: readonly string[] } = { renderModes: [] };
  readonly renderMode = null;
  readonly observationSpace: Dict;
  readonly actionSpace: Discrete;
  readonly scenario: Scenario;
  readonly simulation: Simulation;

  readonly #discount: number;
  readonly #observation: Omit<Observation, 'candidates'> & { candidates: number };
  readonly #workloads = new Int32Array(MAX_CANDIDATES);
  readonly #nodes = new Int32Array(MAX_CANDIDATES);
  readonly #offers: Offers;
  /** Money units that a unit of penalty is worth for a GPU-second. */
  readonly #penaltyPerGpuSec: number;
  #seeds: Random | null = null;
  #isOver = true;
  #potential = 0;

  /** `discountPerRound` is what the potential shaping must share with the learner. */
  constructor(scenario: Scenario, discountPerRound = 1) {
    this.scenario = scenario;
    this.simulation = new Simulation(scenario);
    this.#offers = new Offers(this.simulation);
    this.#discount = discountPerRound;
    const { parameters, moneyUnitMicro } = scenario;
    this.#penaltyPerGpuSec = parameters.maxPenaltyMicroPerGpuHour / (65_535 * 3_600) / moneyUnitMicro;
    const { stateSize } = this.simulation;
    this.#observation = {
      candidates: 0,
      features: new Int16Array(MAX_CANDIDATES * FEATURES),
      weight: new Float64Array(MAX_CANDIDATES),
      penaltyScale: new Float64Array(MAX_CANDIDATES),
      state: new Float64Array(stateSize),
      mask: new Uint8Array(MAX_CANDIDATES + 1),
    };
    this.observationSpace = {
      kind: 'dict',
      spaces: {
        candidates: box('int64', [], 0, MAX_CANDIDATES),
        features: box('int16', [MAX_CANDIDATES, FEATURES], -32_768, 32_767),
        weight: box('float64', [MAX_CANDIDATES], 0, Number.MAX_VALUE),
        penaltyScale: box('float64', [MAX_CANDIDATES], 0, Number.MAX_VALUE),
        state: box('float64', [stateSize], 0, Number.MAX_VALUE),
        mask: box('uint8', [MAX_CANDIDATES + 1], 0, 1),
      },
    };
    this.actionSpace = { kind: 'discrete', n: MAX_CANDIDATES + 1, dtype: 'int64' };
  }

  get deferAction(): number {
    return MAX_CANDIDATES;
  }

  /** Starts an episode. Without a seed it is the next one of those that the last given seed leads to. */
  reset({ seed, options = {} }: { seed?: number; options?: ResetOptions } = {}): [Observation, Info] {
    const rounds = checkedRounds(options);
    if (seed !== undefined) this.#seeds = new Random(seed, 1);
    const episode = seed ?? (this.#seeds && nextSeed(this.#seeds));
    if (episode === null) {
      throw new AICChainError('NO_SEED', 'the first reset of an environment needs a seed', {
        hint: 'reset({ seed: 1 }); later ones may leave it out.',
      });
    }
    this.simulation.reset(episode);
    for (let round = 0; round < rounds; round++) this.simulation.advance();
    const elapsedRounds = this.#toNextDecision();
    this.#isOver = false; // where there is nothing to match in all of it, the first step ends it
    this.#potential = this.#potentialNow();
    return [this.#observation, this.#info(elapsedRounds, noTerms())];
  }

  step(action: number): Step {
    if (this.#isOver) throw new AICChainError('EPISODE_OVER', 'the episode is over: call reset');
    if (this.#observation.mask[action] !== 1) {
      throw new RangeError(`action ${action} is masked in round ${this.simulation.round}`);
    }
    const terms = noTerms();
    let elapsedRounds = 0;
    if (action === this.deferAction) {
      elapsedRounds = this.#advance();
    } else {
      const expected = this.simulation.match(this.#offers.workload(action), this.#offers.node[action]!);
      for (const term of TERMS) terms[term] = expected[term] / this.scenario.moneyUnitMicro;
    }
    elapsedRounds += this.#toNextDecision();

    const terminated = this.#offers.count === 0;
    const truncated = !terminated && this.simulation.round >= this.scenario.horizonRounds;
    this.#isOver = terminated || truncated;
    const before = this.#potential;
    this.#potential = terminated ? 0 : this.#potentialNow();
    terms.shaping = this.#discounted(elapsedRounds) * this.#potential - before;
    const reward = welfareOf(terms) + terms.shaping;
    const info = this.#info(elapsedRounds, terms);
    return { observation: this.#observation, reward, terminated, truncated, info };
  }

  /** The environment as it stands, between two steps. */
  save(): EnvState {
    return {
      simulation: this.simulation.save(),
      isOver: this.#isOver,
      potential: this.#potential,
      seeds: this.#seeds?.save() ?? null,
    };
  }

  /** Goes on from what was saved of an environment of the same scenario; returns the observation that was last seen there. */
  restore(saved: EnvState): Observation {
    this.simulation.restore(saved.simulation);
    this.#seeds = saved.seeds === null ? null : Random.restored(saved.seeds);
    this.#isOver = saved.isOver;
    this.#potential = saved.potential;
    this.#offers.refresh();
    this.#observe();
    return this.#observation;
  }

  /** Moves on, through as many rounds as it takes, until there is a pair to match; at the end of all work there is none. */
  #toNextDecision(): number {
    let elapsedRounds = 0;
    for (;;) {
      this.#offers.refresh();
      if (this.#offers.count > 0 || this.simulation.isOver) break;
      if (elapsedRounds > LONGEST_LULL) {
        throw new AICChainError(
          'NOTHING_FEASIBLE',
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

  #observe(): void {
    const { simulation, scenario } = this;
    const { features, weight, penaltyScale, state, mask } = this.#observation;
    const offers = this.#offers;
    const { count } = offers;
    simulation.writeState(state);
    offers.writeFeatures(features);
    for (let i = 0; i < count; i++) {
      this.#workloads[i] = offers.workload(i).id;
      this.#nodes[i] = offers.node[i]!;
      weight[i] = offers.weightMicro[i]! / scenario.moneyUnitMicro;
      penaltyScale[i] = this.#penaltyPerGpuSec * offers.gpuSec[i]!;
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

  #discounted(rounds: number): number {
    return rounds === 0 || this.#discount === 1 ? 1 : power(this.#discount, rounds);
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

function box(dtype: Dtype, shape: readonly number[], low: number, high: number): Box {
  return { kind: 'box', shape, low, high, dtype };
}

function noTerms(): Info['terms'] {
  return { ...emptyTerms(), shaping: 0 };
}

function checkedRounds(options: ResetOptions): number {
  const unknown = Object.keys(options).find((name) => !RESET_OPTIONS.includes(name));
  if (unknown !== undefined) {
    throw new AICChainError('UNKNOWN_OPTION', `reset has no option "${unknown}"`, {
      hint: `It has: ${RESET_OPTIONS.join(', ')}.`,
    });
  }
  const { round = 0 } = options;
  if (Number.isSafeInteger(round) && round >= 0) return round;
  throw new AICChainError('BAD_OPTION', `the option "round" is ${round}, not a whole number from 0 on`);
}
