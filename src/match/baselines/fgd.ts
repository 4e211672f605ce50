import type { NodeRecord, WorkloadSpec } from '../../domain/index.ts';
import { allowsClass } from '../eligibility.ts';
import type { DescribedRound, Matcher } from '../Matcher.ts';
import { queueMatcher } from './serve.ts';

/** Workloads of one shape, and how common it is: an integer, in any unit. */
export interface TypicalWorkload extends Pick<WorkloadSpec, 'gpus' | 'memoryCode' | 'classMask'> {
  readonly frequency: number;
}

/**
 * Fragmentation gradient descent (Beware of Fragmentation, ATC'23): the node on which a workload makes the fewest more GPUs
 * useless for what may come next. For each typical workload, all free GPUs of a node that cannot hold it are fragments;
 * shares of GPUs and CPUs, which the paper has too, our nodes do not sell. Scores are integers; ties go to the first node.
 *
 * @param typical What may come next; undefined: what is open in the round.
 */
export function fgdMatcher(typical?: readonly TypicalWorkload[]): Matcher<DescribedRound> {
  return queueMatcher('fgd', ({ workloads, nodes }) => {
    const comes = typical ?? shapesOf(workloads.map(({ spec }) => spec));
    return (w, c) => {
      const { record } = nodes[c]!;
      const left = record.freeGpus - workloads[w]!.spec.gpus;
      return fragmentation(record, left, comes) - fragmentation(record, record.freeGpus, comes);
    };
  });
}

/** Free GPUs that a typical workload cannot use, times its frequency, summed over all of them. */
export function fragmentation(
  record: NodeRecord,
  freeGpus: number,
  typical: readonly TypicalWorkload[],
): number {
  let fragments = 0;
  for (const shape of typical) {
    const fits = shape.gpus <= freeGpus && canServe(record, shape);
    if (!fits) fragments += shape.frequency * freeGpus;
  }
  return fragments;
}

function canServe(record: NodeRecord, { memoryCode, classMask }: TypicalWorkload): boolean {
  return memoryCode <= record.memoryCode && allowsClass(classMask, record.classId);
}

/** Each shape once, however many workloads have it. */
function shapesOf(specs: readonly WorkloadSpec[]): readonly TypicalWorkload[] {
  const shapes = new Map<string, TypicalWorkload>();
  for (const { gpus, memoryCode, classMask } of specs) {
    const key = `${gpus} ${memoryCode} ${classMask}`;
    const frequency = (shapes.get(key)?.frequency ?? 0) + 1;
    shapes.set(key, { gpus, memoryCode, classMask, frequency });
  }
  return [...shapes.values()];
}
