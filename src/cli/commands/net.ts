import type { Command } from 'commander';
import { roundAt } from '../../chain/clock.ts';
import { setAside } from '../../chain/embedded.ts';
import { NetworkClient } from '../../chain/NetworkClient.ts';
import { LOCAL, runningKeeper, startKeeper, stopKeeper } from '../localNetwork.ts';
import type { CommandModule, Session } from '../Session.ts';
import { integerOption, UsageError } from '../usage.ts';
import { counted } from '../words.ts';

const DEFAULT_PORT = '8545';

export const configure: CommandModule['configure'] = (net, session) => {
  net
    .command('up')
    .description('start a network on this machine, in the background; it keeps its state between runs')
    .option('--port <n>', 'port of the chain, 0 for any free one', DEFAULT_PORT)
    .option('--reset', 'move the old network aside (nothing is deleted) and begin a new one')
    .addHelpText('after', '\nExample:\n  aicchain net up --port 0')
    .action((options: { port: string; reset?: boolean }, command: Command) => up(session(command), options));
  net
    .command('down')
    .description('stop the network on this machine; its state stays')
    .addHelpText('after', '\nExample:\n  aicchain net down')
    .action((_: object, command: Command) => down(session(command)));
  net
    .command('status')
    .description('is the network there, and how far is it')
    .addHelpText('after', '\nExample:\n  aicchain net status --json')
    .action((_: object, command: Command) => status(session(command)));
};

async function up(
  { home, out, contexts }: Session,
  options: { port: string; reset?: boolean },
): Promise<void> {
  const port = integerOption('--port', options.port, 0, 65_535);
  const running = runningKeeper(home);
  if (running && options.reset)
    throw new UsageError('the network runs', 'Stop it first: `aicchain net down`.');
  if (running) {
    out.result({ rpcUrl: running.rpcUrl, started: false }, () =>
      out.line(`It runs already, at ${running.rpcUrl}.`),
    );
    return;
  }
  const aside = options.reset ? setAside(home.file(LOCAL)) : undefined;
  if (aside) out.note(`The old network was moved to ${aside}.`);
  const { rpcUrl, deployment } = await out.task('Starting the network', () => startKeeper(home, port));
  const nodes = await new NetworkClient({ rpcUrl, deployment }).nodes.count();
  const old = contexts.list().find(({ name }) => name === LOCAL)?.context.wallet;
  contexts.put(LOCAL, { rpcUrl, deployment, clock: 'wall', ...(old ? { wallet: old } : {}) });
  out.result({ rpcUrl, started: true, context: LOCAL, chainId: deployment.chainId }, () => {
    out.line(`A network runs at ${rpcUrl} (context "${LOCAL}", rounds of ${deployment.roundSec} s).`);
    out.line('Next: aicchain wallet create me && aicchain wallet faucet me');
    if (nodes === 0) out.line('It has no nodes yet; offer this machine: aicchain node register --help');
  });
}

async function down({ home, out }: Session): Promise<void> {
  const stopped = await out.task('Stopping the network', () => stopKeeper(home));
  out.result({ stopped }, () =>
    out.line(stopped ? 'Stopped. `aicchain net up` goes on where it was.' : 'It does not run.'),
  );
}

async function status(session: Session): Promise<void> {
  const { out, home } = session;
  const { name, context } = session.context();
  const network = new NetworkClient(context);
  const [now, blockNumber, nodes] = await Promise.all([
    network.now(),
    network.blockNumber(),
    network.nodes.count(),
  ]);
  const round = roundAt(context.deployment, now);
  const { openWorkloads, newestWorkload } = await network.workloads.countersAt(round);
  const keeper = runningKeeper(home)?.pid;
  const told = {
    context: name,
    rpcUrl: context.rpcUrl,
    blockNumber,
    round,
    nodes,
    openWorkloads,
    newestWorkload,
    keeper,
  };
  out.result(told, () => {
    out.line(`${name}: ${context.rpcUrl}, block ${blockNumber}, round ${round}`);
    out.line(
      `${counted(nodes, 'node')}, ${counted(newestWorkload, 'workload')} so far, ${openWorkloads} of them open`,
    );
    out.line(keeper ? `kept by process ${keeper}` : 'not kept by a process of this machine');
  });
}
