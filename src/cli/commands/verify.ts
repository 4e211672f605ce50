import type { Command } from 'commander';
import { AICChain } from '../../AICChain.ts';
import { AICChainError } from '../../domain/errors.ts';
import type { CommandModule, Session } from '../Session.ts';
import { counted } from '../words.ts';

/** More would scroll the first one away; --json has all. */
const SHOWN = 20;

export const configure: CommandModule['configure'] = (verify, session) => {
  verify
    .addHelpText(
      'after',
      '\nReplays the whole log and recomputes every weight, round, audit and split.\n\nExample:\n  aicchain verify',
    )
    .action((_: object, command: Command) => run(session(command)));
};

async function run(session: Session): Promise<void> {
  const { out } = session;
  const network = session.reader();
  const events = await out.task('Reading the log', () => network.events());
  const verification = await out.task('Recomputing', async () => AICChain.verify(events, network.deployment));
  const { ok, rounds, matches, nonCanonical, violations } = verification;
  out.result(verification, () => {
    out.line(
      `${counted(verification.events, 'event')}, ${counted(rounds, 'round')}, ${counted(matches, 'match', 'matches')} recomputed.`,
    );
    if (nonCanonical.length > 0)
      out.line(`Valid, not canonical: rounds ${nonCanonical.join(', ')} (a tie was broken otherwise).`);
    for (const { round, kind, expected, found, workload, node } of violations.slice(0, SHOWN)) {
      const about = [workload && `workload ${workload}`, node && `node ${node}`].filter(Boolean).join(', ');
      out.line(`round ${round}${about && `, ${about}`}: ${kind} should be ${expected}, is ${found}`);
    }
    if (violations.length > SHOWN) out.line(`… and ${violations.length - SHOWN} more; --json has all.`);
    if (ok) out.line('All agree.');
  });
  if (!ok)
    throw new AICChainError('DOES_NOT_AGREE', `the log disagrees with itself in ${violations.length} places`);
}
