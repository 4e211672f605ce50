import type { Command } from 'commander';
import { bandwidthMbps, computeMflops, latencyUs, memoryMiB, wattsPerGpu } from '../../domain/codes.ts';
import type { NodeRecord } from '../../domain/types.ts';
import { formatAicc } from '../../domain/units.ts';
import type { CommandModule, Session } from '../Session.ts';

export const configure: CommandModule['configure'] = (market, session) => {
  market
    .command('list')
    .description('the nodes: what they ask, what they count for, and whether they can be matched')
    .addHelpText('after', '\nExample:\n  aicchain market list')
    .action((_: object, command: Command) => list(session(command)));
};

async function list(session: Session): Promise<void> {
  const { out } = session;
  const { state, round } = await session.view();
  const nodes = [...state.nodes.values()].map(({ id, owner, endpoint, claims, records }) => {
    // What was registered or changed just now binds from the next round.
    const record = records.newest?.record;
    return { node: id, owner, endpoint, class: state.classes.get(claims.classId)?.name ?? '', record };
  });
  const classes = [...state.classes].map(([id, { name }]) => ({ id, name }));
  out.result({ round, nodes, classes }, () => {
    if (nodes.length === 0) out.line('No nodes yet. Offer yours: aicchain node register --help');
    else {
      out.table(
        [
          'node',
          'class',
          'GPUs free',
          'ask/GPU-h',
          'memory',
          'compute/GPU',
          'bandwidth',
          'latency',
          'watts',
          'trust',
          'state',
        ],
        nodes.map(({ node, class: name, record }) => [
          String(node),
          name,
          ...(record ? cells(record, round) : []),
        ]),
      );
    }
    out.line(`Classes: ${classes.map(({ id, name }) => `${id} ${name}`).join(', ')}`);
  });
}

function cells(record: NodeRecord, round: number): string[] {
  const gflops = computeMflops(record.computeCode, record.computeShift) / 1_000;
  return [
    `${record.freeGpus} of ${record.gpus}`,
    `${formatAicc(record.askMicroPerGpuHour)} AICC`,
    `${memoryMiB(record.memoryCode)} MiB`,
    `${gflops < 10 ? gflops.toFixed(1) : Math.round(gflops)} GFLOPS`,
    `${bandwidthMbps(record.bandwidthCode)} Mbps`,
    `${(latencyUs(record.latencyCode) / 1_000).toFixed(1)} ms`,
    `${wattsPerGpu(record.wattsCode)} W${record.green ? ' green' : ''}`,
    `${(record.trustBps / 100).toFixed(1)} %`,
    stateOf(record, round),
  ];
}

function stateOf(record: NodeRecord, round: number): string {
  if (record.excluded) return 'excluded';
  if (record.flagged) return 'flagged';
  if (!record.active) return 'paused';
  return round > record.freshUntilRound ? 'stale' : 'ready';
}
