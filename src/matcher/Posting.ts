import type { RoundProposal } from '../AICChain.ts';
import { ContractRefusal } from '../chain/failure.ts';
import type { AICChainError } from '../domain/errors.ts';
import type { Address } from '../domain/ids.ts';
import { certifiedMatcher, type Matcher } from '../match/index.ts';
import { Bonding } from './Bonding.ts';
import type { Say } from './Daemon.ts';
import { Halted } from './Halted.ts';
import type { Duty, Moment, NetworkView } from './NetworkView.ts';

export interface PostingOptions {
  /** Most that is locked as bond; unless given, what a row of rounds at the least bond needs. */
  readonly mostBondMicro?: number | undefined;
  /** What computes the rounds. What it gives is checked before it is sent. */
  readonly matcher?: Matcher;
  readonly say: Say;
}

/**
 * What became of a round.
 * - `Posted`: by this account, now or before a restart; `PostedByOther`
 * - `NothingToMatch`: a round without entries is not posted
 * - `TooLate`: it ended on the way; the next one covers its workloads
 * - `BondTooSmall`: its prices ask for more than may be locked
 * - `Refused`: by the contracts, for a reason that was said
 */
export type Outcome = 'Posted' | 'PostedByOther' | 'NothingToMatch' | 'TooLate' | 'BondTooSmall' | 'Refused';

/** It holds until the chain takes blocks back once more: the post may be among them. */
export interface Decision extends Pick<Moment, 'round' | 'reorganisations'> {
  readonly outcome: Outcome;
}

/** What happens where several matchers run, or where a round is short. */
const NORMAL: Readonly<Record<string, Outcome>> = {
  AlreadyPosted: 'PostedByOther',
  NotCurrentRound: 'TooLate',
};

/**
 * Posts the current round where it is due and nobody has: in its first half if this matcher is drawn or nobody has a seat,
 * in its second half whoever is drawn. All it goes by is the chain: it may be stopped between any two steps, started
 * again, and run beside others.
 */
export class Posting implements Duty {
  readonly #view: NetworkView;
  readonly #matcher: Matcher;
  readonly #bonding: Bonding;
  readonly #say: Say;
  #decided: Decision | undefined;
  #staleRound = -1;

  constructor(view: NetworkView, { mostBondMicro, matcher = certifiedMatcher, say }: PostingOptions) {
    this.#view = view;
    this.#matcher = matcher;
    this.#bonding = new Bonding(view.network, mostBondMicro, say);
    this.#say = say;
  }

  /** The round that was decided last. */
  get decided(): Decision | undefined {
    return this.#decided;
  }

  /** Locks the bond of one round: enough for a seat in the draw. */
  prepare(): Promise<void> {
    return this.#bonding.prepare();
  }

  async look(moment: Moment): Promise<boolean> {
    const { round, reorganisations } = moment;
    if (this.#decided?.round === round && this.#decided.reorganisations === reorganisations) return true;
    const outcome = await this.#act(moment);
    if (outcome === undefined) return false;
    this.#decided = { round, reorganisations, outcome };
    // Now, so that the next round need not wait for it.
    if (outcome === 'Posted') await this.#bonding.refill();
    return true;
  }

  /** undefined: not yet. */
  async #act(moment: Moment): Promise<Outcome | undefined> {
    const { round } = moment;
    const posted = this.#view.state.rounds.get(round);
    if (posted) return isSame(posted.matcher, this.#view.network.address) ? 'Posted' : 'PostedByOther';
    if (!moment.isComplete) return this.#waitForBlocks(moment);
    if (!(await this.#view.isOurTurn(moment))) return undefined;
    const proposal = this.#certified(round);
    if (proposal.entries.length === 0) return 'NothingToMatch';
    await this.#view.confirm();
    const pricesMicro = proposal.entries.reduce((sum, { priceMicro }) => sum + priceMicro, 0);
    if (!(await this.#bonding.cover(round, pricesMicro))) return 'BondTooSmall';
    return this.#post(proposal);
  }

  #waitForBlocks({ round, behindSec }: Moment): undefined {
    if (this.#staleRound === round) return;
    this.#staleRound = round;
    this.#say(`round ${round}: waits for blocks, the newest that the endpoint has is ${behindSec} s old`);
  }

  /** Only a round that withstands every challenge is sent: one that does not would cost the bond. */
  #certified(round: number): RoundProposal {
    const proposal = this.#view.aicchain.propose(round, this.#matcher);
    const [first, ...more] = this.#view.aicchain.violations(round, proposal);
    if (first === undefined) return proposal;
    const { kind, workload, node, expected, found } = first;
    throw new Halted(
      'UNCERTIFIED_ROUND',
      `round ${round} as ${this.#matcher.name} computes it is wrong (${kind}: workload ${workload}, node ${node}: ${found} instead of ${expected}; ${more.length} more), so it is not posted`,
      { hint: 'This is a defect of the matcher that computes it; posting it would have cost the bond.' },
    );
  }

  async #post({ round, cutoff, entries }: RoundProposal): Promise<Outcome | undefined> {
    try {
      const { gasUsed } = await this.#view.network.rounds.post(round, cutoff, entries);
      const pairs = entries.map(({ workload, node }) => `workload ${workload} on node ${node}`);
      this.#say(`round ${round}: ${shortened(pairs)} (${gasUsed} gas)`);
      return 'Posted';
    } catch (error) {
      const { code, message } = error as AICChainError;
      if (code === 'NotDrawn') return undefined; // the chain's clock is behind ours: the first half is not over there
      const normal = NORMAL[code];
      if (normal !== undefined) {
        this.#say(`round ${round}: ${message}`);
        return normal;
      }
      // What the contracts refuse once they refuse again; everything else may pass at the next look.
      if (!(error instanceof ContractRefusal)) throw error;
      this.#say(`round ${round} is not posted: ${message}`);
      return 'Refused';
    }
  }
}

const isSame = (a: Address, b: Address) => a.toLowerCase() === b.toLowerCase();

const SHOWN = 5;
const shortened = (items: readonly string[]) =>
  items.slice(0, SHOWN).join(', ') + (items.length > SHOWN ? ` and ${items.length - SHOWN} more` : '');
