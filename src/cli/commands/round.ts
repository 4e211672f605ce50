import type { Command } from 'commander';
import { AICChainError } from '../../domain/errors.ts';
import { NodeId, WorkloadId } from '../../domain/ids.ts';
import { CHALLENGE_KIND, type Entry, type PostedRound } from '../../domain/types.ts';
import { formatAicc } from '../../domain/units.ts';
import type { Challenge } from '../../match/index.ts';
import { Bonding, roundToPost } from '../../matcher/index.ts';
import type { NetworkState } from '../../state/index.ts';
import { nameOf, violationOf } from '../../watcher/index.ts';
import type { Output } from '../Output.ts';
import type { CommandModule, Session } from '../Session.ts';
import { idArgument, UsageError } from '../usage.ts';
import { counted } from '../words.ts';

export const configure: CommandModule['configure'] = (round, session) => {
  round
    .argument('[round]', 'a round; the last one that was posted unless named')
    .addHelpText(
      'after',
      '\nExample:\n  aicchain round 12\n  aicchain round post\n  aicchain round challenge 12',
    )
    .action((number: string | undefined, _: object, command: Command) =>
      show(session(command), number === undefined ? undefined : idArgument('round', number, 0)),
    );
  round
    .command('post')
    .description('compute the current round and post it, with a bond')
    .addHelpText('after', '\nExample:\n  aicchain round post --wallet matcher')
    .action((_: object, command: Command) => post(session(command)));
  round
    .command('challenge <round>')
    .description('refute a posted round, with a bond; the violation is looked for unless named')
    .option('--kind <E1|E2|E4>', 'what is broken (docs/PROTOCOL.md, "Dispute")')
    .option('--workload <id>', 'of the pair (E1), or the entry (E2, E4)')
    .option('--node <id>', 'of the pair (E1)')
    .addHelpText(
      'after',
      `
The chain is asked first: a challenge that would fail is not sent.

Example:
  aicchain round challenge 12
  aicchain round challenge 12 --kind E1 --workload 3 --node 7`,
    )
    .action((number: string, options: ChallengeOptions, command: Command) =>
      challenge(session(command), idArgument('round', number, 0), challengeOption(options)),
    );
};

async function show(session: Session, wanted: number | undefined): Promise<void> {
  const { out } = session;
  const network = session.reader();
  const { state, round: now } = await session.view(network);
  const found = postedRound(state, wanted ?? [...state.rounds].at(-1)?.[0]);
  const { bondMicro, lastChallengeRound, voided } = await network.rounds.get(found.round);
  out.result({ ...found, bondMicro, lastChallengeRound, voided }, () => {
    out.line(
      `Round ${found.round} by ${found.matcher}, workloads up to ${found.cutoff}, ${found.entriesHash}`,
    );
    const bond = `its bond of ${formatAicc(bondMicro)} AICC`;
    if (voided) out.line(`VOIDED by a challenge; ${bond} is lost.`);
    else if (now <= lastChallengeRound)
      out.line(
        `It may be challenged up to round ${lastChallengeRound} (now ${now}); until then ${bond} is locked.`,
      );
    else out.line(`Final since round ${lastChallengeRound + 1}; ${bond} is free.`);
    showEntries(out, found.entries);
  });
}

/** The round of that number; without one there is none at all. */
function postedRound(state: NetworkState, round: number | undefined): PostedRound {
  const found = round === undefined ? undefined : state.rounds.get(round);
  if (found) return found;
  const last = [...state.rounds].slice(-5).map(([one]) => one);
  throw new AICChainError(
    'NOT_POSTED',
    round === undefined ? 'no round was posted yet' : `round ${round} was not posted`,
    {
      hint:
        last.length > 0
          ? `The last ones: ${last.join(', ')}.`
          : 'Rounds are posted when something waits for a match.',
    },
  );
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
  const bonding = new Bonding(network, Number.POSITIVE_INFINITY, (line) => out.note(line));
  for (let left = ATTEMPTS; ; left--) {
    const view = await session.view(network);
    const { round } = view;
    const { entries, cutoff, entriesHash } = roundToPost(view.aicchain, round);
    if (entries.length === 0) {
      out.result({ round, posted: false, entries }, () =>
        out.line(`Nothing can be matched in round ${round}, so nothing is posted.`),
      );
      return;
    }
    try {
      await out.task(`Posting round ${round}`, async () => {
        await bonding.cover(round, entries);
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

interface ChallengeOptions {
  readonly kind?: string;
  readonly workload?: string;
  readonly node?: string;
}

/** All that names a challenge, or nothing. */
function challengeOption({ kind, workload, node }: ChallengeOptions): Challenge | undefined {
  if (kind === undefined && workload === undefined && node === undefined) return undefined;
  const known = CHALLENGE_KIND.find((one) => one === kind);
  if (known === undefined)
    throw new UsageError(`--kind must be ${CHALLENGE_KIND.join(', ')}, not "${kind ?? ''}"`);
  if (workload === undefined) throw new UsageError('--workload is missing', `${known} is about a workload.`);
  if ((known === 'E1') !== (node !== undefined)) {
    throw new UsageError(
      known === 'E1' ? '--node is missing' : `--node does not go with ${known}`,
      'E1 is about a pair of a workload and a node, E2 and E4 about the entry of a workload.',
    );
  }
  return {
    kind: known,
    workload: WorkloadId(idArgument('--workload', workload)),
    node: node === undefined ? 0 : NodeId(idArgument('--node', node)),
  };
}

async function challenge(session: Session, round: number, named: Challenge | undefined): Promise<void> {
  const { out } = session;
  const network = session.network();
  const view = await session.view(network);
  const posted = postedRound(view.state, round);
  const chosen =
    named ?? (await out.task('Recomputing the round', async () => violationOf(view.aicchain, posted)));
  if (chosen === undefined) {
    throw new AICChainError('ROUND_IS_RIGHT', `round ${round} is right: nothing in it can be refuted`);
  }
  const claim = { round, ...chosen };
  if (!(await network.rounds.wouldVoid(claim, posted.entries))) {
    throw new AICChainError(
      'WOULD_FAIL',
      `round ${round} stands against ${nameOf(chosen)}, so nothing was sent`,
      { hint: `It would have cost ${formatAicc(await network.rounds.challengeBondMicro())} AICC.` },
    );
  }
  const { voided, lostMicro } = await out.task(`Challenging round ${round}`, () =>
    network.rounds.challenge(claim, posted.entries),
  );
  out.result({ ...claim, voided, lostMicro }, () =>
    out.line(
      voided
        ? `Round ${round} is voided (${nameOf(chosen)}); its matcher lost ${formatAicc(lostMicro)} AICC.`
        : `Round ${round} stands; ${formatAicc(lostMicro)} AICC are lost.`,
    ),
  );
}
