import { readFileSync } from 'node:fs';
import { AICChainError } from '../domain/errors.ts';
import { openbScenario } from '../training/market.ts';
import { checkedScenario, type Scenario, scenarioOf } from '../training/scenario.ts';
import type { Session } from './Session.ts';
import { integerOption, UsageError } from './usage.ts';

/** Of the market; episodes have seeds of their own. */
const MARKET_SEED = 1;

/** Of openb. */
export interface MarketSize {
  readonly nodes: string;
  readonly load: string;
}

/** What --scenario names: the market of the network, one like openb's cluster, or one that a file describes. */
export async function trainingScenario(
  session: Session,
  named: string,
  size: MarketSize = { nodes: '64', load: '1' },
): Promise<Scenario> {
  if (named === 'network') return networkScenario(session);
  if (named !== 'openb') return scenarioFile(named);
  const nodes = integerOption('--nodes', size.nodes, 1, 100_000);
  const load = Number(size.load);
  if (!(load > 0 && load <= 10)) {
    throw new UsageError(`--load must be a number above 0 and at most 10, not "${size.load}"`);
  }
  return openbScenario({ nodes, load, seed: MARKET_SEED });
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
  const hint = 'A scenario is JSON with the fields of `Scenario`, or `network`, or `openb`.';
  let told: Scenario;
  try {
    told = JSON.parse(readFileSync(file, 'utf8')) as Scenario;
  } catch (cause) {
    throw new UsageError(`${file} cannot be read: ${(cause as Error).message}`, hint);
  }
  const fields = ['nodes', 'workloads', 'parameters', 'welfare', 'roundSec', 'moneyUnitMicro'] as const;
  const missing = fields.find((field) => told?.[field] === undefined);
  if (missing !== undefined) throw new UsageError(`${file} has no ${missing}`, hint);
  return checkedScenario(told);
}
