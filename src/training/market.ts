import { AICChainError } from '../domain/index.ts';
import { type MarketJob, type MarketNode, type MarketOptions, marketScenario } from './marketScenario.ts';
import { Random } from './random.ts';
import type { Scenario } from './scenario.ts';

/** The 1,213 GPU nodes of openb (Alibaba cluster-trace-gpu-v2023) by model and GPUs. */
export const OPENB_NODES = [
  ['G2', 8, 549],
  ['T4', 2, 387],
  ['P100', 2, 131],
  ['G3', 8, 39],
  ['V100M16', 4, 28],
  ['V100M32', 8, 21],
  ['V100M16', 1, 19],
  ['T4', 4, 17],
  ['V100M32', 4, 9],
  ['V100M16', 8, 8],
  ['P100', 1, 3],
  ['A10', 1, 2],
] as const satisfies readonly (readonly [model: string, gpus: number, nodes: number])[];

type GpuMix = readonly (readonly [gpus: number, pods: number])[];

/** GPUs of openb's GPU pods, shares of one rounded up: its lists `default` (1 % of GPUs asked for by more than one) and `multigpu30`. */
export const OPENB_GPUS = {
  default: [
    [1, 6_989],
    [2, 16],
    [4, 15],
    [8, 44],
  ],
  multigpu: [
    [1, 6_989],
    [2, 112],
    [4, 83],
    [8, 236],
  ],
} as const satisfies Record<string, GpuMix>;

/** How long GPU pods of openb's default list held their GPUs: seconds at 5, 15, … 95 % (deletion less scheduling, of 6,203). */
const HELD_SEC = [48, 97, 183, 278, 512, 845, 1_282, 2_301, 4_319, 16_921];
/** The tail (up to 145 days) is cut here: one such job would outlast any episode. 5.7 % of the pods held GPUs for longer. */
export const LONGEST_SEC = 4 * 3_600;
/** GiB of memory a GPU that a job needs, and how often; not in the trace, whose GPUs are what they are. */
const MEMORY_GIB = [4, 8, 12, 16, 24] as const;
const MEMORY_OFTEN = [4, 4, 3, 2, 1];
/** Jobs from which the workloads of a scenario are drawn. */
const JOBS = 1_024;

export interface OpenbOptions extends MarketOptions {
  /** 10..100,000. */
  readonly nodes: number;
  readonly profile?: keyof typeof OPENB_GPUS;
}

/**
 * A market like openb's cluster: its mix of models, node sizes, GPU requests and run times, under the asks of a peer-to-peer
 * market, on nodes that fail, over-claim and come and go all over the globe. Nothing needs a download.
 *
 * @example const scenario = openbScenario({ nodes: 40, load: 1.0, seed: 1, profile: 'multigpu' });
 */
export function openbScenario({ nodes: count, profile = 'default', ...options }: OpenbOptions): Scenario {
  if (!(Number.isInteger(count) && count >= 10 && count <= 100_000)) {
    throw new AICChainError(
      'IMPOSSIBLE_SCENARIO',
      `${count} nodes are not a whole number from 10 to 100,000`,
    );
  }
  if (OPENB_GPUS[profile] === undefined) {
    throw new AICChainError('IMPOSSIBLE_SCENARIO', `there is no profile "${profile}"`, {
      hint: `Take one of: ${Object.keys(OPENB_GPUS).join(', ')}.`,
    });
  }
  const random = new Random(options.seed).split(count);
  const nodes = mixOf(count, random.split(1));
  return marketScenario(nodes, jobsOf(profile, random.split(2)), options);
}

/** The mix to the nearest node, in a random order, so that the first few are a mix too. At least one with 8 GPUs. */
function mixOf(count: number, random: Random): MarketNode[] {
  const all = OPENB_NODES.reduce((sum, [, , nodes]) => sum + nodes, 0);
  const offset = random.float();
  const nodes: MarketNode[] = [];
  let upTo = 0;
  for (const [model, gpus, often] of OPENB_NODES) {
    upTo += (often / all) * count;
    while (nodes.length + offset < upTo && nodes.length < count) nodes.push({ model, gpus });
  }
  while (nodes.length < count) nodes.push({ model: 'G2', gpus: 8 });
  const order = Int32Array.from(nodes.keys());
  random.shuffle(order);
  return Array.from(order, (i) => nodes[i]!);
}

function jobsOf(profile: keyof typeof OPENB_GPUS, random: Random): MarketJob[] {
  const mix: GpuMix = OPENB_GPUS[profile];
  const pods = mix.reduce((sum, [, often]) => sum + often, 0);
  return Array.from({ length: JOBS }, (_, i) => {
    const own = random.split(i);
    const at = ((i + own.float()) / JOBS) * pods; // stratified: a scenario's mix is the trace's, not a draw of it
    return {
      gpus: gpusAt(mix, at),
      runSec: heldSec(own.float()),
      models: [],
      memoryGiB: MEMORY_GIB[own.weighted(MEMORY_OFTEN)]!,
      priority: null,
    };
  });
}

function gpusAt(mix: GpuMix, at: number): number {
  let upTo = 0;
  for (const [gpus, often] of mix) {
    upTo += often;
    if (at < upTo) return gpus;
  }
  return mix.at(-1)![0];
}

/** Between the quantiles on a line; below the first and above the last as far as they reach. */
function heldSec(quantile: number): number {
  const at = Math.min(HELD_SEC.length - 1, Math.max(0, quantile * HELD_SEC.length - 0.5));
  const low = Math.floor(at);
  const from = HELD_SEC[low]!;
  const to = HELD_SEC[low + 1] ?? from;
  return Math.min(LONGEST_SEC, from + (at - low) * (to - from));
}
