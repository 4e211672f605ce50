import { type TransactionReceipt, zeroAddress } from 'viem';
import { AICChainError } from '../domain/errors.ts';
import type { Address, Hex } from '../domain/ids.ts';
import { CHALLENGE_KIND, type ChallengeKind, type Entry, INELIGIBLE, type Weight } from '../domain/types.ts';
import type { Caller } from './Caller.ts';
import { chainNow, roundAt } from './clock.ts';
import type { DualTokenSystem } from './DualTokenSystem.ts';
import { decodeEvent } from './events.ts';
import { ledgerLine } from './ledgerLines.ts';

/** What the chain keeps of a posted round; `matcher` is the zero address where none was posted. */
export interface RoundOnChain {
  readonly entriesHash: Hex;
  readonly matcher: Address;
  readonly cutoff: number;
  readonly entryCount: number;
  /** The last round in which it may be challenged. */
  readonly lastChallengeRound: number;
  /** Locked until then, or lost. */
  readonly bondMicro: number;
  readonly voided: boolean;
}

/** What the settlement of a round's matches depends on; `matcher` is the zero address where none was posted. */
export type RoundStanding = Pick<RoundOnChain, 'matcher' | 'lastChallengeRound' | 'voided'>;

/** What a challenge says is broken: a pair (E1), or the entry of a workload (E2, E4). */
export interface Challenge {
  readonly round: number;
  readonly kind: ChallengeKind;
  readonly workload: number;
  /** Of the pair; 0 where an entry is challenged. */
  readonly node: number;
}

/** How a challenge ended: the round was voided and the matcher lost its bond, or the challenger lost its own. */
export interface ChallengeOutcome {
  readonly voided: boolean;
  readonly lostMicro: number;
  readonly receipt: TransactionReceipt;
}

/**
 * The rounds of a network: bonded matchers post them, anyone reads them and weighs a pair as of one.
 *
 * @example
 * const round = await network.rounds.current();
 * const weight = await network.rounds.weightOf(workload, node, round);
 * console.log(weight.ineligible, weight.weightMicro);
 */
export class Rounds {
  readonly #caller: Caller;
  readonly #money: DualTokenSystem;

  constructor(caller: Caller, money: DualTokenSystem) {
    this.#caller = caller;
    this.#money = money;
  }

  /** The round in which a transaction sent now would be. */
  async current(): Promise<number> {
    return roundAt(this.#caller.deployment, await chainNow(this.#caller.rpcUrl));
  }

  async bondMicro(matcher: Address = this.#caller.address): Promise<number> {
    return this.#money.balanceMicro(ledgerLine('MatcherBond', matcher));
  }

  /** Adds to the matcher's bond, depositing what is missing for it. */
  async bond(amountMicro: number): Promise<TransactionReceipt> {
    await this.#money.ensureAvailable(amountMicro);
    return this.#caller.write('chain', 'bond', [BigInt(amountMicro)]);
  }

  unbond(amountMicro: number): Promise<TransactionReceipt> {
    return this.#caller.write('chain', 'unbond', [BigInt(amountMicro)]);
  }

  /** Posts the assignment of the current round. */
  post(round: number, cutoff: number, entries: readonly Entry[]): Promise<TransactionReceipt> {
    return this.#caller.write('chain', 'postRound', [round, cutoff, entryWords(entries)]);
  }

  /**
   * Challenges a posted round, which takes the entries that were posted. Should the challenge be wrong it takes
   * challengeBondMicro() from the vault; what of that is missing there is deposited before.
   *
   * @throws AICChainError NotChallengeable, AlreadyVoided, WrongEntries, NotListed: nothing was challenged, nothing is lost.
   */
  async challenge(challenge: Challenge, entries: readonly Entry[]): Promise<ChallengeOutcome> {
    await this.#money.ensureAvailable(await this.challengeBondMicro());
    const receipt = await this.#caller.write('chain', 'challenge', challengeWords(challenge, entries));
    for (const log of receipt.logs) {
      const event = decodeEvent(this.#caller.deployment, log);
      if (event?.name === 'RoundVoided' || event?.name === 'ChallengeFailed')
        return { voided: event.name === 'RoundVoided', lostMicro: event.bondMicro, receipt };
    }
    throw new AICChainError(
      'NO_EVENT',
      `the transaction does not say how the challenge of ${challenge.round} ended`,
    );
  }

  /**
   * Whether the chain would find a challenge right if it came now. Nothing is sent and nothing is at stake, but the bond of
   * a challenger is deposited where it is missing, as the chain refuses whoever is wrong and has none.
   */
  async wouldVoid(challenge: Challenge, entries: readonly Entry[]): Promise<boolean> {
    await this.#money.ensureAvailable(await this.challengeBondMicro());
    return this.#caller.simulate('chain', 'challenge', challengeWords(challenge, entries));
  }

  async get(round: number): Promise<RoundOnChain> {
    const { bondMicro, ...rest } = await this.#caller.read('chain', 'roundOf', [round]);
    return { ...rest, bondMicro: Number(bondMicro) };
  }

  async standingOf(round: number): Promise<RoundStanding> {
    const [matcher, lastChallengeRound, voided] = await this.#caller.read('chain', 'standingOf', [round]);
    return { matcher, lastChallengeRound, voided };
  }

  /** Who alone posts in the first half of `round`; undefined: nobody is drawn, anyone bonded may. */
  async drawnMatcher(round: number): Promise<Address | undefined> {
    const drawn = await this.#caller.read('chain', 'drawnMatcher', [round]);
    return drawn === zeroAddress ? undefined : drawn;
  }

  /** Takes the seat of a matcher whose round was voided out of the draw; anyone may. */
  vacate(matcher: Address): Promise<TransactionReceipt> {
    return this.#caller.write('chain', 'vacate', [matcher]);
  }

  /** Seats in the draw of `round`. */
  seatCount(round: number): Promise<number> {
    return this.#caller.read('chain', 'seatCount', [round]);
  }

  /** What of the bond no round of the matcher locks. */
  async freeBondMicro(matcher: Address = this.#caller.address): Promise<number> {
    return Number(await this.#caller.read('chain', 'freeBondMicroOf', [matcher]));
  }

  /** The bond of a round with that sum of prices, posted now. */
  async bondNeededMicro(pricesMicro: number): Promise<number> {
    return Number(await this.#caller.read('chain', 'bondNeededMicro', [BigInt(pricesMicro)]));
  }

  /** What a challenger must hold now, and loses if it is wrong. */
  async challengeBondMicro(): Promise<number> {
    return Number(await this.#caller.read('chain', 'challengeBondMicro', []));
  }

  matcherOf(round: number): Promise<Address> {
    return this.#caller.read('chain', 'matcherOf', [round]);
  }

  /** The weight of a pair as of `round`, computed on chain, through the policy contract that binds in it. */
  async weightOf(workload: number, node: number, round: number): Promise<Weight> {
    const weight = await this.#caller.read('chain', 'weightOf', [workload, node, round]);
    return { ...weight, ineligible: INELIGIBLE[weight.ineligible] ?? 'None' };
  }

  /** The 24 features of a pair as of `round`: big-endian int16, 48 bytes. */
  featuresOf(workload: number, node: number, round: number): Promise<Hex> {
    return this.#caller.read('chain', 'featuresOf', [workload, node, round]);
  }
}

const entryWords = (entries: readonly Entry[]) =>
  entries.map((entry) => ({
    ...entry,
    uMicro: BigInt(entry.uMicro),
    vMicro: BigInt(entry.vMicro),
    priceMicro: BigInt(entry.priceMicro),
  }));

const challengeWords = ({ round, kind, workload, node }: Challenge, entries: readonly Entry[]) =>
  [round, entryWords(entries), CHALLENGE_KIND.indexOf(kind), workload, node] as const;
