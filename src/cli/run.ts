import { Command, CommanderError } from 'commander';
import { EXIT, exitCodeOf } from './exitCodes.ts';
import { handleInterrupts, isInterrupted } from './interrupt.ts';
import { Output, type Streams } from './Output.ts';
import { type CommandModule, type GlobalOptions, Session } from './Session.ts';
import { UsageError } from './usage.ts';
import { version } from './version.ts';

/** Name, what it does in a line, and where it is: a command is loaded only when it is called. */
const COMMANDS: readonly (readonly [name: string, summary: string, load: () => Promise<CommandModule>])[] = [
  [
    'demo',
    'the whole network in one run: train, vote, match, run, pay, audit',
    () => import('./demo/demo.ts'),
  ],
  ['net', 'a network of your own on this machine: up, down, status', () => import('./commands/net.ts')],
  ['wallet', 'keys and balances: create, list, balance, faucet', () => import('./commands/wallet.ts')],
  ['context', 'the networks that you know: list, use, add', () => import('./commands/context.ts')],
  ['init', 'write a workload file to start from', () => import('./commands/init.ts')],
  ['validate', 'check a workload file', () => import('./commands/validate.ts')],
  ['submit', 'plan a workload, then submit it', () => import('./commands/submit.ts')],
  ['ps', 'list workloads', () => import('./commands/ps.ts')],
  ['describe', 'one workload: status, candidates, money', () => import('./commands/describe.ts')],
  [
    'explain',
    'why a workload was matched as it was, and what a node would have had to ask',
    () => import('./commands/explain.ts'),
  ],
  ['logs', 'what a workload prints', () => import('./commands/logs.ts')],
  ['download', 'fetch the results of a workload', () => import('./commands/download.ts')],
  ['cancel', 'cancel a workload', () => import('./commands/cancel.ts')],
  ['round', 'show a round, post the current one, challenge one', () => import('./commands/round.ts')],
  ['market', 'the nodes and what they ask', () => import('./commands/market.ts')],
  ['fund', 'where the fees are', () => import('./commands/fund.ts')],
  [
    'policy',
    'the policies that score matches: register, activate, show, export, import',
    () => import('./commands/policy.ts'),
  ],
  ['vote', 'change a parameter by vote', () => import('./commands/vote.ts')],
  ['verify', 'replay the log and recompute every match', () => import('./commands/verify.ts')],
  ['matcher', 'post rounds: run', () => import('./commands/matcher.ts')],
  ['watcher', 'judge posted rounds and challenge wrong ones: run', () => import('./commands/watcher.ts')],
  ['node', 'offer your GPUs: check, register, run, status', () => import('./commands/node.ts')],
  ['train', 'train a policy', () => import('./commands/train.ts')],
  [
    'evaluate',
    'compare policies with baselines, in tables and a page',
    () => import('./commands/evaluate.ts'),
  ],
  ['trace', 'recorded clusters to train and evaluate on: describe', () => import('./commands/trace.ts')],
  ['env', 'the market as an environment for other programs: serve', () => import('./commands/env.ts')],
  ['teach', 'teach a policy what matches are worth', () => import('./commands/teach.ts')],
  ['tune', 'tune a policy on the deployed rule', () => import('./commands/tune.ts')],
];

const AFTER_HELP = `
Examples:
  aicchain demo                        see everything happen, once
  aicchain net up                      start a network on this machine
  aicchain init && aicchain submit workload.yaml

Exit codes: 0 done, 1 failed, 2 what was typed or a file cannot be understood, 3 the network does not answer,
130 interrupted. Data: --data DIR, else AICCHAIN_HOME, else ~/.aicchain. AICCHAIN_DEBUG=1 shows stacks.`;

/** Runs one command line and returns its exit code. */
export async function run(args: readonly string[], streams: Streams): Promise<number> {
  survivePipes(streams);
  const out = new Output(streams, args.includes('--json'));
  const program = root(streams);
  try {
    const [wanted] = program.parseOptions([...args]).operands;
    for (const [name, summary, load] of COMMANDS) {
      const command = program.command(name).description(summary);
      if (name === wanted) (await load()).configure(command, sessionOf(out));
    }
    handleInterrupts();
    if (args.length === 0) program.help();
    await program.parseAsync([...args], { from: 'user' });
    return isInterrupted() ? EXIT.interrupted : EXIT.ok;
  } catch (error) {
    if (isInterrupted()) return EXIT.interrupted;
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : usage(out, error);
    out.failure(error);
    return exitCodeOf(error);
  }
}

function root(streams: Streams): Command {
  const program = new Command('aicchain');
  program
    .description('An open network on which people with GPUs run other people’s AI workloads.')
    .version(version())
    .option('--json', 'one machine-readable object on stdout, nothing else')
    .option('--data <dir>', 'data folder')
    .option('--context <name>', 'which network')
    .option('--rpc <url>', 'reach the network here instead')
    .option('--wallet <name>', 'who signs')
    .addHelpText('after', AFTER_HELP)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void streams.stdout.write(text),
      writeErr: () => {}, // told by `usage`, in the form of all other errors
    });
  return program;
}

const sessionOf = (out: Output) => (command: Command) =>
  new Session(out, command.optsWithGlobals<GlobalOptions>());

function usage(out: Output, error: CommanderError): number {
  const told = error.message.replace(/^error: /, '').split('\n')[0] ?? '';
  const message = error.code === 'commander.help' ? 'a command is missing' : told;
  out.failure(new UsageError(message, 'See `aicchain --help`, or --help after a command.'));
  return EXIT.usage;
}

/** A reader that stops reading (`| head`) is no error. */
function survivePipes({ stdout, stderr }: Streams): void {
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(EXIT.ok);
      throw error;
    });
  }
}
