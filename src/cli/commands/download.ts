import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { AICChainError } from '../../domain/errors.ts';
import { known } from '../../state/index.ts';
import { nodeClient } from '../deliver.ts';
import { makeFolders, writeNamedFile } from '../home.ts';
import { promisedOutputs, releasedOutcome } from '../results.ts';
import type { CommandModule, Session } from '../Session.ts';
import { idArgument, UsageError } from '../usage.ts';

export const configure: CommandModule['configure'] = (download, session) => {
  download
    .argument('<id>', 'a workload of yours that is done')
    .argument('[dir]', 'where to put the results', '.')
    .option('--accept', 'say that you are content, so that the node is paid at once')
    .addHelpText('after', '\nExample:\n  aicchain download 3 results --accept')
    .action((id: string, dir: string, options: { accept?: boolean }, command: Command) =>
      fetchResults(session(command), idArgument('workload', id), resolve(dir), options.accept ?? false),
    );
};

/** Each file is checked against its hash, and the list of them against the hash that the node put on chain. */
async function fetchResults(session: Session, id: number, dir: string, accept: boolean): Promise<void> {
  const { out } = session;
  const { state } = await session.view();
  const workload = known(state.workloads, id, 'workload');
  if (workload.node === 0 || workload.digest === undefined) {
    throw new AICChainError('NO_RESULT', `workload ${id} is ${workload.status}: it has no results yet`, {
      hint: `Follow it with \`aicchain logs ${id} -f\`.`,
      retryable: true,
    });
  }
  const node = nodeClient(session, known(state.nodes, workload.node, 'node'));
  const outputs = promisedOutputs(workload, await releasedOutcome(node, id));
  makeResultFolder(dir);
  for (const { name, hash } of outputs) {
    const bytes = await out.task(`Fetching ${name}`, () => node.download(hash));
    writeNamedFile(join(dir, name), bytes);
  }
  const isPaid = workload.status === 'Settled';
  if (accept && !isPaid) await session.network().workloads.accept(id);
  out.result({ workload: id, dir, outputs, accepted: accept || isPaid }, () => {
    for (const { name, bytes } of outputs) out.line(`${join(dir, name)}  ${bytes} bytes`);
    if (outputs.length === 0) out.line(`Workload ${id} left no files (${workload.reason}).`);
    if (accept) out.line(isPaid ? 'It was paid already.' : 'Accepted.');
  });
}

function makeResultFolder(dir: string): void {
  try {
    makeFolders(dir);
  } catch (cause) {
    throw new UsageError(
      `cannot make the folder ${dir}: ${(cause as Error).message}`,
      'Name another one: `aicchain download ID DIR`.',
    );
  }
}
