import type { Command } from 'commander';
import { roundAt, roundStart } from '../../chain/clock.ts';
import { formatDuration } from '../duration.ts';
import type { Output } from '../Output.ts';
import type { CommandModule, Session, View } from '../Session.ts';
import { UsageError } from '../usage.ts';
import { because, roundAicc } from '../words.ts';

export const configure: CommandModule['configure'] = (ps, session) => {
  ps.option('--all', 'also of other clients, and what is over')
    .option('--watch', 'again and again, until Ctrl-C')
    .addHelpText('after', '\nExample:\n  aicchain ps --all --watch')
    .action((options: PsOptions, command: Command) => run(session(command), options));
};

interface PsOptions {
  readonly all?: boolean;
  readonly watch?: boolean;
}

const LOOK_EVERY_MS = 1_000;
/** Cursor to the top, and nothing below it. */
const CLEAR = '\u001b[H\u001b[2J';

async function run(session: Session, { all = false, watch = false }: PsOptions): Promise<void> {
  const { out } = session;
  if (watch && out.json)
    throw new UsageError('--watch never ends, so it has no one object to print', 'Leave one of the two out.');
  const network = session.reader();
  const view = await session.view(network);
  let before = '';
  do {
    const rows = rowsOf(session, view, await network.now(), all);
    if (!watch) return out.result({ workloads: rows }, () => show(out, rows, all));
    const key = rows.map(({ workload, status, node }) => `${workload} ${status} ${node}`).join();
    // In a terminal the screen is painted anew; elsewhere only what changed is worth a line.
    if (out.isTerminal) out.raw(CLEAR);
    if (out.isTerminal || key !== before) show(out, rows, all);
    before = key;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    await view.feed.poll();
  } while (watch);
}

function rowsOf(session: Session, { state }: View, now: number, all: boolean) {
  const mine = all ? undefined : session.account().address;
  const { deployment } = session.context().context;
  const round = roundAt(deployment, now);
  return [...state.workloads.values()]
    .filter(({ client, status }) => all || (client === mine && status !== 'Settled' && status !== 'Refunded'))
    .map((w) => ({
      workload: w.id,
      client: w.client,
      status: state.statusIn(w.id, round),
      reason: w.reason,
      node: w.node,
      gpus: w.spec.gpus,
      budgetMicro: w.budgetMicro,
      priceMicro: w.priceMicro,
      ageSec: now - roundStart(deployment, w.spec.submittedRound),
    }));
}

function show(out: Output, rows: ReturnType<typeof rowsOf>, all: boolean): void {
  if (rows.length === 0) {
    out.line(all ? 'No workloads yet.' : 'None of yours is under way; --all shows more.');
    return;
  }
  out.table(
    ['workload', 'status', 'node', 'GPUs', 'budget, AICC', 'price, AICC', 'age'],
    rows.map((w) => [
      String(w.workload),
      because(w.status, w.reason),
      w.node ? String(w.node) : '-',
      String(w.gpus),
      roundAicc(w.budgetMicro),
      w.priceMicro ? roundAicc(w.priceMicro) : '-',
      formatDuration(w.ageSec),
    ]),
  );
}
