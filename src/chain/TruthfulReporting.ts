import type { TransactionReceipt } from 'viem';
import type { Address, Hex } from '../domain/ids.ts';
import { type Measurement, measurementCommitment, type Report, reportTypedData } from '../reports/report.ts';
import type { Caller } from './Caller.ts';
import { chainNow, epochOfRound, roundAt } from './clock.ts';
import type { DualTokenSystem } from './DualTokenSystem.ts';
import type { Parameters } from './Parameters.ts';

/**
 * Reports of nodes, measurements of auditors, contests. Within an epoch auditors commit in its first two thirds and
 * reveal in the rest; audits close from the next epoch on.
 *
 * @example
 * await network.reporting.registerAuditor();
 * const epoch = await network.reporting.currentEpoch();
 * await network.reporting.commitMeasurements(epoch, measurements, salt);
 */
export class TruthfulReporting {
  readonly #caller: Caller;
  readonly #money: DualTokenSystem;
  readonly #parameters: Parameters;

  constructor(caller: Caller, money: DualTokenSystem, parameters: Parameters) {
    this.#caller = caller;
    this.#money = money;
    this.#parameters = parameters;
  }

  /** Makes the signing account an auditor and locks its stake, depositing what is missing for it. */
  async registerAuditor(): Promise<TransactionReceipt> {
    await this.#money.ensureAvailable(await this.#parameters.current('auditorStakeMicro'));
    return this.#caller.write('reporting', 'registerAuditor', []);
  }

  requestExit(): Promise<TransactionReceipt> {
    return this.#caller.write('reporting', 'requestExit', []);
  }

  withdrawStake(): Promise<TransactionReceipt> {
    return this.#caller.write('reporting', 'withdrawStake', []);
  }

  /** Signs a node's report (EIP-712) with the node's account and puts its digest on chain. */
  async commitReport(report: Report): Promise<TransactionReceipt> {
    const { deployment, account } = this.#caller;
    const signature = await account.signTypedData(
      reportTypedData(report, deployment.chainId, deployment.addresses.reporting),
    );
    const { node, epoch, gpus, latencyUs, bandwidthMbps, computeMflops, watts } = report;
    const words = [
      node,
      epoch,
      gpus,
      latencyUs,
      bandwidthMbps,
      BigInt(computeMflops),
      watts,
      signature,
    ] as const;
    return this.#caller.write('reporting', 'commitReport', words);
  }

  /** Commits to measurements without showing them; keep them and the salt for the reveal. */
  commitMeasurements(
    epoch: number,
    measurements: readonly Measurement[],
    salt: Hex,
  ): Promise<TransactionReceipt> {
    const { chainId, addresses } = this.#caller.deployment;
    const auditor = this.#caller.address;
    const commitment = measurementCommitment({
      chainId,
      truthfulReporting: addresses.reporting,
      auditor,
      epoch,
      measurements,
      salt,
    });
    return this.#caller.write('reporting', 'commitMeasurements', [epoch, commitment]);
  }

  revealMeasurements(
    epoch: number,
    measurements: readonly Measurement[],
    salt: Hex,
  ): Promise<TransactionReceipt> {
    const words = measurements.map((m) => ({ ...m, computeMflops: BigInt(m.computeMflops) }));
    return this.#caller.write('reporting', 'revealMeasurements', [epoch, words, salt]);
  }

  /** Closes the audits of nodes for an epoch that is over. Anyone may. */
  closeAudits(epoch: number, nodes: readonly number[]): Promise<TransactionReceipt> {
    return this.#caller.write('reporting', 'closeAudits', [epoch, nodes]);
  }

  voteContest(workload: number, uphold: boolean): Promise<TransactionReceipt> {
    return this.#caller.write('reporting', 'voteContest', [workload, uphold]);
  }

  /** The epoch in which a transaction sent now would be. */
  async currentEpoch(): Promise<number> {
    const { deployment, rpcUrl } = this.#caller;
    return epochOfRound(deployment, roundAt(deployment, await chainNow(rpcUrl)));
  }

  isAuditor(account: Address = this.#caller.address): Promise<boolean> {
    return this.#caller.read('reporting', 'isAuditor', [account]);
  }

  auditorCount(): Promise<number> {
    return this.#caller.read('reporting', 'auditorCount', []);
  }

  reportDigest(node: number, epoch: number): Promise<Hex> {
    return this.#caller.read('reporting', 'reportDigest', [node, epoch]);
  }

  /** 0..10000. */
  trustOf(node: number): Promise<number> {
    return this.#caller.read('reporting', 'trustOf', [node]);
  }
}
