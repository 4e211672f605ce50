import { AICChainError } from '../domain/errors.ts';
import {
  HORIZON_BOUNDS,
  LOAD_BOUNDS,
  OPENB_NODES_BOUNDS,
  OPENB_PROFILES,
  SEED_BOUNDS,
  scenarioFrom,
} from '../trainer/scenario/scenarioFrom.ts';
import { type Scenario, scenarioOf } from '../training/scenario.ts';
import { scenarioOfTrace } from '../training/traceScenario.ts';
import { readNamedFile } from './home.ts';
import type { Session } from './Session.ts';
import { type ScenarioFlags, USUAL_MARKET_SEED, USUAL_NODES } from './scenarioOptions.ts';
import { readTraceFile } from './traceFile.ts';
import { integerOption, numberOption, UsageError } from './usage.ts';

/** A market, at any load; the load that it has by itself, where none is named. */
export interface Market {
  readonly name: string;
  at(load?: number): Scenario;
}

const USUAL_LOAD = 1;

/** The scenario that is asked for, at the one load of --load. */
export async function scenarioAsked(session: Session, flags: ScenarioFlags): Promise<Scenario> {
  const load = flags.load === undefined ? undefined : loadOption(flags.load);
  return (await marketAsked(session, flags)).at(load);
}

/** The market that is asked for; whoever plays it at several loads reads --load itself. */
export async function marketAsked(session: Session, flags: ScenarioFlags): Promise<Market> {
  const { scenario, trace } = flags;
  if (trace !== undefined) return traceMarket(trace, flags);
  if (scenario === 'openb') return openbMarket(flags);
  refuseOthers(flags, scenario, ['nodes', 'profile', 'marketSeed']);
  return scenario === 'network' ? networkMarket(session, flags) : fileMarket(scenario, flags);
}

export const loadOption = (text: string): number => numberOption('--load', text, LOAD_BOUNDS);

function openbMarket({ nodes, profile, marketSeed, ...flags }: ScenarioFlags): Market {
  if (profile !== undefined && !OPENB_PROFILES.some((known) => known === profile)) {
    throw new UsageError(`--profile must be ${OPENB_PROFILES.join(' or ')}, not "${profile}"`);
  }
  const request = {
    nodes: integerOption(
      '--nodes',
      nodes ?? String(USUAL_NODES),
      OPENB_NODES_BOUNDS.min,
      OPENB_NODES_BOUNDS.max,
    ),
    seed: marketSeedOf(marketSeed),
    ...(profile !== undefined && { profile }),
    ...horizonOf(flags),
  };
  return { name: 'openb', at: (load = USUAL_LOAD) => scenarioFrom({ ...request, load }) };
}

/** The nodes and the jobs of a recorded cluster: as many nodes as asked for, or all where there are fewer. */
function traceMarket(files: readonly string[], flags: ScenarioFlags): Market {
  refuseOthers(flags, 'a trace', ['profile']);
  const traces = files.map(readTraceFile);
  const machines = traces.flatMap((one) => (one.kind === 'nodes' ? [one.trace] : []));
  const jobs = traces.flatMap((one) => (one.kind === 'jobs' ? [one.trace] : []));
  if (machines.length !== 1 || jobs.length !== 1) {
    throw new UsageError(
      `--trace takes one list of nodes and one of jobs, not ${machines.length} and ${jobs.length}`,
      'Look at a file with `aicchain trace describe FILE`.',
    );
  }
  const withGpus = machines[0]!.rows.filter(({ gpus }) => gpus > 0);
  const asked = integerOption('--nodes', flags.nodes ?? String(USUAL_NODES), 1, OPENB_NODES_BOUNDS.max);
  const options = {
    nodes: Math.min(asked, withGpus.length),
    seed: marketSeedOf(flags.marketSeed),
    ...horizonOf(flags),
  };
  const at = (load = USUAL_LOAD) => scenarioOfTrace(withGpus, jobs[0]!.rows, { ...options, load });
  return { name: files.join(', '), at };
}

/** A market around the nodes of the network and the workloads that it saw. */
async function networkMarket(session: Session, flags: ScenarioFlags): Promise<Market> {
  const horizon = horizonOf(flags);
  const { state, round } = await session.view();
  const records = [...state.nodes.values()].flatMap(({ records: { newest } }) => newest?.record ?? []);
  const seen = [...state.workloads.values()];
  if (records.length === 0 || seen.length === 0) {
    throw new AICChainError(
      'NOTHING_TO_PLAY',
      'the network needs at least one node and one workload for a market like it',
      {
        hint: 'Register a node and submit a workload first, watch `aicchain demo`, or take --scenario openb.',
      },
    );
  }
  const { roundSec } = session.context().context.deployment;
  const options = { parameters: state.parametersAt(round), roundSec, ...horizon };
  const at = (load?: number) =>
    scenarioOf(records, seen, { ...options, ...(load !== undefined && { load }) });
  return { name: 'the network', at };
}

function fileMarket(file: string, flags: ScenarioFlags): Market {
  const told = jsonOf(file);
  if (told === null) throw new UsageError(`${file}: scenario is null`, 'It must be an object.');
  const horizon = horizonOf(flags);
  const at = (load?: number) => {
    try {
      return scenarioFrom(
        isObject(told) ? { ...told, ...horizon, ...(load !== undefined && { load }) } : told,
      );
    } catch (error) {
      throw error instanceof AICChainError ? new UsageError(`${file}: ${error.message}`, error.hint) : error;
    }
  };
  return { name: file, at };
}

function jsonOf(file: string): unknown {
  const hint = 'A market is network, openb, or a JSON file like examples/market.json.';
  const text = readNamedFile(file, hint);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${file} is no JSON: ${(cause as Error).message}`, hint);
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function horizonOf({ horizon }: ScenarioFlags): { readonly horizonRounds?: number } {
  if (horizon === undefined) return {};
  return { horizonRounds: integerOption('--horizon', horizon, HORIZON_BOUNDS.min, HORIZON_BOUNDS.max) };
}

const marketSeedOf = (text = String(USUAL_MARKET_SEED)) =>
  integerOption('--market-seed', text, SEED_BOUNDS.min, SEED_BOUNDS.max);

function refuseOthers(flags: ScenarioFlags, name: string, others: readonly (keyof ScenarioFlags)[]): void {
  const other = others.find((flag) => flags[flag] !== undefined);
  if (other === undefined) return;
  const flag = other === 'marketSeed' ? 'market-seed' : other;
  throw new UsageError(`--${flag} does not go with ${name}`, 'It goes with --scenario openb.');
}
