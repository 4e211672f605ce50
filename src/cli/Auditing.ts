import { Auditor, NetworkAuditorChain } from '../auditor/index.ts';
import { epochOfRound } from '../chain/clock.ts';
import type { NetworkClient } from '../chain/NetworkClient.ts';
import { isCommitPhase } from '../domain/roundClock.ts';
import type { Duty, Moment, Say } from '../matcher/index.ts';

interface Seat {
  readonly network: NetworkClient;
  readonly auditor: Auditor;
}

/**
 * The auditors of a local network, one epoch after the other: measure and commit in its first two thirds, reveal in the
 * rest, close once it is over. They share this machine, so they measure one after the other.
 */
export class Auditing implements Duty {
  readonly #seats: readonly Seat[];
  readonly #say: Say;
  /** The epoch that each step was last done for. */
  #committed = -1;
  #revealed = -1;
  #closed = -1;
  #looked = -1;
  #measured: readonly number[] = [];
  #working: Promise<void> | undefined;

  constructor(networks: readonly NetworkClient[], dataDir: string, say: Say) {
    this.#seats = networks.map((network) => ({
      network,
      auditor: new Auditor({ chain: new NetworkAuditorChain(network), dataDir }),
    }));
    this.#say = say;
  }

  async prepare(): Promise<void> {
    for (const { network } of this.#seats) {
      if (!(await network.reporting.isAuditor())) await network.reporting.registerAuditor();
    }
  }

  /** Does what is due in a round, beside everything else; a step that takes longer than a round is not begun twice. */
  async look({ round }: Moment): Promise<boolean> {
    if (this.#looked === round) return true;
    this.#looked = round;
    if (this.#working !== undefined || (await this.#seats[0]!.network.nodes.count()) === 0) return true;
    this.#working = this.#step(round)
      .catch((error: Error) => this.#say(`audit: ${error.message}`))
      .finally(() => {
        this.#working = undefined;
      });
    return true;
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#working;
  }

  async #step(round: number): Promise<void> {
    const { deployment } = this.#seats[0]!.network;
    const epoch = epochOfRound(deployment, round);
    const commits = isCommitPhase(deployment, round);
    if (this.#revealed >= 0 && this.#revealed < epoch && this.#closed < this.#revealed)
      await this.#close(this.#revealed);
    if (commits && this.#committed < epoch) await this.#commit(epoch);
    if (!commits && this.#committed === epoch && this.#revealed < epoch) await this.#reveal(epoch);
  }

  async #commit(epoch: number): Promise<void> {
    this.#committed = epoch;
    for (const { auditor } of this.#seats) {
      const measurements = await auditor.measureAll();
      this.#measured = measurements.map(({ node }) => node);
      await auditor.commit(epoch, measurements);
    }
    this.#say(`epoch ${epoch}: nodes ${this.#measured.join(', ')} measured`);
  }

  async #reveal(epoch: number): Promise<void> {
    this.#revealed = epoch;
    for (const { auditor } of this.#seats) await auditor.reveal(epoch);
  }

  async #close(epoch: number): Promise<void> {
    this.#closed = epoch;
    await this.#seats[0]!.auditor.close(epoch, this.#measured);
    this.#say(`epoch ${epoch}: audits closed`);
  }
}
