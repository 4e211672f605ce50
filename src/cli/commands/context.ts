import type { Command } from 'commander';
import { readDeployment } from '../../chain/deployment.ts';
import type { CommandModule, Session } from '../Session.ts';
import { UsageError } from '../usage.ts';

export const configure: CommandModule['configure'] = (context, session) => {
  context
    .command('list')
    .description('the networks that you know; * marks the current one')
    .addHelpText('after', '\nExample:\n  aicchain context list')
    .action((_: object, command: Command) => list(session(command)));
  context
    .command('use <name>')
    .description('make a network the current one')
    .addHelpText('after', '\nExample:\n  aicchain context use local')
    .action((name: string, _: object, command: Command) => use(session(command), name));
  context
    .command('add <name>')
    .description('add a network, with --rpc URL, and make it the current one')
    .requiredOption('--deployment <file>', 'the deployment file of the network')
    .option('--manual-clock', 'its time stands still, and commands may move it')
    .addHelpText(
      'after',
      '\nExample:\n  aicchain context add lab --rpc https://rpc.lab.example --deployment lab.json --wallet me',
    )
    .action((name: string, options: AddOptions, command: Command) => add(session(command), name, options));
};

interface AddOptions {
  readonly deployment: string;
  readonly manualClock?: boolean;
}

function list({ contexts, out }: Session): void {
  const all = contexts.list().map(({ name, isCurrent, context }) => ({
    name,
    isCurrent,
    rpcUrl: context.rpcUrl,
    chainId: context.deployment.chainId,
    wallet: context.wallet,
  }));
  out.result({ contexts: all }, () =>
    out.table(
      ['', 'context', 'network', 'chain', 'wallet'],
      all.map((one) => [
        one.isCurrent ? '*' : '',
        one.name,
        one.rpcUrl,
        String(one.chainId),
        one.wallet ?? '-',
      ]),
    ),
  );
}

function use({ contexts, out }: Session, name: string): void {
  contexts.use(name);
  out.result({ current: name }, () => out.line(`${name} is the current network.`));
}

function add(
  { contexts, wallets, out, options }: Session,
  name: string,
  { deployment, manualClock }: AddOptions,
): void {
  const { rpc: rpcUrl, wallet } = options;
  if (!rpcUrl || !URL.canParse(rpcUrl) || !/^https?:$/.test(new URL(rpcUrl).protocol)) {
    throw new UsageError('a network needs an address', 'Add --rpc URL, with http:// or https://.');
  }
  if (wallet) wallets.get(wallet);
  const clock = manualClock ? 'manual' : 'wall';
  contexts.put(name, {
    rpcUrl,
    deployment: readDeployment(deployment),
    clock,
    ...(wallet ? { wallet } : {}),
  });
  out.result({ added: name }, () => out.line(`${name} is the current network.`));
}
