import type { Command } from 'commander';
import { AICChain } from '../../AICChain.ts';
import { compareLogs, type LogComparison } from '../../chain/compareLogs.ts';
import { NetworkClient } from '../../chain/NetworkClient.ts';
import { shownUrl } from '../../chain/shownUrl.ts';
import { AICChainError } from '../../domain/errors.ts';
import type { ChainEvent } from '../../domain/events.ts';
import { roundAt } from '../../domain/roundClock.ts';
import type { Finding, Verification } from '../../verify/index.ts';
import { type Output, toJson } from '../Output.ts';
import type { CommandModule, Session } from '../Session.ts';
import { checkedUrl, idArgument, UsageError } from '../usage.ts';
import { counted } from '../words.ts';

/** More would scroll the first one away; --json has all. */
const SHOWN = 20;

interface Options {
  readonly from?: number;
  readonly to?: number;
  readonly rpcCheck?: string;
}

export const configure: CommandModule['configure'] = (verify, session) => {
  verify
    .option('--from <round>', 'the first round to judge', (text) => idArgument('--from', text, 0))
    .option('--to <round>', 'the last round to judge', (text) => idArgument('--to', text, 0))
    .option('--rpc-check <url>', 'read the log from this endpoint too, and compare', (text) =>
      checkedUrl('--rpc-check', text),
    )
    .addHelpText(
      'after',
      `
Replays the log and recomputes every weight, round, challenge, audit and split, from the log alone. With --from and
--to everything before is folded, and only those rounds are judged. An endpoint that leaves out, changes or makes up
events is caught by --rpc-check with a second one.

Examples:
  aicchain verify
  aicchain verify --from 100 --to 120
  aicchain verify --rpc-check https://another.example`,
    )
    .action((options: Options, command: Command) => run(session(command), options));
};

async function run(session: Session, { from, to, rpcCheck }: Options): Promise<void> {
  if (from !== undefined && to !== undefined && from > to)
    throw new UsageError(`--from ${from} is after --to ${to}`, 'Name the earlier round with --from.');
  const { out } = session;
  const network = session.reader();
  const compared = rpcCheck === undefined ? undefined : await compare(out, network, rpcCheck);
  const events = await out.task('Reading the log', () => network.events());
  const verification = await out.task('Recomputing', async () =>
    AICChain.verify(events, network.deployment, { from, to }),
  );
  const lie = compared && disagreement(compared, network);
  const result = {
    ...verification,
    ok: verification.ok && lie === undefined,
    firstDifference: earlier(verification.firstDifference, lie ?? null),
    ...(compared && { rpcCheck: { url: rpcCheck, ...compared } }),
  };
  out.result(result, () => {
    if (compared) tellComparison(out, compared, network.caller.rpcUrl, rpcCheck!);
    tell(out, verification);
    if (result.ok) out.line('All agree.');
  });
  if (lie)
    throw new AICChainError(
      'ENDPOINTS_DISAGREE',
      `the two endpoints tell different logs from block ${lie.blockNumber} on`,
      {
        hint: 'One of them lies, or follows another fork: ask a third, or a node of your own.',
      },
    );
  const { violations } = verification;
  if (!verification.ok)
    throw new AICChainError('DOES_NOT_AGREE', `the log disagrees with itself in ${violations.length} places`);
}

function tell(out: Output, { from, to, ...found }: Verification): void {
  const { events, rounds, matches, nonCanonical, voided, violations } = found;
  out.line(
    `Rounds ${from} to ${to}: ${counted(events, 'event')}, ${counted(rounds, 'posted round')}, ${counted(matches, 'match', 'matches')} recomputed.`,
  );
  if (nonCanonical.length > 0)
    out.line(`Valid, not canonical: rounds ${nonCanonical.join(', ')} (a tie was broken otherwise).`);
  if (voided.length > 0)
    out.line(`Voided: rounds ${voided.join(', ')} (refuted by a challenge; their matcher lost its bond).`);
  for (const { blockNumber, round, kind, expected, found: is, workload, node } of violations.slice(
    0,
    SHOWN,
  )) {
    const about = [workload && `workload ${workload}`, node && `node ${node}`].filter(Boolean).join(', ');
    out.line(
      `round ${round}, block ${blockNumber}${about && `, ${about}`}: ${kind} should be ${expected}, is ${is}`,
    );
  }
  if (violations.length > SHOWN) out.line(`… and ${violations.length - SHOWN} more; --json has all.`);
}

// Two endpoints ------------------------------------------------------------------------------------------------------

function compare(out: Output, network: NetworkClient, url: string): Promise<LogComparison> {
  const other = new NetworkClient({ rpcUrl: url, deployment: network.deployment });
  return out.task('Comparing the two endpoints', (update) =>
    compareLogs(network.caller, other.caller, (block, last) => update(`block ${block} of ${last}`)),
  );
}

function tellComparison(out: Output, compared: LogComparison, url: string, otherUrl: string): void {
  const { difference, toBlock, aheadBlocks, stateHashes } = compared;
  if (aheadBlocks !== 0)
    out.line(
      `${shownUrl(otherUrl)} is ${counted(Math.abs(aheadBlocks), 'block')} ${aheadBlocks > 0 ? 'ahead' : 'behind'}.`,
    );
  if (difference === undefined) {
    out.line(`Both endpoints tell the same log up to block ${toBlock}; state ${stateHashes[0]}.`);
    return;
  }
  out.line(`The endpoints differ first in block ${difference.blockNumber}, log ${difference.logIndex}:`);
  out.line(`  ${shownUrl(url)} tells ${textOf(difference.first)}`);
  out.line(`  ${shownUrl(otherUrl)} tells ${textOf(difference.second)}`);
}

/** As a finding: what the second endpoint tells is as good as what the first does. */
function disagreement({ difference }: LogComparison, { deployment }: NetworkClient): Finding | undefined {
  if (difference === undefined) return undefined;
  const { blockNumber, timestamp, first, second } = difference;
  const about = first ?? second!;
  return {
    blockNumber,
    round: roundAt(deployment, timestamp),
    workload: 'workload' in about ? about.workload : 0,
    node: 'node' in about ? about.node : 0,
    kind: 'rpc.event',
    expected: textOf(second),
    found: textOf(first),
  };
}

function textOf(event: ChainEvent | undefined): string {
  if (event === undefined) return 'no such event';
  const { name, blockHash: _, transactionHash: __, blockNumber: ___, logIndex: ____, ...words } = event;
  return `${name} ${toJson(words)}`;
}

function earlier(one: Finding | null, other: Finding | null): Finding | null {
  if (one === null || other === null) return one ?? other;
  return other.blockNumber <= one.blockNumber ? other : one;
}
