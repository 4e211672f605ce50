import type { RoundProposal } from '../AICChain.ts';
import { ContractRefusal } from '../chain/failure.ts';
import type { AICChainError } from '../domain/errors.ts';
import type { Address } from '../domain/ids.ts';
import { certifiedMatcher, type Matcher } from '../match/index.ts';
import { Bonding } from './Bonding.ts';
import type { Say } from './Daemon.ts';
import type { Duty, Moment, NetworkView } from './NetworkView.ts';
import { roundToPost } from './roundToPost.ts';

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
 * - `BondTooSmall`: its prices ask for more than may be locked, or than the wallet has
 * - `Refused`: by the contracts, for a reason that was said
 */
export type Outcome = 'Posted' | 'PostedByOther' | 'NothingToMatch' | 'TooLate' | 'BondTooSmall' | 'Refused';

/** It holds until the chain takes blocks back once more: the post may be among them. */
export interface Decision extends Pick<Moment, 'round' | 'reorganisations'> {
  readonly outcome: Outcome;
}

/** The chain's clock is behind ours, and its first half not over there; a round was voided meanwhile, and bonds have doubled. */
const LOOK_AGAIN = new Set(['NotDrawn', 'BondTooSmall']);

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
    const proposal = roundToPost(this.#view.aicchain, round, this.#matcher);
    if (proposal.entries.length === 0) return 'NothingToMatch';
    await this.#view.confirm();
    if (!(await this.#bonding.cover(round, proposal.entries))) return 'BondTooSmall';
    if (!(await this.#stillHolds(moment))) return undefined;
    return this.#post(proposal);
  }

  #waitForBlocks({ round, behindSec }: Moment): undefined {
    if (this.#staleRound === round) return;
    this.#staleRound = round;
    this.#say(
      `round ${round}: waits for blocks, the newest that the endpoint has is ${behindSec} s old by the clock of this machine`,
    );
  }

  /** The chain may have taken blocks back while the bond was locked; what was computed before then would be posted blindly. */
  async #stillHolds({ reorganisations }: Moment): Promise<boolean> {
    return (await this.#view.look()).reorganisations === reorganisations;
  }

  async #post({ round, cutoff, entries }: RoundProposal): Promise<Outcome | undefined> {
    try {
      const { gasUsed } = await this.#view.network.rounds.post(round, cutoff, entries);
      const pairs = entries.map(({ workload, node }) => `workload ${workload} on node ${node}`);
      this.#say(`round ${round}: ${shortened(pairs)} (${gasUsed} gas)`);
      return 'Posted';
    } catch (error) {
      const { code, message } = error as AICChainError;
      if (LOOK_AGAIN.has(code)) return undefined;
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
