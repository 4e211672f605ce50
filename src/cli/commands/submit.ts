import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import type { Explanation } from '../../AICChain.ts';
import type { NetworkClient } from '../../chain/NetworkClient.ts';
import { AICChainError } from '../../domain/errors.ts';
import { formatAicc } from '../../domain/units.ts';
import { escrowMicro } from '../../settlement/index.ts';
import type { WorkloadState } from '../../state/index.ts';
import { deliver, jobOf, keepSubmission } from '../deliver.ts';
import { formatDuration } from '../duration.ts';
import { onInterrupt } from '../interrupt.ts';
import {
  budgetForWork,
  chainSpec,
  feeRatesAt,
  PLAN_HEADER,
  planNotes,
  planRows,
  refuseImpossible,
} from '../plan.ts';
import type { CommandModule, Session, View } from '../Session.ts';
import { readSpec, type Spec } from '../spec.ts';
import { idArgument, UsageError } from '../usage.ts';
import { Watch } from '../Watch.ts';

interface SubmitOptions {
  readonly yes?: boolean;
  readonly watch?: boolean;
  readonly detach?: boolean;
  readonly anyway?: boolean;
  readonly plan?: boolean;
  readonly deliver?: string;
}

export const configure: CommandModule['configure'] = (submit, session) => {
  submit
    .argument('[file]', 'a workload file', 'workload.yaml')
    .option('-y, --yes', 'do not ask')
    .option('--plan', 'show the plan and stop')
    .option('--watch', 'follow it to its end')
    .option('--detach', 'do not wait for the match; hand over the inputs later with --deliver')
    .option('--anyway', 'also if no node can hold it today')
    .option('--deliver <id>', 'hand over the inputs of a workload that was submitted before')
    .addHelpText('after', '\nExample:\n  aicchain submit workload.yaml -y --watch')
    .action((file: string, options: SubmitOptions, command: Command) =>
      options.deliver
        ? follow(session(command), idArgument('--deliver', options.deliver), options, {})
        : planAndSubmit(session(command), file, options),
    );
};

async function planAndSubmit(session: Session, file: string, options: SubmitOptions): Promise<void> {
  const { out } = session;
  const spec = readSpec(file);
  const network = options.plan ? session.reader() : session.network();
  const view = await session.view(network);
  const plan = planOf(spec, view);
  showPlan(session, spec, plan);
  if (!options.anyway) refuseImpossible(plan.explanation);
  if (options.plan) {
    out.result(planObject(plan), () => {});
    return;
  }
  await refuseUnaffordable(network, plan.escrowMicro);
  if (!options.yes && !(await confirmed(session))) {
    out.result({ submitted: false }, () => out.line('Not submitted.'));
    return;
  }
  const { job, specHash } = jobOf(spec);
  const { roundSec } = network.deployment;
  const { submittedRound: _, ...submission } = plan.chainSpec;
  const id = await out.task('Submitting', () =>
    network.workloads.submit({
      ...submission,
      budgetMicro: plan.budgetMicro,
      openRounds: Math.max(1, Math.ceil(spec.openForSec / roundSec)),
      specHash,
    }),
  );
  keepSubmission(session, id, spec, job);
  out.line(`Workload ${id} is submitted; ${formatAicc(plan.escrowMicro)} AICC are locked.`);
  if (options.detach) {
    const startWindowSec = view.state.parametersAt(view.round).startWindowRounds * roundSec;
    out.result({ workload: id, escrowMicro: plan.escrowMicro, status: 'Open' }, () =>
      out.line(
        `Hand over its inputs within ${formatDuration(startWindowSec)} of its match: aicchain submit --deliver ${id}`,
      ),
    );
    return;
  }
  await follow(session, id, options, { ...planObject(plan), escrowMicro: plan.escrowMicro });
}

/** Waits for the match, hands over what the node needs (again after each new match), and waits for the end if told to. */
async function follow(
  session: Session,
  workload: number,
  options: SubmitOptions,
  told: object,
): Promise<void> {
  const { out } = session;
  const forget = onInterrupt(() =>
    out.note(`Workload ${workload} goes on without you; later: aicchain submit --deliver ${workload}`),
  );
  const watch = await Watch.over(session, workload);
  const end = await watch.until(async (now) => {
    if (now.status === 'Matched' && now.delivered < now.matches) {
      await out.task('Handing over the inputs', () => deliver(session, workload, now.nodeState));
      watch.delivered();
      out.line(`Matched with node ${now.node} at ${formatAicc(now.priceMicro)} AICC; it has the inputs.`);
    }
    return options.watch ? now.isOver : now.status !== 'Open';
  });
  forget();
  out.result(
    { ...told, workload, status: end.status, reason: end.reason, node: end.node, priceMicro: end.priceMicro },
    () =>
      out.line(
        end.isOver || hasFailed(end)
          ? `Workload ${workload}: ${end.status} (${end.reason}).`
          : `Follow it: aicchain logs ${workload} -f   Results: aicchain download ${workload}`,
      ),
  );
  if (hasFailed(end)) throw notDone(end);
}

const hasFailed = ({ status, reason }: WorkloadState) =>
  status === 'Refunded' || reason === 'NodeFault' || reason === 'ClientFault';

function notDone({ id, status, reason }: WorkloadState): AICChainError {
  const money = status === 'Refunded' ? '; everything was refunded' : '';
  const hint =
    reason === 'ClientFault'
      ? `Either its inputs came too late, or the job itself failed: aicchain logs ${id}`
      : `See aicchain describe ${id}.`;
  return new AICChainError('NOT_DONE', `workload ${id} was not done: ${reason}${money}`, { hint });
}

interface Plan {
  readonly chainSpec: ReturnType<typeof chainSpec>;
  readonly budgetMicro: number;
  readonly escrowMicro: number;
  readonly explanation: Explanation;
}

function planOf(spec: Spec, { state, aicchain, round }: View): Plan {
  const rates = feeRatesAt(state, round);
  const budgetMicro = budgetForWork(spec, rates);
  const onChain = chainSpec(spec, state, round);
  const explanation = aicchain.explain({ spec: onChain, budgetMicro }, round + 1);
  return {
    chainSpec: onChain,
    budgetMicro,
    escrowMicro: escrowMicro(budgetMicro, spec.priority, rates),
    explanation,
  };
}

function planObject({ budgetMicro, explanation, escrowMicro }: Plan): object {
  const candidates = explanation.candidates.map(({ node, verdict, priceMicro, weight, trustBps }) => ({
    node,
    verdict,
    priceMicro,
    trustBps,
    durationSec: Number(weight.durationSec),
    costMicro: Number(weight.costMicro),
    qualityMicro: Number(weight.qualityMicro),
    greenMicro: Number(weight.greenMicro),
    weightMicro: Number(weight.weightMicro),
  }));
  return { budgetMicro, escrowMicro, plan: candidates };
}

function showPlan({ out }: Session, spec: Spec, { budgetMicro, escrowMicro, explanation }: Plan): void {
  if (explanation.candidates.length > 0) out.table(PLAN_HEADER, planRows(explanation));
  const chosen = explanation.candidates.find(({ verdict }) => verdict === 'Chosen');
  out.line(
    `${spec.name}: at most ${formatAicc(budgetMicro)} AICC for the work; ${formatAicc(escrowMicro)} AICC are locked with fees and surcharge, the rest comes back.`,
  );
  if (chosen)
    out.line(
      `As things stand: node ${chosen.node}, about ${formatDuration(Number(chosen.weight.durationSec))}.`,
    );
  for (const note of planNotes(explanation)) out.line(note);
}

async function refuseUnaffordable(network: NetworkClient, escrowMicro: number): Promise<void> {
  const [inHand, available] = await Promise.all([network.money.aiccMicro(), network.money.availableMicro()]);
  if (inHand + available >= escrowMicro) return;
  throw new AICChainError(
    'BUDGET_ABOVE_BALANCE',
    `${formatAicc(escrowMicro)} AICC must be locked, the wallet has ${formatAicc(inHand + available)}`,
    { hint: 'Lower the budget, or get more with `aicchain wallet faucet` (development networks).' },
  );
}

async function confirmed({ out }: Session): Promise<boolean> {
  if (out.json || !process.stdin.isTTY)
    throw new UsageError('nobody is here to be asked', 'Add -y to submit without a question.');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question('Submit? [y/N] ')).trim());
  } finally {
    terminal.close();
  }
}
