import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { EXIT } from '../exitCodes.ts';
import type { CommandModule, Session } from '../Session.ts';
import { integerOption, UsageError } from '../usage.ts';
import { Narrator } from './Narrator.ts';
import { runDemo } from './runDemo.ts';

/** What the training job learns unless the user names something better: a text of the repository. */
const DEFAULT_TEXT = fileURLToPath(new URL('../../../LICENSE', import.meta.url));

const LEAST_TEXT_BYTES = 1_000;

const AFTER_HELP = `
Chain, nodes, policy and results stay in the folder "demo" of the data folder; those of the demo before in "demo.previous".
The chain's clock is moved by the demo, not by the time of the day, so a seed always gives the same policy and matches.

Examples:
  aicchain demo
  aicchain demo --seed 7 --data ./my-demo --text moby-dick.txt
  aicchain demo --json | jq .vote`;

export const configure: CommandModule['configure'] = (demo, session) => {
  demo
    .option('--seed <n>', 'of keys and training', '1')
    .option('--text <file>', 'what the training job learns from (default: the licence)')
    .addHelpText('after', AFTER_HELP)
    .action((options: DemoCommandOptions, command: Command) => tell(session(command), options));
};

interface DemoCommandOptions {
  readonly seed: string;
  readonly text?: string;
}

async function tell({ out, home }: Session, { seed, text }: DemoCommandOptions): Promise<void> {
  const textFile = resolve(text ?? DEFAULT_TEXT);
  const bytes = statSync(textFile, { throwIfNoEntry: false });
  if (!bytes?.isFile()) throw new UsageError(`there is no file ${textFile}`, 'Name a text file with --text.');
  if (bytes.size < LEAST_TEXT_BYTES)
    throw new UsageError(
      `${textFile} has ${bytes.size} bytes: too few to learn from`,
      `Name a text of at least ${LEAST_TEXT_BYTES} bytes with --text.`,
    );
  const dataDir = home.file('demo');
  const result = await runDemo({
    seed: integerOption('--seed', seed, 0, 2 ** 32 - 1),
    dataDir,
    textFile,
    narrator: new Narrator(out),
  });
  out.result(result, () => {
    out.line();
    out.line(`Done in ${result.wallSec} s. Policy ${result.policyHash}`);
    out.line(`Results, keys and chain are in ${dataDir}`);
  });
  if (!result.verify.ok) process.exitCode = EXIT.failed;
}
