import type { TransactionReceipt } from 'viem';
import type { Address, Hex } from '../domain/ids.ts';
import { type Entry, INELIGIBLE, type Weight } from '../domain/types.ts';
import type { Caller } from './Caller.ts';
import { chainNow, roundAt } from './clock.ts';
import type { DualTokenSystem } from './DualTokenSystem.ts';
import { ledgerLine } from './ledgerLines.ts';

/** What the chain keeps of a posted round; `matcher` is the zero address where none was posted. */
export interface RoundOnChain {
  readonly entriesHash: Hex;
  readonly matcher: Address;
  readonly cutoff: number;
  readonly entryCount: number;
  readonly postedAt: number;
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
    const words = entries.map((entry) => ({
      ...entry,
      uMicro: BigInt(entry.uMicro),
      vMicro: BigInt(entry.vMicro),
      priceMicro: BigInt(entry.priceMicro),
    }));
    return this.#caller.write('chain', 'postRound', [round, cutoff, words]);
  }

  async get(round: number): Promise<RoundOnChain> {
    const { postedAt, ...rest } = await this.#caller.read('chain', 'roundOf', [round]);
    return { ...rest, postedAt: Number(postedAt) };
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
