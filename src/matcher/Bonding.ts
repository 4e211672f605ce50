import type { NetworkClient } from '../chain/NetworkClient.ts';
import { AICChainError } from '../domain/errors.ts';
import { formatAicc } from '../domain/units.ts';
import type { Say } from './Daemon.ts';

/** Keeps enough of a matcher's bond free for the round that comes, and never locks more than it was told. */
export class Bonding {
  readonly #network: NetworkClient;
  readonly #toldMicro: number | undefined;
  readonly #say: Say;

  constructor(network: NetworkClient, toldMicro: number | undefined, say: Say) {
    this.#network = network;
    this.#toldMicro = toldMicro;
    this.#say = say;
  }

  /** Locks the bond of one round, with which comes a seat in the draw. Refuses to begin with less. */
  async prepare(): Promise<void> {
    const { rounds } = this.#network;
    const leastMicro = await rounds.bondNeededMicro(0);
    const mostMicro = await this.#mostMicro(leastMicro);
    if (mostMicro < leastMicro) {
      throw new AICChainError(
        'BOND_TOO_SMALL',
        `a round needs a bond of ${aicc(leastMicro)} at least, no more than ${aicc(mostMicro)} may be locked`,
        { hint: 'Allow more with --bond AICC.' },
      );
    }
    await this.#add(leastMicro - (await rounds.freeBondMicro()));
    this.#say(`bond: ${aicc(await rounds.bondMicro())} are locked now, ${aicc(mostMicro)} at most`);
  }

  /** Frees what a round of such prices needs, by adding to the bond; false where that would be more than was told. */
  async cover(round: number, pricesMicro: number): Promise<boolean> {
    const { rounds } = this.#network;
    const [needMicro, freeMicro, bondMicro] = await Promise.all([
      rounds.bondNeededMicro(pricesMicro),
      rounds.freeBondMicro(),
      rounds.bondMicro(),
    ]);
    const missingMicro = needMicro - freeMicro;
    if (missingMicro <= 0) return true;
    const mostMicro = await this.#mostMicro(await rounds.bondNeededMicro(0));
    if (bondMicro + missingMicro > mostMicro) {
      this.#say(
        `round ${round}: needs a bond of ${aicc(needMicro)}; ${aicc(freeMicro)} are free, ${aicc(bondMicro)} are locked, ${aicc(mostMicro)} may be`,
      );
      return false;
    }
    await this.#add(missingMicro);
    this.#say(`bond: ${aicc(bondMicro + missingMicro)} are locked now`);
    return true;
  }

  async #add(missingMicro: number): Promise<void> {
    if (missingMicro > 0) await this.#network.rounds.bond(missingMicro);
  }

  /** Unless told: so much that every round of a challenge window can be posted, each at the least bond. */
  async #mostMicro(leastMicro: number): Promise<number> {
    if (this.#toldMicro !== undefined) return this.#toldMicro;
    return leastMicro * ((await this.#network.parameters.current('challengeWindowRounds')) + 1);
  }
}

const aicc = (micro: number) => `${formatAicc(micro)} AICC`;
