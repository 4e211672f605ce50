import {
  FIVE_NODES,
  type NodeFacts,
  nodeOf,
  THREE_SORTS,
  type WorkloadFacts,
  workloadOf,
} from '../../training/facts.ts';
import { OPENB_GPUS, type OpenbOptions, openbScenario } from '../../training/market.ts';
import { impossible } from '../../training/possible.ts';
import { type Scenario, type ScenarioOptions, scenarioOf, type Welfare } from '../../training/scenario.ts';
import { type Bounds, checkNumbers, choiceAt, listAt, objectAt, refusal } from './checks.ts';

const NODE_BOUNDS: Readonly<Record<Exclude<keyof NodeFacts, 'green'>, Bounds>> = {
  gpus: { min: 1, max: 4_095, whole: true },
  tflops: { min: 0.01, max: 1_000_000 },
  askAiccPerGpuHour: { min: 0, max: 1_000_000 },
  memoryMiB: { min: 1, max: 2 ** 24, whole: true },
  bandwidthMbps: { min: 1, max: 10_000_000, whole: true },
  latencyMs: { min: 0, max: 10_000 },
  watts: { min: 0, max: 10_000, whole: true },
  trustBps: { min: 0, max: 10_000, whole: true },
};

const WORKLOAD_BOUNDS: Readonly<Record<keyof WorkloadFacts, Bounds>> = {
  gpus: { min: 1, max: 4_095, whole: true },
  computeGflop: { min: 0, max: 2 ** 40, whole: true },
  dataMB: { min: 0, max: 2 ** 32 - 1, whole: true },
  budgetAicc: { min: 0, max: 1e9 },
  memoryMiB: { min: 1, max: 2 ** 24, whole: true },
  maxDurationSec: { min: 1, max: 86_400 * 365, whole: true },
};

/** Demanded GPU time over offered GPU time. */
export const LOAD_BOUNDS: Bounds = { min: 0.01, max: 100 };
export const SEED_BOUNDS: Bounds = { min: 0, max: 2 ** 32 - 1, whole: true };
export const HORIZON_BOUNDS: Bounds = { min: 1, max: 1_000_000, whole: true };
export const OPENB_NODES_BOUNDS: Bounds = { min: 10, max: 100_000, whole: true };
export const OPENB_PROFILES = Object.keys(OPENB_GPUS) as (keyof typeof OPENB_GPUS)[];

const ANY_MARKET = {
  load: LOAD_BOUNDS,
  horizonRounds: HORIZON_BOUNDS,
  urgentShare: { min: 0, max: 1 },
  workloadLimit: { min: 1, max: 2 ** 31 - 1, whole: true },
} as const;

const OWN_MARKET = {
  roundSec: { min: 1, max: 86_400, whole: true },
  ...ANY_MARKET,
  openRounds: { min: 1, max: 1_000_000, whole: true },
  sizeSpread: { min: 1, max: 1_000 },
  budgetSpread: { min: 1, max: 1_000 },
} as const satisfies Partial<Record<keyof ScenarioOptions | 'workloadLimit', Bounds>>;

const LIKE_OPENB = {
  nodes: OPENB_NODES_BOUNDS,
  seed: SEED_BOUNDS,
  ...ANY_MARKET,
  warmShare: { min: 0, max: 1 },
} as const satisfies Partial<Record<keyof OpenbOptions | 'workloadLimit', Bounds>>;

/** Of every term of the welfare; the scenario itself says which there are. */
const WELFARE_BOUNDS: Bounds = { min: 0, max: 1e12 };

type Options = Readonly<Record<string, unknown>>;

/**
 * The scenario that a JSON value asks for; what is not known is refused by name. Where `nodes` is a number, a market like openb's
 * of so many nodes, and what else `openbScenario` takes. Else one's own market (`nodes`, `workloads`; five nodes and three sorts of
 * work where it names none), and what `ScenarioOptions` says.
 *
 * @example scenarioFrom({ nodes: 40, load: 1, seed: 1, profile: 'multigpu' })
 * @example scenarioFrom({ load: 0.8, horizonRounds: 128, welfare: { energyMicroPerKWh: 0 } })
 */
export function scenarioFrom(request: unknown): Scenario {
  const { welfare, workloadLimit, ...options } = objectAt('scenario', request ?? {});
  const limit = workloadLimit === undefined ? {} : { workloadLimit: workloadLimit as number };
  const market = typeof options.nodes === 'number' ? likeOpenb : ownMarket;
  try {
    const scenario = market({ ...options, ...limit });
    return { ...scenario, ...limit, welfare: welfareAt(welfare ?? {}, scenario.welfare) };
  } catch (error) {
    throw error instanceof RangeError ? impossible(error.message, ENOUGH) : error;
  }
}
const ENOUGH = 'Give a node enough GPUs, memory and speed.';

function likeOpenb({ profile = 'default', ...numbers }: Options): Scenario {
  checkNumbers('scenario', numbers, LIKE_OPENB, ['profile', 'welfare']);
  const { nodes, load = 1, seed = 1, ...rest } = numbers as Partial<OpenbOptions>;
  return openbScenario({
    ...{ nodes: nodes!, load, seed, ...rest },
    profile: choiceAt('scenario.profile', profile, OPENB_PROFILES),
  });
}

function ownMarket({ nodes, workloads, ...numbers }: Options): Scenario {
  checkNumbers('scenario', numbers, OWN_MARKET, ['nodes', 'workloads', 'welfare']);
  const records = listAt('scenario.nodes', nodes ?? FIVE_NODES).map((one, i) => nodeAt(i, one));
  const seen = listAt('scenario.workloads', workloads ?? THREE_SORTS).map((one, i) => workloadAt(i, one));
  return scenarioOf(records, seen, numbers as ScenarioOptions);
}

function welfareAt(value: unknown, standard: Welfare): Welfare {
  const at = 'scenario.welfare';
  const wanted = objectAt(at, value);
  checkNumbers(at, wanted, Object.fromEntries(Object.keys(standard).map((name) => [name, WELFARE_BOUNDS])));
  return { ...standard, ...wanted };
}

function nodeAt(i: number, value: unknown) {
  const at = `scenario.nodes[${i}]`;
  const { green, ...numbers } = objectAt(at, value);
  if (green !== undefined && typeof green !== 'boolean') {
    throw refusal(`${at}.green is ${JSON.stringify(green)}`, 'It must be true or false.');
  }
  checkNumbers(at, numbers, NODE_BOUNDS, ['green'], ['gpus', 'tflops', 'askAiccPerGpuHour']);
  return nodeOf(value as NodeFacts);
}

function workloadAt(i: number, value: unknown) {
  const at = `scenario.workloads[${i}]`;
  const needed = ['gpus', 'computeGflop', 'dataMB', 'budgetAicc'];
  checkNumbers(at, objectAt(at, value), WORKLOAD_BOUNDS, [], needed);
  return workloadOf(value as WorkloadFacts);
}
