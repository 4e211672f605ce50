import type { AICChain, RoundProposal } from '../AICChain.ts';
import { certifiedMatcher, type Matcher } from '../match/index.ts';
import { Halted } from './Halted.ts';

/**
 * The round as `matcher` computes it, if it withstands every challenge: posting one that does not would cost the bond.
 *
 * @throws Halted UNCERTIFIED_ROUND, with the first violation.
 */
export function roundToPost(
  aicchain: AICChain,
  round: number,
  matcher: Matcher = certifiedMatcher,
): RoundProposal {
  const proposal = aicchain.propose(round, matcher);
  const [first, ...more] = aicchain.violations(round, proposal);
  if (first === undefined) return proposal;
  const { kind, workload, node, expected, found } = first;
  throw new Halted(
    'UNCERTIFIED_ROUND',
    `round ${round} as ${matcher.name} computes it is wrong (${kind}: workload ${workload}, node ${node}: ${found} instead of ${expected}; ${more.length} more), so it is not posted`,
    { hint: 'This is a defect of the matcher that computes it; posting it would have cost the bond.' },
  );
}
