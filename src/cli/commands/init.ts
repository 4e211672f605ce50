import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { writeNamedFile } from '../home.ts';
import type { CommandModule, Session } from '../Session.ts';
import { UsageError } from '../usage.ts';

const TEMPLATE = `# A workload. Check it with: aicchain validate workload.yaml   Submit it with: aicchain submit workload.yaml
name: hello

# What runs: a list is a program with its arguments, a text is given to a shell.
# The job finds its inputs in the folder AICCHAIN_INPUT_DIR and leaves its outputs in AICCHAIN_OUTPUT_DIR.
command: 'wc -w < "$AICCHAIN_INPUT_DIR/text.txt" > "$AICCHAIN_OUTPUT_DIR/words.txt"'
# image: python:3.13            # for nodes that run containers

inputs:
  - name: text.txt              # as the job sees it
    path: ./text.txt            # on this machine, beside this file
outputs: [words.txt]
# env: { LEVEL: "3" }

gpus: 1
memoryMiBPerGpu: 1024
computeTflop: 0.01              # how much work, in all
# lease: 2h                     # or instead: how long, paid by time
# dataMB: 1                     # what moves; the size of the inputs unless said

budget: 5                       # AICC in all, fees included; never more is paid
# budgetForWork: 4              # or instead: for the work alone, fees on top
priority: 0.5                   # 0 to 1; costs a surcharge
maxDuration: 1h                 # no node that needs longer
openFor: 10m                    # how long it waits for a match
retries: 1                      # if its node fails
# minTrust: 0.4                 # 0 to 1
# classes: [consumer-gpu]       # any class unless said
# memoryMiB: 4096               # of the machine
# outputMB: 1024
`;
const TEXT = 'Whoever reads this counts words on the computer of somebody else.\n';

export const configure: CommandModule['configure'] = (init, session) => {
  init
    .argument('[file]', 'where to write it', 'workload.yaml')
    .addHelpText('after', '\nExample:\n  aicchain init && aicchain validate workload.yaml')
    .action((file: string, _: object, command: Command) => write(session(command), file));
};

function write({ out }: Session, file: string): void {
  if (existsSync(file))
    throw new UsageError(`${file} exists already`, 'Name another file: `aicchain init FILE`.');
  writeNamedFile(file, TEMPLATE);
  const input = join(dirname(file), 'text.txt');
  if (!existsSync(input)) writeNamedFile(input, TEXT);
  out.result({ file }, () => out.line(`Wrote ${file}. Next: aicchain submit ${file}`));
}
