import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { privateKeyToAccount } from 'viem/accounts';
import { NodeClient, type WorkloadStatus } from '../../agent/NodeClient.ts';
import type { AIWorkload } from '../../chain/AIWorkloads.ts';
import { until } from '../../chain/clock.ts';
import { AICChainError, type Hex, type Split } from '../../domain/index.ts';
import { promisedOutputs, releasedOutcome } from '../results.ts';
import { roundAicc } from '../words.ts';
import { type DemoNetwork, demoKey } from './DemoNetwork.ts';
import { type DemoJob, resultFolder } from './jobs.ts';
import type { Match } from './matchRound.ts';

const PATIENCE_MS = 60_000;

export interface Finished {
  readonly id: number;
  readonly status: string;
  readonly driver: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly resultHash: Hex;
  readonly escrowMicro: number;
  readonly priceMicro: number;
  readonly split: Split;
  readonly folder: string;
}

/** Step 5, first half: inputs go to the matched nodes, work runs, results come back, money moves. */
export async function runWorkloads(
  demo: DemoNetwork,
  jobs: readonly DemoJob[],
  matches: readonly Match[],
): Promise<Finished[]> {
  const matched = jobs.filter(({ id }) => matches.some(({ workload }) => workload === id));
  const clients = matched.map((job) => clientOf(demo, job, matches));
  await demo.narrator.task('uploading inputs', () =>
    Promise.all(matched.map((job, i) => deliver(job, clients[i]!))),
  );
  const received: Received[] = [];
  for (const [i, job] of matched.entries()) {
    await demo.narrator.task(`${job.plan.name} runs`, (progress) =>
      untilEnded(demo, job, clients[i]!, progress),
    );
    received.push(await receive(demo, job, clients[i]!));
  }
  await untilFinal(demo, received);
  const finished: Finished[] = [];
  for (const result of received) finished.push(await settle(demo, result));
  return finished;
}

/** A result that the client has, checked, and is content with. */
interface Received {
  readonly job: DemoJob;
  readonly ended: AIWorkload;
  readonly report: WorkloadStatus;
  readonly folder: string;
}

function clientOf(demo: DemoNetwork, job: DemoJob, matches: readonly Match[]): NodeClient {
  const { node } = matches.find(({ workload }) => workload === job.id)!;
  const { endpoint } = demo.nodes.find(({ id }) => id === node)!;
  const account = privateKeyToAccount(demoKey(demo.options.seed, 'client1'));
  return new NodeClient({ endpoint, node, chainId: demo.deployment.chainId, account });
}

async function deliver(job: DemoJob, node: NodeClient): Promise<void> {
  for (const { bytes } of job.files) await node.uploadBytes(bytes);
  await node.handOver(job.id, job.spec);
}

async function untilEnded(
  demo: DemoNetwork,
  job: DemoJob,
  node: NodeClient,
  progress: (how: string) => void,
): Promise<void> {
  const { workloads } = demo.as('client1');
  await until(
    `the end of workload ${job.id}`,
    async () => {
      const { status } = await workloads.get(job.id);
      const { loss } = (await node.status(job.id)).metrics;
      if (loss !== undefined) progress(`loss ${loss.toFixed(3)}`);
      return status !== 'Matched' && status !== 'Running';
    },
    { timeoutMs: PATIENCE_MS, everyMs: 100 },
  );
}

async function receive(demo: DemoNetwork, job: DemoJob, node: NodeClient): Promise<Received> {
  const client = demo.as('client1');
  const ended = await client.workloads.get(job.id);
  if (ended.status !== 'Completed') {
    throw new AICChainError(
      'WORKLOAD_NOT_COMPLETED',
      `workload ${job.id} ended as ${ended.status} (${ended.reason})`,
      {
        hint: `The node's log says why: ${join(demo.options.dataDir, 'nodes')}.`,
      },
    );
  }
  const folder = await download(demo, job, node);
  const report = await node.status(job.id);
  await client.workloads.accept(job.id);
  return { job, ended, report, folder };
}

/** Until then the round of the match could be refuted, and the work would cost less: no money moves before. */
async function untilFinal(demo: DemoNetwork, received: readonly Received[]): Promise<void> {
  const { rounds } = demo.as('client1');
  for (const matchedRound of new Set(received.map(({ ended }) => ended.matchedRound))) {
    const { lastChallengeRound } = await rounds.standingOf(matchedRound);
    await demo.toRound(lastChallengeRound + 1, `money moves once round ${matchedRound} is final`);
  }
}

async function settle(demo: DemoNetwork, { job, ended, report, folder }: Received): Promise<Finished> {
  const { narrator } = demo;
  await demo.as('client1').workloads.settle(job.id);
  const { state } = await demo.aicchain();
  const { split, status, digest } = state.workloads.get(job.id)!;
  if (split === undefined || digest === undefined)
    throw new AICChainError('NOT_SETTLED', `workload ${job.id} is ${status}, not settled`);

  const { lossFirst, lossLast } = report.metrics;
  const loss =
    lossFirst === undefined
      ? ''
      : ` Its loss went from ${lossFirst.toFixed(3)} to ${lossLast?.toFixed(3)} nats per character.`;
  // The demo's own job on the user's own machine may run without one; that is said.
  const isolation =
    report.isolation === 'none'
      ? 'WITHOUT a sandbox: there is no bubblewrap'
      : `isolation ${report.isolation}`;
  narrator.line(
    `${job.plan.name} ran on ${demo.nameOf(ended.node)} (driver ${report.driver}, ${isolation}).${loss}`,
  );
  narrator.line(`Its result, checked against the hash on chain: ${folder}`);
  printSplit(demo, ended.escrowMicro, ended.priceMicro, split);
  return {
    id: job.id,
    status,
    driver: report.driver,
    metrics: report.metrics,
    resultHash: digest,
    escrowMicro: ended.escrowMicro,
    priceMicro: ended.priceMicro,
    split,
    folder,
  };
}

/** Each file is checked against its hash, the list of them against the hash on chain. */
async function download(demo: DemoNetwork, job: DemoJob, node: NodeClient): Promise<string> {
  const outcome = await releasedOutcome(node, job.id);
  const { state } = await demo.aicchain();
  const folder = resultFolder(demo.options.dataDir, job.plan);
  mkdirSync(folder, { recursive: true });
  for (const { name, hash } of promisedOutputs(state.workloads.get(job.id)!, outcome)) {
    writeFileSync(join(folder, name), await node.download(hash));
  }
  return folder;
}

function printSplit({ narrator }: DemoNetwork, escrowMicro: number, priceMicro: number, split: Split): void {
  narrator.table([
    ['AICC locked', 'price → node', 'Community Fund', 'auditors', 'matcher', 'treasury', 'refund'],
    [
      ...[
        escrowMicro,
        split.nodeMicro,
        split.communityFundMicro,
        split.auditorsMicro,
        split.matcherMicro,
        split.treasuryMicro,
        split.refundMicro,
      ].map((micro) => roundAicc(micro, 6)),
      ...(split.nodeMicro === priceMicro ? [] : ['(pro rata)']),
    ],
  ]);
}
