import { readFileSync } from 'node:fs';
import {
  contentHash,
  encodeJobSpec,
  type JobSpec,
  NodeClient,
  parseJobSpec,
  toBytes32,
} from '../agent/index.ts';
import { AICChainError } from '../domain/errors.ts';
import type { Hex } from '../domain/ids.ts';
import type { NodeState } from '../state/index.ts';
import type { Session } from './Session.ts';
import type { Spec } from './spec.ts';

/** What is kept of a submission until its node has it: the document and where its inputs are. */
interface Submitted {
  readonly job: JobSpec;
  readonly inputs: readonly { readonly name: string; readonly path: string }[];
}

const FOLDER = 'submissions';
const fileOf = (chainId: number, workload: number) => `${chainId}-${workload}.json`;

/** The document that the node will get; its hash goes on chain. */
export function jobOf(spec: Spec): { job: JobSpec; specHash: Hex } {
  const job = parseJobSpec({
    ...(spec.image === undefined ? {} : { image: spec.image }),
    command: spec.command,
    inputs: spec.inputs.map(({ name, path, bytes }) => ({
      name,
      hash: contentHash(readFileSync(path)),
      bytes,
    })),
    outputs: spec.outputs,
    env: spec.env,
    gpus: spec.gpus,
    limits: { maxDurationSec: spec.maxDurationSec, memoryMiB: spec.memoryMiB, outputMB: spec.outputMB },
  });
  return { job, specHash: toBytes32(contentHash(encodeJobSpec(job))) };
}

/** Keeps what `deliver` needs later, also after a restart of this machine. */
export function keepSubmission(session: Session, workload: number, spec: Spec, job: JobSpec): void {
  const { chainId } = session.context().context.deployment;
  const submitted: Submitted = { job, inputs: spec.inputs.map(({ name, path }) => ({ name, path })) };
  session.home.write(JSON.stringify(submitted), FOLDER, fileOf(chainId, workload));
}

/** A client's line to the node that has its workload. */
export function nodeClient(session: Session, { id, endpoint }: NodeState): NodeClient {
  const { chainId } = session.context().context.deployment;
  return new NodeClient({ endpoint, node: id, chainId, account: session.account() });
}

/** Uploads the inputs of a workload to the node that was matched with it, then hands over its document. */
export async function deliver(session: Session, workload: number, node: NodeState): Promise<void> {
  const { chainId } = session.context().context.deployment;
  const submitted = session.home.readJson<Submitted>(FOLDER, fileOf(chainId, workload));
  if (submitted === undefined) {
    throw new AICChainError(
      'NOT_SUBMITTED_HERE',
      `workload ${workload} was not submitted from this data folder`,
      {
        hint: 'Its inputs can be handed over only from where it was submitted.',
      },
    );
  }
  const client = nodeClient(session, node);
  for (const { name, path } of submitted.inputs) {
    const { hash } = await client.uploadFile(path);
    if (submitted.job.inputs.some((input) => input.name === name && input.hash === hash)) continue;
    throw new AICChainError('INPUT_CHANGED', `${path} is no longer what was submitted as ${name}`, {
      hint: 'Put the old file back, or cancel the workload and submit it anew.',
    });
  }
  await client.handOver(workload, submitted.job);
}
