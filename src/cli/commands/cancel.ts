import type { Command } from 'commander';
import { formatAicc } from '../../domain/units.ts';
import type { CommandModule, Session } from '../Session.ts';
import { idArgument } from '../usage.ts';

export const configure: CommandModule['configure'] = (cancel, session) => {
  cancel
    .argument('<id>', 'a workload of yours')
    .addHelpText('after', '\nExample:\n  aicchain cancel 3')
    .action((id: string, _: object, command: Command) => run(session(command), idArgument('workload', id)));
};

async function run(session: Session, id: number): Promise<void> {
  const { out } = session;
  const { workloads } = session.network();
  await out.task('Cancelling', () => workloads.cancel(id));
  const { status, escrowMicro } = await workloads.get(id);
  out.result({ workload: id, status }, () =>
    out.line(
      status === 'Refunded'
        ? `Workload ${id} is cancelled; ${formatAicc(escrowMicro)} AICC are back in your vault account.`
        : `Workload ${id} is cancelled; its node is paid for the time that has passed, the rest comes back.`,
    ),
  );
}
