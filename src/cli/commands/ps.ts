import type { Command } from 'commander';
import { roundStart } from '../../chain/clock.ts';
import { formatAicc } from '../../domain/units.ts';
import { formatDuration } from '../duration.ts';
import type { CommandModule, Session } from '../Session.ts';

export const configure: CommandModule['configure'] = (ps, session) => {
  ps.option('--all', 'also of other clients, and what is over')
    .addHelpText('after', '\nExample:\n  aicchain ps --all')
    .action((options: { all?: boolean }, command: Command) => list(session(command), options.all ?? false));
};

async function list(session: Session, all: boolean): Promise<void> {
  const { out } = session;
  const mine = all ? undefined : session.account().address;
  const network = session.reader();
  const { state, round } = await session.view(network);
  const now = await network.now();
  const rows = [...state.workloads.values()]
    .filter(({ client, status }) => all || (client === mine && status !== 'Settled' && status !== 'Refunded'))
    .map((w) => ({
      workload: w.id,
      client: w.client,
      status: state.statusIn(w.id, round),
      reason: w.reason,
      node: w.node,
      gpus: w.spec.gpus,
      budgetMicro: w.budgetMicro,
      priceMicro: w.priceMicro,
      ageSec: now - roundStart(network.deployment, w.spec.submittedRound),
    }));
  out.result({ workloads: rows }, () => {
    if (rows.length === 0)
      out.line(all ? 'No workloads yet.' : 'None of yours is under way; --all shows more.');
    else {
      out.table(
        ['workload', 'status', 'node', 'GPUs', 'budget', 'price', 'age'],
        rows.map((w) => [
          String(w.workload),
          w.reason === 'None' ? w.status : `${w.status} (${w.reason})`,
          w.node ? String(w.node) : '-',
          String(w.gpus),
          formatAicc(w.budgetMicro),
          w.priceMicro ? formatAicc(w.priceMicro) : '-',
          formatDuration(w.ageSec),
        ]),
      );
    }
  });
}
