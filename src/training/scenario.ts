import { type NodeRecord, PARAMETERS, type ParameterValues } from '../domain/index.ts';
import { type ArrivalProcess, checkArrivals } from './arrivals.ts';
import { impossible, whyNoneHolds } from './possible.ts';
import { Random } from './random.ts';
import {
  drawWorkload,
  KindSampler,
  type SeenWorkload,
  servingSec,
  type WorkloadDistribution,
} from './workloads.ts';
import { checkWorld, type World } from './world.ts';

/** How nodes differ from one episode to the next, so that a policy learns from features and not by heart. */
export interface NodeVariation {
  /** Trust is drawn uniformly from this range; null keeps each node's own. */
  readonly trustBps: readonly [number, number] | null;
  /** Asks are multiplied by a factor log-uniform in [1 / askSpread, askSpread]. */
  readonly askSpread: number;
}

/** What the network is for, in money: the terms of the welfare, and of the reward. */
export interface Welfare {
  /** A completion is worth budget · (1 + urgencyValue · priority / 10000), before waiting. */
  readonly urgencyValue: number;
  /** The worth falls linearly with the time since submission and is gone after this long: at priority 0 … */
  readonly calmPatienceSec: number;
  /** … and at priority 10000. */
  readonly urgentPatienceSec: number;
  /** Added to both: this many times the longest that the workload itself may run, so that long work is not worthless. */
  readonly calmPatienceRuns: number;
  readonly urgentPatienceRuns: number;
  /** GPUs that wait for data cost this much, on top of the ask. */
  readonly transferMicroPerGpuHour: number;
  /** Energy of nodes that are not green. */
  readonly energyMicroPerKWh: number;
  /** What a tonne of CO2 is taken to cost; of nodes that are not green, by the intensity where they are. */
  readonly carbonMicroPerTonne: number;
  /** Bps of the budget, times how far a node is behind its share of the work (ahead: negative). */
  readonly fairnessBps: number;
  /**
   * Where the scenario has no `world`, a run fails with probability failureAtNoTrust · (1 − trust)².
   * A run that fails has lost its time; its workload opens again.
   */
  readonly failureAtNoTrust: number;
  /** Potential of free GPUs that are too few for the next workload, in money units. Shapes the reward only. */
  readonly fragmentation: number;
}

/** The parameters that bind in a simulation. */
export type SimulationParameters = Pick<
  ParameterValues,
  'maxPenaltyMicroPerGpuHour' | 'greenMicroPerKWh' | 'flagBelowTrustBps'
>;

/** A market to learn in. With a seed it is fully determined. */
export interface Scenario {
  readonly nodes: readonly NodeRecord[];
  readonly nodeVariation: NodeVariation;
  readonly workloads: WorkloadDistribution;
  readonly arrivals: ArrivalProcess;
  /** On average. */
  readonly arrivalsPerRound: number;
  /** What is true of nodes beside what their records say; null: records are true, and nothing ever breaks. */
  readonly world: World | null;
  /** Rounds that a workload stays open. */
  readonly openRounds: number;
  readonly roundSec: number;
  /** An episode is cut off (truncated, not ended) after this many rounds. */
  readonly horizonRounds: number;
  /** An episode ends (terminates) when this many workloads came and left; null: they never stop coming. */
  readonly workloadLimit: number | null;
  readonly parameters: SimulationParameters;
  readonly welfare: Welfare;
  /** Rewards, weights and temperatures are in this unit, micro-AICC: the mean budget. */
  readonly moneyUnitMicro: number;
}

/** What may be said otherwise than the network itself says; every default is documented at its type. */
export interface ScenarioOptions {
  readonly parameters?: SimulationParameters;
  readonly roundSec?: number;
  /** Demanded GPU time over offered GPU time; about 1 is where quality matters. */
  readonly load?: number;
  readonly arrivals?: ArrivalProcess;
  readonly horizonRounds?: number;
  readonly openRounds?: number;
  readonly sizeSpread?: number;
  readonly budgetSpread?: number;
  readonly urgentShare?: number;
  readonly nodeVariation?: NodeVariation;
  readonly welfare?: Partial<Welfare>;
}

const SAMPLES = 256;
const PRIORITY_OF_MEANING = 0.3;

/**
 * A training market around a network's real nodes and the workloads it saw: sizes, GPU counts and priorities stray
 * from those seen, trust and asks from those registered, and workloads come as fast as the load says.
 *
 * @example const scenario = scenarioOf(records, [{ spec, budgetMicro: 100_000_000 }], { roundSec: 10 });
 */
export function scenarioOf(
  nodes: readonly NodeRecord[],
  seen: readonly SeenWorkload[],
  options: ScenarioOptions = {},
): Scenario {
  if (nodes.length === 0) throw impossible('a scenario needs at least one node');
  if (seen.length === 0) throw impossible('a scenario needs at least one workload to stray from');
  const usable = nodes.map(asKeptAlive);
  const largest = Math.max(...nodes.map((node) => node.gpus));
  const roundSec = options.roundSec ?? 10;
  const workloads: WorkloadDistribution = {
    kinds: heldByAny(seen, usable).map(({ spec, budgetMicro }) => ({
      frequency: 1,
      spec: { ...spec, minTrustBps: Math.min(spec.minTrustBps, 4_000) },
      budgetMicro,
      gpuChoices: gpuChoicesAround(spec.gpus, largest),
    })),
    sizeSpread: options.sizeSpread ?? 3,
    budgetSpread: options.budgetSpread ?? 1.5,
    budgetSigma: 0,
    urgentShare: options.urgentShare ?? PRIORITY_OF_MEANING,
  };

  const sample = sampleOf(workloads, usable, roundSec);
  const offered = usable.reduce((sum, node) => sum + node.gpus, 0) * roundSec;
  const perRound = ((options.load ?? 1.1) * offered) / sample.gpuSec;
  return checkedScenario({
    nodes: usable,
    nodeVariation: options.nodeVariation ?? { trustBps: [4_000, 10_000], askSpread: 1.4 },
    workloads,
    arrivals: options.arrivals ?? { kind: 'poisson' },
    world: null,
    // A node takes one new workload a round, whatever its size.
    arrivalsPerRound: Math.min(perRound, 0.9 * usable.length),
    openRounds: options.openRounds ?? Math.ceil((4 * sample.servingSec) / roundSec) + 2,
    roundSec,
    horizonRounds: options.horizonRounds ?? 64,
    workloadLimit: null,
    parameters: options.parameters ?? devParameters(),
    welfare: {
      urgencyValue: 1,
      calmPatienceSec: 8 * sample.servingSec,
      urgentPatienceSec: 3 * sample.servingSec,
      calmPatienceRuns: 0,
      urgentPatienceRuns: 0,
      transferMicroPerGpuHour: 500_000,
      energyMicroPerKWh: 500_000,
      carbonMicroPerTonne: 80_000_000,
      fairnessBps: 100,
      failureAtNoTrust: 0.9,
      fragmentation: 0.1,
      ...options.welfare,
    },
    moneyUnitMicro: sample.budgetMicro,
  });
}

/** The scenario, if it can be played; else the first thing that is wrong with it. */
export function checkedScenario(scenario: Scenario): Scenario {
  const { nodes, workloads, arrivalsPerRound, roundSec, horizonRounds, openRounds, moneyUnitMicro } =
    scenario;
  if (nodes.length === 0) throw impossible('a scenario needs at least one node');
  if (workloads.kinds.length === 0) throw impossible('a scenario needs at least one kind of workload');
  const numbers = { arrivalsPerRound, roundSec, horizonRounds, openRounds, moneyUnitMicro };
  for (const [name, value] of Object.entries(numbers)) {
    if (!(value > 0 && Number.isFinite(value))) {
      throw impossible(`${name} is ${value}, not above 0`, 'Check the load, the nodes and the budgets.');
    }
  }
  for (const [name, value] of Object.entries(scenario.welfare)) {
    if (!Number.isFinite(value)) throw impossible(`${name} of the welfare is ${value}`);
  }
  for (const [name, value] of Object.entries(workloads)) {
    if (typeof value === 'number' && !(value >= 0 && Number.isFinite(value))) {
      throw impossible(`${name} of the workloads is ${value}`);
    }
  }
  if (!(scenario.nodeVariation.askSpread >= 1)) {
    throw impossible(`askSpread is ${scenario.nodeVariation.askSpread}, below 1`);
  }
  checkArrivals(scenario.arrivals);
  if (scenario.world !== null) checkWorld(scenario.world, nodes.length);
  return scenario;
}

/** A network's history may hold work that none of its nodes can do any more; what is left out would never be matched. */
function heldByAny(seen: readonly SeenWorkload[], nodes: readonly NodeRecord[]): readonly SeenWorkload[] {
  const held = seen.filter(({ spec }) => whyNoneHolds(spec, nodes) === null);
  if (held.length > 0) return held;
  throw impossible(
    `no node can hold any of the ${seen.length} workloads; the first ${whyNoneHolds(seen[0]!.spec, nodes)}`,
  );
}

/** A simulated node sends its heartbeats. */
function asKeptAlive(node: NodeRecord): NodeRecord {
  return { ...node, freeGpus: node.gpus, freshUntilRound: 0xffff_ffff };
}

function gpuChoicesAround(gpus: number, largest: number): readonly number[] {
  const choices = [gpus, gpus, Math.max(1, gpus >> 1), gpus * 2];
  return choices.filter((choice) => choice <= Math.max(largest, gpus));
}

export function devParameters(): SimulationParameters {
  const dev = (name: string) => PARAMETERS.find((parameter) => parameter.name === name)!.dev;
  return {
    maxPenaltyMicroPerGpuHour: dev('maxPenaltyMicroPerGpuHour'),
    greenMicroPerKWh: dev('greenMicroPerKWh'),
    flagBelowTrustBps: dev('flagBelowTrustBps'),
  };
}

/** What a workload of the distribution takes on average: GPU time, time, money. */
export function sampleOf(
  workloads: WorkloadDistribution,
  nodes: readonly NodeRecord[],
  roundSec: number,
  samples = SAMPLES,
) {
  const random = new Random(0);
  const sampler = new KindSampler(workloads.kinds);
  let [gpuSec, sec, budgetMicro, placed] = [0, 0, 0, 0];
  for (let i = 0; i < samples; i++) {
    const { spec, budgetMicro: budget } = drawWorkload(workloads, sampler, 0, random);
    budgetMicro += budget;
    const serving = servingSec(spec, nodes, roundSec);
    if (serving === null) continue;
    placed++;
    sec += serving;
    gpuSec += serving * spec.gpus;
  }
  if (placed === 0) throw impossible(`no node can hold any of ${samples} workloads that were drawn`);
  return { gpuSec: gpuSec / placed, servingSec: sec / placed, budgetMicro: budgetMicro / samples };
}
