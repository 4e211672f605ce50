import type { Command } from 'commander';
import type { AskToWin, Candidate, Explanation } from '../../AICChain.ts';
import { AICChainError } from '../../domain/errors.ts';
import { openPairs } from '../../domain/openRounds.ts';
import { formatAicc } from '../../domain/units.ts';
import { FEATURE_NAMES } from '../../policy/featureNames.ts';
import { known } from '../../state/index.ts';
import type { Output } from '../Output.ts';
import type { CommandModule, Session, View } from '../Session.ts';
import { idArgument } from '../usage.ts';
import { WHY } from '../verdicts.ts';
import { counted, roundAicc } from '../words.ts';

/** More would scroll the best away; --json has all. */
const SHOWN = 12;

interface Options {
  readonly node?: number;
  readonly round?: number;
}

export const configure: CommandModule['configure'] = (explain, session) => {
  explain
    .argument('<workload>', 'a workload')
    .option('--node <node>', 'also what this node would have had to ask', (text) =>
      idArgument('--node', text),
    )
    .option('--round <round>', 'in this round; the one that matched it, else the current one', (text) =>
      idArgument('--round', text, 0),
    )
    .addHelpText(
      'after',
      `
Recomputes a round from the log and says why it matches a workload as it does: what each leading node is worth to it,
the duals that prove the round (u: what the client keeps, which is what its next choice would have left it; v: what
the node earns above its cost), and the price as an ask, above which the winner would have lost. A node's slack is what it falls short of being as good.

Examples:
  aicchain explain 3
  aicchain explain 3 --node 7
  aicchain explain 3 --round 120 --json`,
    )
    .action((id: string, options: Options, command: Command) =>
      show(session(command), idArgument('workload', id), options),
    );
};

async function show(session: Session, id: number, options: Options): Promise<void> {
  const { out } = session;
  const view = await session.view();
  const at = options.round ?? roundOf(view, id);
  refuseUnknown(view, id, at);
  const explanation = await out.task('Recomputing the round', async () => view.aicchain.explain(id, at));
  const { node } = options;
  const asked =
    node === undefined
      ? undefined
      : await out.task('Searching its highest ask', async () => view.aicchain.askToWin(id, node, at));
  out.result({ ...explanation, ...(asked && { askToWin: asked }) }, () => {
    tell(out, explanation);
    if (asked) tellAsk(out, asked, explanation);
  });
}

/** The round that matched it; while it waits, the current one, or the next one where it does not bind yet. */
function roundOf({ state, round }: View, id: number): number {
  const { matchedRound } = known(state.workloads, id, 'workload');
  if (matchedRound > 0) return matchedRound;
  return state.isOpenAt(id, round) ? round : round + 1;
}

function refuseUnknown({ state, round }: View, id: number, at: number): void {
  if (at > round + 1) {
    throw new AICChainError('ROUND_NOT_KNOWN', `what binds in round ${at} is not known yet`, {
      hint: `It is round ${round}; the next one can be looked at already.`,
    });
  }
  const { openRounds } = known(state.workloads, id, 'workload');
  if (state.isOpenAt(id, at)) return;
  const open = openPairs(openRounds).map(({ from, to }) =>
    to - from > 1 ? `${from} to ${to - 1}` : `${from}`,
  );
  throw new AICChainError(
    'WORKLOAD_NOT_OPEN',
    `workload ${id} was not open in round ${at}, so nothing decided on it`,
    {
      hint: open.length > 0 ? `It is open in rounds ${open.join(', ')}.` : 'It was never open.',
    },
  );
}

function tell(out: Output, explanation: Explanation): void {
  const { round, workload, entry, isPosted, isVoided, criticalAskMicroPerGpuHour: critical } = explanation;
  const standing = isVoided ? 'posted, and voided' : isPosted ? 'posted' : 'not posted, as it would be now';
  out.line(`Workload ${workload.id} in round ${round} (${standing}):`);
  if (entry === undefined) {
    out.line(`no node gets it; its budget is ${formatAicc(workload.budgetMicro)} AICC.`);
  } else {
    const { node, uMicro, vMicro, priceMicro, next } = entry;
    const chosen = explanation.candidates.find((one) => one.node === node);
    out.line(
      `node ${node} at ${formatAicc(priceMicro)} AICC: its cost of ${formatAicc(priceMicro - vMicro)} and v = ${formatAicc(vMicro)}.`,
    );
    out.line(
      next
        ? `Node ${next} sets the price: it would leave the client the same u = ${formatAicc(uMicro)} AICC.`
        : 'u = 0: no other choice would leave the client more, so the price is all that the budget allows.',
    );
    if (critical !== undefined && chosen)
      out.line(
        `It asks ${formatAicc(chosen.record.askMicroPerGpuHour)} AICC per GPU-hour, and is paid ${formatAicc(critical)}: with any higher ask it would have lost the workload.`,
      );
  }
  out.line();
  tellCandidates(out, explanation.candidates);
}

function tellCandidates(out: Output, candidates: readonly Candidate[]): void {
  const eligible = candidates.filter(({ weight }) => weight.ineligible === 'None').sort(byStanding);
  out.table(
    ['node', 'cost', 'quality', 'green', 'weight', 'u+v slack', 'price', 'why or why not'],
    eligible
      .slice(0, SHOWN)
      .map(({ node, verdict, weight, slackMicro, priceMicro, matchedTo }) => [
        String(node),
        roundAicc(weight.costMicro),
        roundAicc(weight.qualityMicro),
        roundAicc(weight.greenMicro),
        roundAicc(weight.weightMicro),
        roundAicc(slackMicro!),
        priceMicro === undefined ? '-' : roundAicc(priceMicro),
        WHY[verdict] + (matchedTo === undefined ? '' : ` (${matchedTo})`),
      ]),
  );
  const more = eligible.length - SHOWN;
  if (more > 0) out.line(`… and ${counted(more, 'node')} further off; --json has all.`);
  const others = new Map<string, number>();
  for (const { verdict, weight } of candidates)
    if (weight.ineligible !== 'None') others.set(WHY[verdict], (others.get(WHY[verdict]) ?? 0) + 1);
  for (const [why, count] of others) out.line(`${counted(count, 'node')} cannot take it: ${why}.`);
}

/** The chosen one, then whoever is nearest to being as good. */
function byStanding(a: Candidate, b: Candidate): number {
  if (a.verdict === 'Chosen' || b.verdict === 'Chosen') return a.verdict === 'Chosen' ? -1 : 1;
  const difference = a.slackMicro! - b.slackMicro!;
  return difference === 0n ? a.node - b.node : difference < 0n ? -1 : 1;
}

function tellAsk(out: Output, asked: AskToWin, { workload }: Explanation): void {
  const { node, candidate, toWinMicroPerGpuHour: toWin, toBeMatchedMicroPerGpuHour: toBeMatched } = asked;
  out.line();
  out.line(
    `Node ${node} asks ${formatAicc(asked.askMicroPerGpuHour)} AICC per GPU-hour: ${WHY[candidate.verdict]}.`,
  );
  out.line(`To have workload ${workload.id}: ${ask(toWin)}. To have any of the round: ${ask(toBeMatched)}.`);
  if (asked.features === undefined) return;
  out.line(`The policy's penalty is ${candidate.weight.penalty} of 65535, of these features:`);
  out.table(
    ['feature', 'value'],
    asked.features.map((value, i) => [FEATURE_NAMES[i]!, String(value)]),
  );
}

const ask = (micro: number | undefined) =>
  micro === undefined ? 'no ask would do' : `at most ${formatAicc(micro)} AICC per GPU-hour`;
