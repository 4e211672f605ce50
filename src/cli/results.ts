import {
  canonicalDocument,
  contentHash,
  type NodeClient,
  toBytes32,
  type WorkloadStatus,
} from '../agent/index.ts';
import { AICChainError } from '../domain/errors.ts';
import type { WorkloadState } from '../state/index.ts';

export type Outcome = NonNullable<WorkloadStatus['outcome']>;

const RELEASED_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 100;

/** The node releases outputs a moment after it has put their hash on chain. */
export async function releasedOutcome(node: NodeClient, id: number): Promise<Outcome> {
  for (let left = RELEASED_WITHIN_MS / LOOK_EVERY_MS; left > 0; left--) {
    const { outcome } = await node.status(id);
    if (outcome) return outcome;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new AICChainError('NOT_RELEASED', `the node says nothing of the result of workload ${id}`, {
    hint: 'Try again; if it stays so, contest it while there is time.',
    retryable: true,
  });
}

/** The outputs that a node lists, once their list is the one whose hash it has put on chain. */
export function promisedOutputs(
  { id, digest, reason }: WorkloadState,
  { outputs }: Outcome,
): Outcome['outputs'] {
  // What went wrong is told by another document: there are no outputs to check.
  if (reason !== 'Completed' && outputs.length === 0) return outputs;
  const promised = toBytes32(contentHash(canonicalDocument({ workload: id, outputs })));
  if (promised === digest) return outputs;
  throw new AICChainError(
    'NOT_WHAT_WAS_PROMISED',
    `the results hash to ${promised}, the node had put ${digest} on chain`,
    {
      hint: `Contest it while there is time: AIWorkloads.contest(${id}, 'ResultNotReleased').`,
    },
  );
}
