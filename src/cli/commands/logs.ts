import type { Command } from 'commander';
import { AICChainError } from '../../domain/errors.ts';
import { known } from '../../state/index.ts';
import { nodeClient } from '../deliver.ts';
import type { CommandModule, Session } from '../Session.ts';
import { idArgument } from '../usage.ts';

export const configure: CommandModule['configure'] = (logs, session) => {
  logs
    .argument('<id>', 'a workload of yours')
    .option('-f, --follow', 'until it is over')
    .addHelpText('after', '\nExample:\n  aicchain logs 3 -f')
    .action((id: string, options: { follow?: boolean }, command: Command) =>
      show(session(command), idArgument('workload', id), options.follow ?? false),
    );
};

async function show(session: Session, id: number, follow: boolean): Promise<void> {
  const { out } = session;
  const { state } = await session.view();
  const { node } = known(state.workloads, id, 'workload');
  if (node === 0) {
    throw new AICChainError('NOT_MATCHED', `workload ${id} has no node yet, so it prints nothing`, {
      retryable: true,
    });
  }
  let text = '';
  let isSilent = true;
  for await (const piece of nodeClient(session, known(state.nodes, node, 'node')).logs(id, { follow })) {
    if (out.json) text += piece;
    else out.raw(piece);
    isSilent = false;
  }
  if (isSilent) out.note(`Workload ${id} has printed nothing${follow ? '' : ' so far'}.`);
  out.result({ workload: id, node, log: text }, () => {});
}
