import { formatAicc } from '../../domain/units.ts';
import { known } from '../../state/index.ts';
import type { Session } from '../Session.ts';
import { nodeConfig } from './folder.ts';

/** How the chain sees a node of this machine, and whether it answers. */
export async function status(session: Session, name: string): Promise<void> {
  const { out } = session;
  const { nodeId } = nodeConfig(session, name);
  const { state, round } = await session.view();
  const node = known(state.nodes, nodeId, 'node');
  const record = node.records.newest?.record;
  const runs = [...state.workloads.values()].filter(
    (w) => w.node === nodeId && (w.status === 'Matched' || w.status === 'Running'),
  );
  const answers = await fetch(new URL('/status', node.endpoint), { signal: AbortSignal.timeout(3_000) }).then(
    (response) => response.ok,
    () => false,
  );
  const { records: _, ...plain } = node;
  out.result({ name, ...plain, record, round, answers, workloads: runs.map(({ id }) => id) }, () => {
    out.line(`Node ${nodeId} at ${node.endpoint}: ${answers ? 'answers' : 'does not answer'}`);
    if (record) {
      const flags = (['flagged', 'excluded', 'green'] as const).filter((flag) => record[flag]);
      out.line(
        `  ${record.active ? 'active' : 'paused'}, fresh until round ${record.freshUntilRound} (now ${round})${flags.length ? `, ${flags.join(', ')}` : ''}`,
      );
      out.line(
        `  trust ${(record.trustBps / 100).toFixed(1)} %, ${record.freeGpus} of ${record.gpus} GPUs free, asks ${formatAicc(record.askMicroPerGpuHour)} AICC/GPU-h`,
      );
    }
    out.line(`  stake ${formatAicc(node.stakeMicro)} AICC`);
    for (const { id, status: at, priceMicro } of runs)
      out.line(`  workload ${id}: ${at} at ${formatAicc(priceMicro)} AICC`);
  });
}
