import type { NetworkClient } from '../chain/NetworkClient.ts';
import { AICChainError } from '../domain/errors.ts';
import type { Entry } from '../domain/types.ts';
import { formatAicc } from '../domain/units.ts';
import type { Say } from './Daemon.ts';

/** Keeps enough of a matcher's bond free for the round that comes, and never locks more than it was told. */
export class Bonding {
  readonly #network: NetworkClient;
  readonly #toldMicro: number | undefined;
  readonly #say: Say;
  #isPoor = false;

  constructor(network: NetworkClient, toldMicro: number | undefined, say: Say) {
    this.#network = network;
    this.#toldMicro = toldMicro;
    this.#say = say;
  }

  /**
   * Locks the bond of one round, with which comes a seat in the draw. Refuses to begin with less; with a bond that earlier
   * rounds still lock it may begin, and waits for them.
   */
  async prepare(): Promise<void> {
    const { rounds } = this.#network;
    const [leastMicro, bondMicro] = await Promise.all([rounds.bondNeededMicro(0), rounds.bondMicro()]);
    const mostMicro = await this.#mostMicro(leastMicro);
    if (mostMicro < leastMicro) {
      throw new AICChainError(
        'BOND_TOO_SMALL',
        `a round needs a bond of ${aicc(leastMicro)} at least, no more than ${aicc(mostMicro)} may be locked`,
        { hint: 'Allow more with --bond AICC.' },
      );
    }
    this.#say(`bond: ${aicc(bondMicro)} are there, ${aicc(mostMicro)} are the most that is locked`);
    if (bondMicro < leastMicro) await this.#lock(leastMicro - bondMicro);
    await this.cover(await rounds.current(), []);
  }

  /** Frees what a round of such entries needs, by adding to the bond; false where that is more than was told, or than there is. */
  async cover(round: number, entries: readonly Entry[]): Promise<boolean> {
    const pricesMicro = entries.reduce((sum, { priceMicro }) => sum + priceMicro, 0);
    const needMicro = await this.#network.rounds.bondNeededMicro(pricesMicro);
    const { missingMicro, freeMicro, bondMicro, mostMicro } = await this.#stock(needMicro);
    if (missingMicro > 0 && bondMicro + missingMicro > mostMicro) {
      this.#say(
        `round ${round}: needs a bond of ${aicc(needMicro)}; ${aicc(freeMicro)} are free, ${aicc(bondMicro)} are locked, ${aicc(mostMicro)} may be`,
      );
      return false;
    }
    return this.#lockIfAffordable(missingMicro);
  }

  /** The same for a round at the least bond that is yet to come; where it is not allowed, that round says so. */
  async refill(): Promise<void> {
    const { missingMicro, bondMicro, mostMicro } = await this.#stock(
      await this.#network.rounds.bondNeededMicro(0),
    );
    if (bondMicro + missingMicro <= mostMicro) await this.#lockIfAffordable(missingMicro);
  }

  /** What there is, and what is missing for a round that needs so much. */
  async #stock(needMicro: number) {
    const { rounds } = this.#network;
    const [leastMicro, freeMicro, bondMicro] = await Promise.all([
      rounds.bondNeededMicro(0),
      rounds.freeBondMicro(),
      rounds.bondMicro(),
    ]);
    const mostMicro = await this.#mostMicro(leastMicro);
    return { missingMicro: Math.max(0, needMicro - freeMicro), freeMicro, bondMicro, mostMicro };
  }

  /** False, and said once, where the wallet has not so much: what is locked is free again when the windows are over. */
  async #lockIfAffordable(missingMicro: number): Promise<boolean> {
    if (missingMicro === 0) return true;
    try {
      await this.#lock(missingMicro);
      this.#isPoor = false;
      return true;
    } catch (error) {
      const { code, message } = error as AICChainError;
      if (code !== 'ERC20InsufficientBalance') throw error;
      if (!this.#isPoor) this.#say(`bond: no more can be locked (${message}); waits for what is locked`);
      this.#isPoor = true;
      return false;
    }
  }

  async #lock(amountMicro: number): Promise<void> {
    await this.#network.rounds.bond(amountMicro);
    this.#say(`bond: ${aicc(amountMicro)} more are locked`);
  }

  /** Unless told: so much that every round of a challenge window can be posted, each at the least bond. */
  async #mostMicro(leastMicro: number): Promise<number> {
    if (this.#toldMicro !== undefined) return this.#toldMicro;
    return leastMicro * ((await this.#network.parameters.current('challengeWindowRounds')) + 1);
  }
}

/** An amount as the daemons say it. */
export const aicc = (micro: number) => `${formatAicc(micro)} AICC`;
