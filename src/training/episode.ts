import type { NodeRecord } from '../domain/index.ts';
import { exp, log } from './elementary.ts';
import type { Random } from './random.ts';
import type { Scenario } from './scenario.ts';

/** The nodes as one episode has them: asks and trust strayed from the registered. */
export function episodeNodes({ nodes, nodeVariation }: Scenario, random: Random): NodeRecord[] {
  const { trustBps, askSpread } = nodeVariation;
  return nodes.map((node, c) => {
    const own = random.split(c);
    const factor = exp(own.uniform(-log(askSpread), log(askSpread)));
    return {
      ...node,
      askMicroPerGpuHour: Math.max(1, Math.round(node.askMicroPerGpuHour * factor)),
      trustBps: trustBps === null ? node.trustBps : Math.round(own.uniform(trustBps[0], trustBps[1])),
    };
  });
}

const needsOf = new WeakMap<Scenario, ReadonlyMap<number, number>>();

/** How likely the next workload needs how many GPUs. */
export function gpuNeeds(scenario: Scenario): ReadonlyMap<number, number> {
  const known = needsOf.get(scenario);
  if (known !== undefined) return known;
  const needs = new Map<number, number>();
  const { kinds } = scenario.workloads;
  const all = kinds.reduce((sum, kind) => sum + kind.frequency, 0);
  for (const { frequency, gpuChoices, spec } of kinds) {
    const choices = gpuChoices.length === 0 ? [spec.gpus] : gpuChoices;
    for (const need of choices) {
      needs.set(need, (needs.get(need) ?? 0) + frequency / all / choices.length);
    }
  }
  needsOf.set(scenario, needs);
  return needs;
}
