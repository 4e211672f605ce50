import { join } from 'node:path';
import { Auditor } from '../../auditor/Auditor.ts';
import { NetworkAuditorChain } from '../../auditor/auditorChain.ts';
import { until } from '../../chain/clock.ts';
import { isCommitPhase } from '../../domain/roundClock.ts';
import type { Measurement } from '../../reports/index.ts';
import type { DemoNetwork } from './DemoNetwork.ts';
import { countingJob } from './jobs.ts';
import { type Match, matchRound } from './matchRound.ts';
import { runWorkloads } from './runWorkloads.ts';
import { WORKLOAD3 } from './scenario.ts';
import { auditorNames } from './startNetwork.ts';
import { submitAnother } from './submitWorkloads.ts';

/** Noise on a busy machine only ever makes a node look worse: an honest one meets its claim in one of these. */
const TRIES = 6;

/** What became of the node that over-claimed. */
export interface Liar {
  readonly node: number;
  readonly trustBefore: number;
  readonly trustAfter: number;
  readonly flagged: boolean;
  readonly matchedAfter: boolean;
}

export interface Audited {
  readonly liar: Liar;
  readonly matches: readonly Match[];
}

/** Step 5, second half: auditors measure every node through its socket; the next round knows what they found. */
export async function auditNodes(demo: DemoNetwork): Promise<Audited> {
  const { narrator } = demo;
  narrator.line();
  narrator.line('Three auditors measure every node, and see nothing of it but its socket.');
  const liar = demo.nodes.find(({ plan }) => plan.deliveredCompute < 1)!;
  const trustBefore = await demo.as('anyone').reporting.trustOf(liar.id);
  await audit(demo);

  const workload3 = await submitAnother(demo, countingJob(WORKLOAD3, demo.options.textFile));
  const round = await demo.nextRound('from here the new workload is open, and the audit binds');
  const matches = await matchRound(demo, [workload3]);
  await runWorkloads(demo, [workload3], matches);

  const record = (await demo.aicchain()).state.recordAt(liar.id, round)!;
  const matchedAfter = matches.some(({ node }) => node === liar.id);
  narrator.line();
  narrator.line(
    `=> ${liar.plan.name} claimed twice what it delivers: trust ${percent(trustBefore)} → ${percent(record.trustBps)}, ` +
      `${record.flagged ? 'flagged' : 'NOT flagged'}, and ${matchedAfter ? 'STILL matched' : 'not matched'}.`,
  );
  return {
    liar: { node: liar.id, trustBefore, trustAfter: record.trustBps, flagged: record.flagged, matchedAfter },
    matches,
  };
}

async function audit(demo: DemoNetwork): Promise<void> {
  const { epochRounds } = demo.deployment;
  const auditors = auditorNames.map(
    (name) =>
      new Auditor({
        chain: new NetworkAuditorChain(demo.as(name)),
        dataDir: join(demo.options.dataDir, 'auditors'),
        measuring: { tries: TRIES },
      }),
  );
  const epoch = await openEpoch(demo);
  const firstRoundOf = (one: number) => one * epochRounds;
  const revealRound = firstRoundOf(epoch) + Math.ceil((epochRounds * 2) / 3);

  const measured = await demo.narrator.task('measuring', () =>
    // Each begins elsewhere, so that no two measure one node at the same time.
    Promise.all(
      auditors.map((auditor, i) => auditor.measureAll(i * Math.ceil(demo.nodes.length / auditors.length))),
    ),
  );
  await Promise.all(auditors.map((auditor, i) => auditor.commit(epoch, measured[i]!)));
  await demo.toRound(revealRound, 'commitments are over, reveals begin');
  await Promise.all(auditors.map((auditor) => auditor.reveal(epoch)));
  await demo.toRound(firstRoundOf(epoch + 1), 'the epoch ends');
  await auditors[0]!.close(
    epoch,
    demo.nodes.map(({ id }) => id),
  );
  await printAudit(demo, measured);
}

const percent = (bps: number) => `${(bps / 100).toFixed(1)} %`;

/** Waits for every node's report of an epoch that still takes commitments, and returns that epoch. */
async function openEpoch(demo: DemoNetwork): Promise<number> {
  const { epochRounds } = demo.deployment;
  const { reporting } = demo.as('anyone');
  const round = await demo.clock.round();
  if (!isCommitPhase(demo.deployment, round))
    await demo.toRound(
      (Math.floor(round / epochRounds) + 1) * epochRounds,
      'the next epoch takes commitments',
    );
  const epoch = await reporting.currentEpoch();
  await until('the reports of all nodes', async () => {
    const digests = await Promise.all(demo.nodes.map(({ id }) => reporting.reportDigest(id, epoch)));
    return digests.every((digest) => BigInt(digest) !== 0n);
  });
  return epoch;
}

async function printAudit(demo: DemoNetwork, measured: readonly (readonly Measurement[])[]): Promise<void> {
  const { state } = await demo.aicchain();
  const round = (await demo.clock.round()) + 1;
  demo.narrator.line('What was claimed: what each of the three found.');
  demo.narrator.table([
    ['node', 'latency', 'bandwidth', 'compute/GPU', 'trust', 'verdict'],
    ...demo.nodes.map(({ id, plan }) => {
      const record = state.recordAt(id, round)!;
      const of = (claimed: number, pick: (one: Measurement) => string, unit: string) =>
        `${claimed}: ${measured.map((one) => pick(one.find(({ node }) => node === id)!)).join(' ')} ${unit}`;
      return [
        plan.name,
        of(plan.latencyMs, ({ latencyUs }) => (latencyUs / 1_000).toFixed(1), 'ms'),
        of(plan.bandwidthMbps, ({ bandwidthMbps }) => String(bandwidthMbps), 'Mbps'),
        of(
          plan.mflopsPerGpu,
          ({ answered, computeMflops }) => (answered ? String(computeMflops) : 'no answer'),
          'MFLOPS',
        ),
        percent(record.trustBps),
        record.excluded ? 'EXCLUDED' : record.flagged ? 'FLAGGED' : 'fine',
      ];
    }),
  ]);
}
