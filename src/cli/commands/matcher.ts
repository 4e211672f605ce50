import type { Command } from 'commander';
import { parseAicc } from '../../domain/units.ts';
import { Daemon, NetworkView, Posting, Settling } from '../../matcher/index.ts';
import { runDaemon, timed } from '../daemon.ts';
import type { CommandModule, Session } from '../Session.ts';
import { checkedUrl } from '../usage.ts';

interface RunOptions {
  readonly bond?: string;
  readonly settle: boolean;
  readonly once?: boolean;
  readonly rpcCheck?: string;
}

const ABOUT = `
Posts each round that is due and that nobody has posted: in the first half of a round if this wallet is drawn, in the
second half in any case. A round is only sent if it withstands every challenge. Nothing is kept between runs: it may
be stopped and started at any time, and several may run.

A round locks a bond while it can be challenged. A bond is added when one is needed; --bond says how much of the
wallet may be locked. Unless it says so, that is the least bond for each round of a challenge window.

Example:
  aicchain matcher run --wallet matcher
  aicchain matcher run --wallet matcher --bond 2000 --rpc-check https://other-endpoint.example`;

export const configure: CommandModule['configure'] = (matcher, session) => {
  matcher
    .command('run')
    .description('post rounds, until Ctrl-C, and settle what is due')
    .option('--bond <AICC>', 'lock no more than this')
    .option('--no-settle', 'leave what is due to be settled to others')
    .option('--rpc-check <url>', 'a second endpoint: act only on what both tell alike')
    .option('--once', 'end when one round is decided')
    .addHelpText('after', ABOUT)
    .action((options: RunOptions, command: Command) => run(session(command), options));
};

async function run(session: Session, { bond, settle, once = false, rpcCheck }: RunOptions): Promise<void> {
  const { out } = session;
  const mostBondMicro = bond === undefined ? undefined : parseAicc(bond);
  const checkRpcUrl = rpcCheck === undefined ? {} : { checkRpcUrl: checkedUrl('--rpc-check', rpcCheck) };
  const network = session.network();
  const say = timed(session);
  const view = await out.task('Reading the log', () => NetworkView.open(network, checkRpcUrl));
  const posting = new Posting(view, { mostBondMicro, say });
  await posting.prepare();
  const duties = settle ? [posting, new Settling(view, say)] : [posting]; // the round does not wait
  await runDaemon(new Daemon(view, duties, say), { once });
  const { decided } = posting;
  out.result({ decided }, () => {
    if (once && decided) out.line(`Round ${decided.round}: ${MEANS[decided.outcome]}.`);
  });
}

const MEANS = {
  Posted: 'posted',
  PostedByOther: 'posted already',
  NothingToMatch: 'nothing can be matched, so nothing is posted',
  TooLate: 'it ended before it could be posted',
  BondTooSmall: 'its bond is more than may be locked',
  Refused: 'refused, as said above',
} as const;
