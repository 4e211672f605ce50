import { LONGEST_SEC } from './market.ts';
import { type MarketJob, type MarketOptions, marketScenario } from './marketScenario.ts';
import { impossible } from './possible.ts';
import { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import type { TraceJob, TraceNode } from './traces/Trace.ts';

export interface TraceScenarioOptions extends MarketOptions {
  /** Nodes drawn from the trace's, without replacement; all by default. */
  readonly nodes?: number;
  /** GPUs of nodes whose model the trace does not say. */
  readonly modelWhereUnknown?: string;
  /** Jobs that ran longer are cut to this; 4 hours by default, so that an episode need not last for days. */
  readonly longestSec?: number;
  /** 'trace' (default): the trace's own order and gaps from a random job on, scaled to the load. 'poisson': its jobs in any order. */
  readonly replay?: 'trace' | 'poisson';
}

/** What a job needs of a GPU's memory is not in the traces: host memory is no measure of it. */
const MEMORY_GIB = 8;

/**
 * A market of a recorded cluster's nodes and jobs.
 *
 * @example const scenario = scenarioOfTrace(nodes.rows, jobs.rows, { nodes: 40, load: 1, seed: 1 });
 */
export function scenarioOfTrace(
  nodes: readonly TraceNode[],
  jobs: readonly TraceJob[],
  options: TraceScenarioOptions,
): Scenario {
  const { longestSec = LONGEST_SEC, replay = 'trace' } = options;
  const withGpus = nodes.filter(({ gpus }) => gpus > 0);
  if (withGpus.length === 0) throw impossible(`none of the ${nodes.length} nodes of the trace has a GPU`);
  const count = options.nodes ?? withGpus.length;
  if (!(Number.isInteger(count) && count >= 1 && count <= withGpus.length)) {
    throw impossible(`${count} nodes cannot be drawn from the ${withGpus.length} of the trace`);
  }
  const market = drawn(withGpus, count, options.seed).map(({ name, gpus, gpuModel }) => {
    const model = gpuModel ?? options.modelWhereUnknown;
    if (model !== undefined) return { model, gpus };
    throw impossible(`the trace does not say which GPUs node ${name} has`, 'Say so with modelWhereUnknown.');
  });
  const work = jobs.map((job): MarketJob => {
    const { gpus, runSec, gpuModels, priority } = job;
    return {
      gpus,
      runSec: Math.min(longestSec, Math.max(1, runSec)),
      models: gpuModels,
      memoryGiB: MEMORY_GIB,
      priority,
    };
  });
  const arrivals =
    options.arrivals ??
    (replay === 'trace'
      ? { kind: replay, submittedSec: jobs.map(({ submittedSec }) => submittedSec) }
      : { kind: replay });
  return marketScenario(market, work, { ...options, arrivals });
}

function drawn<T>(items: readonly T[], count: number, seed: number): T[] {
  if (count === items.length) return [...items];
  const order = Int32Array.from(items.keys());
  new Random(seed).split(7).shuffle(order);
  return Array.from(order.subarray(0, count).sort(), (i) => items[i]!);
}
