import type { Command } from 'commander';
import { formatAicc, MICRO_PER_AICC } from '../../domain/units.ts';
import { known, type WorkloadState } from '../../state/index.ts';
import { formatDuration } from '../duration.ts';
import type { Output } from '../Output.ts';
import { PLAN_HEADER, planRows } from '../plan.ts';
import type { CommandModule, Session } from '../Session.ts';
import { idArgument } from '../usage.ts';
import { because, counted } from '../words.ts';

export const configure: CommandModule['configure'] = (describe, session) => {
  describe
    .argument('<id>', 'a workload')
    .addHelpText('after', '\nExample:\n  aicchain describe 3')
    .action((id: string, _: object, command: Command) => show(session(command), idArgument('workload', id)));
};

async function show(session: Session, id: number): Promise<void> {
  const { out } = session;
  const { state, aicchain, round } = await session.view();
  const workload = known(state.workloads, id, 'workload');
  const status = state.statusIn(id, round);
  // Of the round that matched it; of the next one while it waits.
  const at = workload.matchedRound || round + 1;
  const explanation = aicchain.explain(id, at);
  const { records: _, ...plain } = { records: undefined, ...workload };
  out.result({ ...plain, status, candidates: explanation.candidates }, () => {
    tell(out, workload, status);
    out.line(`\nRound ${at}${explanation.isPosted ? '' : ' (not posted)'}:`);
    out.table(PLAN_HEADER, planRows(explanation));
  });
}

function tell(out: Output, w: WorkloadState, status: string): void {
  const line = (what: string, value: string) => out.line(`${what.padEnd(10)} ${value}`);
  const work =
    w.spec.leaseSec > 0 ? `a lease of ${formatDuration(w.spec.leaseSec)}` : `${w.spec.computeGflop} GFLOP`;
  line('workload', `${w.id} of ${w.client}`);
  line('status', because(status, w.reason));
  line(
    'asks for',
    `${work} on ${counted(w.spec.gpus, 'GPU')}, ${w.spec.dataMB} MB, priority ${w.spec.priority / 10_000}`,
  );
  line('budget', `${formatAicc(w.budgetMicro)} AICC for the work, ${formatAicc(w.escrowMicro)} AICC locked`);
  if (w.node)
    line('node', `${w.node}, matched in round ${w.matchedRound} at ${formatAicc(w.priceMicro)} AICC`);
  if (w.durationSec)
    line('takes', `${formatDuration(w.durationSec)}, stopped after ${formatDuration(w.owedSec)}`);
  if (w.digest) line('result', w.digest);
  if (w.contest) line('contest', `${w.contest.ground}, to be decided by round ${w.contest.deadlineRound}`);
  const { split } = w;
  if (split === undefined) return;
  out.line();
  out.table(
    ['of what was locked', 'AICC'],
    [
      ['to the node', split.nodeMicro],
      ['Community Fund', split.communityFundMicro],
      ['auditors', split.auditorsMicro],
      ['matcher', split.matcherMicro],
      ['treasury', split.treasuryMicro],
      ['refunded', split.refundMicro],
    ].map(([what, micro]) => [String(what), (Number(micro) / MICRO_PER_AICC).toFixed(6)]),
  );
}
