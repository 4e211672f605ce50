import { AICChainError } from '../../domain/errors.ts';
import { type Scenario, type ScenarioOptions, scenarioOf } from '../../training/scenario.ts';
import { FIVE_NODES, type NodeFacts, nodeOf, THREE_SORTS, type WorkloadFacts, workloadOf } from './market.ts';

/** What a number must be: a smallest value, a largest, and whether it is whole. */
interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly whole?: boolean;
}

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

const OPTION_BOUNDS = {
  roundSec: { min: 1, max: 86_400, whole: true },
  load: { min: 0.01, max: 100 },
  horizonRounds: { min: 1, max: 1_000_000, whole: true },
  openRounds: { min: 1, max: 1_000_000, whole: true },
  sizeSpread: { min: 1, max: 1_000 },
  budgetSpread: { min: 1, max: 1_000 },
  urgentShare: { min: 0, max: 1 },
  workloadLimit: { min: 1, max: 2 ** 31 - 1, whole: true },
} as const satisfies Partial<Record<keyof ScenarioOptions | 'workloadLimit', Bounds>>;

/** Of every term of the welfare; the scenario itself says which there are. */
const WELFARE_BOUNDS: Bounds = { min: 0, max: 1e12 };

const OTHER_OPTIONS = ['nodes', 'workloads', 'welfare'];

/**
 * The scenario that a JSON value asks for: the market (`nodes`, `workloads`; five nodes and three sorts of work where it
 * names none), and what `ScenarioOptions` says. What is not known is refused by name.
 *
 * @example scenarioFrom({ load: 0.8, horizonRounds: 128, welfare: { energyMicroPerKWh: 0 } })
 */
export function scenarioFrom(request: unknown): Scenario {
  const options = objectAt('scenario', request ?? {});
  const { nodes, workloads, welfare, ...numbers } = options;
  checkNumbers('scenario', numbers, OPTION_BOUNDS, OTHER_OPTIONS);
  const wanted = objectAt('scenario.welfare', welfare ?? {});
  const records = listAt('scenario.nodes', nodes ?? FIVE_NODES).map((one, i) => nodeAt(i, one));
  const seen = listAt('scenario.workloads', workloads ?? THREE_SORTS).map((one, i) => workloadAt(i, one));
  const { workloadLimit, ...rest } = numbers as ScenarioOptions & { readonly workloadLimit?: number };
  try {
    const standard = Object.keys(scenarioOf(records, seen, rest).welfare);
    const bounds = Object.fromEntries(standard.map((name) => [name, WELFARE_BOUNDS]));
    checkNumbers('scenario.welfare', wanted, bounds);
    const scenario = scenarioOf(records, seen, { ...rest, welfare: wanted });
    return workloadLimit === undefined ? scenario : { ...scenario, workloadLimit };
  } catch (error) {
    throw error instanceof RangeError ? impossible(error) : error;
  }
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

function checkNumbers(
  at: string,
  values: Readonly<Record<string, unknown>>,
  bounds: Readonly<Record<string, Bounds>>,
  others: readonly string[] = [],
  needed: readonly string[] = [],
): void {
  for (const [name, value] of Object.entries(values)) {
    if (!Object.hasOwn(bounds, name)) {
      const known = [...Object.keys(bounds), ...others].join(', ');
      throw refusal(`there is no ${at}.${name}`, `Known are: ${known}.`);
    }
    const { min, max, whole = false } = bounds[name]!;
    const fits = typeof value === 'number' && value >= min && value <= max;
    if (fits && (!whole || Number.isInteger(value))) continue;
    const kind = whole ? 'a whole number' : 'a number';
    throw refusal(`${at}.${name} is ${JSON.stringify(value)}`, `It must be ${kind} from ${min} to ${max}.`);
  }
  const missing = needed.find((name) => !Object.hasOwn(values, name));
  if (missing !== undefined) throw refusal(`${at}.${missing} is missing`, `Say ${needed.join(', ')}.`);
}

function objectAt(at: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw refusal(`${at} is ${JSON.stringify(value)}`, 'It must be an object.');
}

function listAt(at: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0) return value;
  throw refusal(`${at} is ${JSON.stringify(value)}`, 'It must be a list of at least one.');
}

const impossible = ({ message }: Error) =>
  new AICChainError('IMPOSSIBLE_SCENARIO', message, { hint: 'Give a node enough GPUs, memory and speed.' });

const refusal = (message: string, hint: string) => new AICChainError('SCENARIO', message, { hint });
