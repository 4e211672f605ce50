import type { Command } from 'commander';
import { serve } from '../../trainer/bridge/serve.ts';
import type { CommandModule } from '../Session.ts';
import { UsageError } from '../usage.ts';
import { version } from '../version.ts';

export const configure: CommandModule['configure'] = (command) => {
  command
    .command('serve')
    .description('play the environment for another program, over its pipes')
    .addHelpText(
      'after',
      '\nFor the Gymnasium package in python/, which starts it by itself; it ends when its stdin does.\n\nExample:\n  python3 -c "import gymnasium; gymnasium.make(\'aicchain_gym:AICChain-v0\')"',
    )
    .action((_: unknown, _self: Command) => run());
};

async function run(): Promise<void> {
  if (process.stdin.isTTY) {
    throw new UsageError(
      'env serve speaks a binary protocol with the program that starts it, not with a terminal',
      'Make the environment in Python: see python/README.md.',
    );
  }
  await serve(process.stdin, process.stdout, version());
}
