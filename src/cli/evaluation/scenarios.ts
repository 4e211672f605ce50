import { readFileSync } from 'node:fs';
import { AICChainError } from '../../domain/errors.ts';
import { openbScenario } from '../../training/market.ts';
import { checkedScenario, type Scenario, sampleOf, scenarioOf } from '../../training/scenario.ts';
import { scenarioOfTrace } from '../../training/traceScenario.ts';
import type { Session } from '../Session.ts';
import { readTraceFile } from '../traceFile.ts';
import { integerOption, UsageError } from '../usage.ts';
import type { EvaluateOptions } from './evaluateOptions.ts';

/** Of the market; episodes have seeds of their own. */
const MARKET_SEED = 1;

/** A scenario for each load, and what was played in a line. */
export interface ScenarioChoice {
  readonly described: string;
  at(load: number): Scenario;
}

/** What --scenario and --trace say. */
export async function scenarioAsked(session: Session, options: EvaluateOptions): Promise<ScenarioChoice> {
  const nodes = integerOption('--nodes', options.nodes, 1, 100_000);
  if (options.trace !== undefined) return traceScenario(options.trace, nodes);
  if (options.scenario === 'network') return networkScenario(session);
  if (options.scenario !== 'openb') return scenarioFile(options.scenario);
  const at = (load: number) => openbScenario({ nodes, load, seed: MARKET_SEED });
  return { described: described('openb', at(1)), at };
}

/** The nodes and the jobs of a recorded cluster: as many nodes as asked for, or all where there are fewer. */
function traceScenario(files: readonly string[], nodes: number): ScenarioChoice {
  const traces = files.map(readTraceFile);
  const machines = traces.flatMap((one) => (one.kind === 'nodes' ? [one.trace] : []));
  const jobs = traces.flatMap((one) => (one.kind === 'jobs' ? [one.trace] : []));
  if (machines.length !== 1 || jobs.length !== 1) {
    throw new UsageError(
      `--trace takes one list of nodes and one of jobs, not ${machines.length} and ${jobs.length}`,
      'Look at a file with `aicchain trace describe FILE`.',
    );
  }
  const { rows } = machines[0]!;
  const held = Math.min(nodes, rows.length);
  const at = (load: number) => scenarioOfTrace(rows, jobs[0]!.rows, { load, seed: MARKET_SEED, nodes: held });
  return { described: described(files.join(', '), at(1)), at };
}

/** The market around the nodes of the network and the workloads that it saw, as `aicchain train` learns in it. */
async function networkScenario(session: Session): Promise<ScenarioChoice> {
  const { state, round } = await session.view();
  const records = [...state.nodes.values()].flatMap(({ records: { newest } }) => newest?.record ?? []);
  const seen = [...state.workloads.values()];
  if (records.length === 0 || seen.length === 0) {
    throw new AICChainError(
      'NOTHING_TO_PLAY',
      'the network needs at least one node and one workload for a market like it',
      { hint: 'Take another: --scenario openb.' },
    );
  }
  const { roundSec } = session.context().context.deployment;
  const parameters = state.parametersAt(round);
  const at = (load: number) => scenarioOf(records, seen, { parameters, roundSec, load });
  return { described: described('the network', at(1)), at };
}

/** A scenario that was written as JSON, its arrivals as fast as the load says. */
function scenarioFile(file: string): ScenarioChoice {
  const told = read(file);
  const { gpuSec } = sampleOf(told.workloads, told.nodes, told.roundSec);
  const offered = told.nodes.reduce((sum, node) => sum + node.gpus, 0) * told.roundSec;
  const at = (load: number) => checkedScenario({ ...told, arrivalsPerRound: (load * offered) / gpuSec });
  return { described: described(file, told), at };
}

function described(name: string, { nodes, horizonRounds, roundSec }: Scenario): string {
  const gpus = nodes.reduce((sum, node) => sum + node.gpus, 0);
  return `${name}: ${nodes.length} nodes with ${gpus} GPUs, ${horizonRounds} rounds of ${roundSec} s`;
}

function read(file: string): Scenario {
  const hint = 'A scenario is JSON with the fields of `Scenario`; or take --scenario openb.';
  let told: Scenario;
  try {
    told = JSON.parse(readFileSync(file, 'utf8')) as Scenario;
  } catch (cause) {
    throw new UsageError(`${file} cannot be read: ${(cause as Error).message}`, hint);
  }
  const missing = (['nodes', 'workloads', 'parameters', 'welfare', 'roundSec'] as const).find(
    (field) => told?.[field] === undefined,
  );
  if (missing !== undefined) throw new UsageError(`${file} has no ${missing}`, hint);
  return checkedScenario(told);
}
