import { readFileSync } from 'node:fs';
import { AICChainError } from '../domain/errors.ts';
import { type Scenario, scenarioOf } from '../training/scenario.ts';
import type { Session } from './Session.ts';
import { UsageError } from './usage.ts';

/** What --scenario names: the market of the network, or one that a file describes. */
export async function trainingScenario(session: Session, named: string): Promise<Scenario> {
  return named === 'network' ? networkScenario(session) : scenarioFile(named);
}

/** A market around the nodes of the network and the workloads that it saw. */
async function networkScenario(session: Session): Promise<Scenario> {
  const { state, round } = await session.view();
  const records = [...state.nodes.values()].flatMap(({ records: { newest } }) => newest?.record ?? []);
  const seen = [...state.workloads.values()];
  if (records.length === 0 || seen.length === 0) {
    throw new AICChainError(
      'NOTHING_TO_LEARN_FROM',
      'the network needs at least one node and one workload to learn from',
      {
        hint: 'Register a node and submit a workload first, or watch `aicchain demo`.',
      },
    );
  }
  const { roundSec } = session.context().context.deployment;
  return scenarioOf(records, seen, { parameters: state.parametersAt(round), roundSec });
}

/** JSON with the fields of `Scenario`. */
function scenarioFile(file: string): Scenario {
  const hint = 'A scenario is JSON with the fields of `Scenario`, or `network`.';
  let told: Scenario;
  try {
    told = JSON.parse(readFileSync(file, 'utf8')) as Scenario;
  } catch (cause) {
    throw new UsageError(`${file} cannot be read: ${(cause as Error).message}`, hint);
  }
  const fields = ['nodes', 'workloads', 'parameters', 'welfare', 'roundSec', 'moneyUnitMicro'] as const;
  const missing = fields.find((field) => told?.[field] === undefined);
  if (missing !== undefined) throw new UsageError(`${file} has no ${missing}`, hint);
  return told;
}
