import type { Command } from 'commander';
import { formatAicc } from '../../domain/units.ts';
import { formatDuration } from '../duration.ts';
import type { CommandModule, Session } from '../Session.ts';
import { readSpec } from '../spec.ts';

export const configure: CommandModule['configure'] = (validate, session) => {
  validate
    .argument('<file>', 'a workload file')
    .addHelpText('after', '\nExample:\n  aicchain validate workload.yaml')
    .action((file: string, _: object, command: Command) => check(session(command), file));
};

function check({ out }: Session, file: string): void {
  const spec = readSpec(file);
  out.result({ ok: true, spec }, () => {
    const work = spec.leaseSec > 0 ? `${formatDuration(spec.leaseSec)} of` : `${spec.computeGflop} GFLOP on`;
    const budget =
      'totalMicro' in spec.budget
        ? `${formatAicc(spec.budget.totalMicro)} AICC in all`
        : `${formatAicc(spec.budget.forWorkMicro)} AICC for the work`;
    out.line(
      `${file} is a workload: ${work} ${spec.gpus} GPU${spec.gpus === 1 ? '' : 's'}, ${spec.dataMB} MB, ${budget}.`,
    );
  });
}
