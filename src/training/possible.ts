import {
  AICChainError,
  decode,
  fastDurationSec,
  type NodeRecord,
  type WorkloadSpec,
} from '../domain/index.ts';
import { allowsClass } from '../match/eligibility.ts';

/** A scenario that cannot be played. */
export function impossible(what: string, hint?: string): AICChainError {
  return new AICChainError('IMPOSSIBLE_SCENARIO', what, hint === undefined ? {} : { hint });
}

type Rule = readonly [
  holds: (spec: WorkloadSpec, node: NodeRecord) => boolean,
  needs: (spec: WorkloadSpec) => string,
];

/** The hard rules on which time changes nothing: those on trust, freshness and free GPUs are left out. */
const RULES: readonly Rule[] = [
  [
    (spec, node) => allowsClass(spec.classMask, node.classId),
    () => 'is allowed on no class that a node is of',
  ],
  [(spec, node) => node.gpus >= spec.gpus, ({ gpus }) => `needs ${gpus} GPUs in one node`],
  [
    (spec, node) => node.memoryCode >= spec.memoryCode,
    ({ memoryCode }) => `needs ${decode(memoryCode)} MiB of memory a GPU`,
  ],
  [
    (spec, node) => fastDurationSec(spec, node) <= spec.maxDurationSec,
    ({ maxDurationSec }) => `must be done in ${maxDurationSec} s`,
  ],
];

/** null where a node can hold the workload when it is empty; else what it needs that no node has together with the rest. */
export function whyNoneHolds(spec: WorkloadSpec, nodes: readonly NodeRecord[]): string | null {
  let left = nodes;
  for (const [holds, needs] of RULES) {
    const next = left.filter((node) => holds(spec, node));
    if (next.length === 0) {
      return left === nodes
        ? needs(spec)
        : `${needs(spec)}, and none of the ${left.length} nodes that are left can`;
    }
    left = next;
  }
  return null;
}
