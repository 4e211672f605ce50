import type { Command } from 'commander';
import type { NetworkClient } from '../../chain/NetworkClient.ts';
import { AICChainError } from '../../domain/errors.ts';
import type { Entry } from '../../domain/types.ts';
import { formatAicc } from '../../domain/units.ts';
import type { Output } from '../Output.ts';
import type { CommandModule, Session, View } from '../Session.ts';
import { idArgument } from '../usage.ts';
import { counted } from '../words.ts';

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

/** Rounds are short: a new one may begin between looking and posting, and then it is that one's turn. */
const ATTEMPTS = 3;

async function post(session: Session): Promise<void> {
  const { out } = session;
  const network = session.network();
  for (let left = ATTEMPTS; ; left--) {
    const view = await session.view(network);
    const { round } = view;
    const { entries, cutoff, entriesHash } = view.aicchain.propose(round);
    if (entries.length === 0) {
      out.result({ round, posted: false, entries }, () =>
        out.line(`Nothing can be matched in round ${round}, so nothing is posted.`),
      );
      return;
    }
    try {
      await out.task(`Posting round ${round}`, async () => {
        await bondFor(network, view, entries);
        await network.rounds.post(round, cutoff, entries);
      });
    } catch (error) {
      if (left > 1 && error instanceof AICChainError && error.code === 'NotCurrentRound') continue;
      throw error;
    }
    out.result({ round, posted: true, cutoff, entriesHash, entries }, () => {
      out.line(`Round ${round} is posted: ${counted(entries.length, 'match', 'matches')}.`);
      showEntries(out, entries);
    });
    return;
  }
}

/** A round's prices ask for a bond; what is missing of it is put up. */
async function bondFor(
  network: NetworkClient,
  { state, round }: View,
  entries: readonly Entry[],
): Promise<void> {
  const { minMatcherBondMicro, matcherBondBps } = state.parametersAt(round);
  const prices = entries.reduce((sum, { priceMicro }) => sum + priceMicro, 0);
  const wanted = Math.max(minMatcherBondMicro, Math.ceil((prices * matcherBondBps) / 10_000));
  const missing = wanted - (await network.rounds.bondMicro());
  if (missing > 0) await network.rounds.bond(missing);
}
