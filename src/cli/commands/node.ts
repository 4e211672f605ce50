import type { Command } from 'commander';
import { check } from '../node/check.ts';
import { type RegisterOptions, register } from '../node/register.ts';
import { runAgent } from '../node/runAgent.ts';
import { status } from '../node/status.ts';
import type { CommandModule } from '../Session.ts';
import { integerOption } from '../usage.ts';

const NAME = 'node';

export const configure: CommandModule['configure'] = (node, session) => {
  node
    .command('check')
    .description('can this machine be a node? nothing is changed')
    .option('--gpus <n>', 'how many you would offer', '1')
    .option('--port <n>', 'where it would listen', '8600')
    .addHelpText('after', '\nExample:\n  aicchain node check --gpus 2')
    .action((options: { gpus: string; port: string }, command: Command) =>
      check(
        session(command),
        integerOption('--gpus', options.gpus, 1, 4_095),
        integerOption('--port', options.port, 1, 65_535),
      ),
    );
  node
    .command('register [name]')
    .description('register this machine with a stake, and write its node.json')
    .option('--gpus <n>', 'GPUs', '1')
    .option('--class <name>', 'hardware class (see `aicchain market list`)', 'cpu')
    .requiredOption('--memory <MiB>', 'memory per GPU')
    .requiredOption('--compute <GFLOPS>', 'compute per GPU')
    .requiredOption('--bandwidth <Mbps>', 'bandwidth')
    .option('--latency <ms>', 'latency', '10')
    .requiredOption('--watts <W>', 'power per GPU')
    .requiredOption('--ask <AICC>', 'what a GPU-hour must earn')
    .option('--port <n>', 'where it listens', '8600')
    .option('--endpoint <url>', 'where others reach it; http://127.0.0.1:PORT unless said')
    .addHelpText(
      'after',
      '\nClaims are measured: more than is true earns nothing and costs trust.\n\nExample:\n  aicchain node register --memory 8192 --compute 0.3 --bandwidth 90 --latency 5 --watts 120 --ask 2.5',
    )
    .action((name: string | undefined, options: RegisterOptions, command: Command) =>
      register(session(command), name ?? NAME, options),
    );
  node
    .command('run [name]')
    .description('serve, until Ctrl-C: heartbeats, audits, workloads')
    .addHelpText('after', '\nExample:\n  aicchain node run')
    .action((name: string | undefined, _: object, command: Command) =>
      runAgent(session(command), name ?? NAME),
    );
  node
    .command('status [name]')
    .description('how the network sees it')
    .addHelpText('after', '\nExample:\n  aicchain node status')
    .action((name: string | undefined, _: object, command: Command) =>
      status(session(command), name ?? NAME),
    );
};
