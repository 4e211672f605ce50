import type { Command } from 'commander';
import { AICChainError } from '../../domain/errors.ts';
import type { Entry } from '../../domain/types.ts';
import { formatAicc } from '../../domain/units.ts';
import type { Output } from '../Output.ts';
import type { CommandModule, Session } from '../Session.ts';
import { idArgument } from '../usage.ts';

export const configure: CommandModule['configure'] = (round, session) => {
  round
    .argument('[round]', 'a round; the last one that was posted unless named')
    .addHelpText('after', '\nExample:\n  aicchain round 12\n  aicchain round post')
    .action((number: string | undefined, _: object, command: Command) =>
      show(session(command), number === undefined ? undefined : idArgument('round', number, 0)),
    );
  round
    .command('post')
    .description('compute the current round and post it, with a bond')
    .addHelpText('after', '\nExample:\n  aicchain round post --wallet matcher')
    .action((_: object, command: Command) => post(session(command)));
};

async function show(session: Session, wanted: number | undefined): Promise<void> {
  const { out } = session;
  const { state } = await session.view();
  const posted = [...state.rounds].map(([round]) => round);
  const round = wanted ?? posted.at(-1);
  const found = round === undefined ? undefined : state.rounds.get(round);
  if (round === undefined || !found) {
    throw new AICChainError(
      'NOT_POSTED',
      round === undefined ? 'no round was posted yet' : `round ${round} was not posted`,
      {
        hint:
          posted.length > 0
            ? `The last ones: ${posted.slice(-5).join(', ')}.`
            : 'Rounds are posted when something waits for a match.',
      },
    );
  }
  out.result(found, () => {
    out.line(`Round ${round} by ${found.matcher}, workloads up to ${found.cutoff}, ${found.entriesHash}`);
    showEntries(out, found.entries);
  });
}

function showEntries(out: Output, entries: readonly Entry[]): void {
  out.table(
    ['workload', 'node', 'price', 'u', 'v', 'next', 'rank'],
    entries.map((e) => [
      String(e.workload),
      String(e.node),
      formatAicc(e.priceMicro),
      formatAicc(e.uMicro),
      formatAicc(e.vMicro),
      e.next ? String(e.next) : '-',
      String(e.rank),
    ]),
  );
}

async function post(session: Session): Promise<void> {
  const { out } = session;
  const network = session.network();
  const { aicchain, round, state } = await session.view(network);
  const { entries, cutoff, entriesHash } = aicchain.propose(round);
  const { minMatcherBondMicro, matcherBondBps } = state.parametersAt(round);
  const prices = entries.reduce((sum, { priceMicro }) => sum + priceMicro, 0);
  const wanted = Math.max(minMatcherBondMicro, Math.ceil((prices * matcherBondBps) / 10_000));
  await out.task(`Posting round ${round}`, async () => {
    const missing = wanted - (await network.rounds.bondMicro());
    if (missing > 0) await network.rounds.bond(missing);
    await network.rounds.post(round, cutoff, entries);
  });
  out.result({ round, cutoff, entriesHash, entries }, () => {
    out.line(`Round ${round} is posted: ${entries.length} matches.`);
    if (entries.length > 0) showEntries(out, entries);
  });
}
