import type { Command } from 'commander';
import { Daemon, NetworkView } from '../../matcher/index.ts';
import { Watching } from '../../watcher/index.ts';
import { runDaemon, timed } from '../daemon.ts';
import type { CommandModule, Session } from '../Session.ts';
import { checkedUrl } from '../usage.ts';

interface RunOptions {
  readonly once?: boolean;
  readonly rpcCheck?: string;
}

const ABOUT = `
Computes every posted round again from the log alone. A wrong one is challenged, if the chain agrees that it is wrong:
the matcher loses the round's bond, a part of it comes to this wallet's account in the vault, and what the round had
matched is open again. Rounds that were posted while no watcher ran are judged as long as their windows last.
Several may run: whoever is second loses nothing.

Example:
  aicchain watcher run --wallet watcher
  aicchain watcher run --wallet watcher --rpc-check https://other-endpoint.example`;

export const configure: CommandModule['configure'] = (watcher, session) => {
  watcher
    .command('run')
    .description('judge posted rounds, until Ctrl-C, and challenge the wrong ones')
    .option('--rpc-check <url>', 'a second endpoint: stop where the two tell different logs')
    .option('--once', 'judge what can be challenged now, and end')
    .addHelpText('after', ABOUT)
    .action((options: RunOptions, command: Command) => run(session(command), options));
};

async function run(session: Session, { once = false, rpcCheck }: RunOptions): Promise<void> {
  const { out } = session;
  const checkRpcUrl = rpcCheck === undefined ? {} : { checkRpcUrl: checkedUrl('--rpc-check', rpcCheck) };
  const network = session.network();
  const say = timed(session);
  const view = await out.task('Reading the log', () => NetworkView.open(network, checkRpcUrl));
  const watching = new Watching(view, say);
  await watching.prepare();
  await runDaemon(new Daemon(view, [watching], say), { once });
  const { judged, voided } = watching;
  out.result({ judged, voided }, () => {
    if (once) out.line(`${judged} judged, ${voided.length} refuted.`);
  });
}
