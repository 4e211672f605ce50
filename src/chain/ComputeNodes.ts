import type { TransactionReceipt } from 'viem';
import { type Address, type Hex, NodeId } from '../domain/ids.ts';
import { unpackNodeRecord } from '../domain/nodeRecord.ts';
import type { Claims, GpuClass, NodeRecord } from '../domain/types.ts';
import { bytes32Text } from './bytes32.ts';
import type { Caller } from './Caller.ts';
import type { DualTokenSystem } from './DualTokenSystem.ts';
import { soleEvent } from './events.ts';
import type { Parameters } from './Parameters.ts';

/** What the green issuer signs for a node; see `greenCertificateTypedData` in reports. */
export interface SignedGreenCertificate {
  readonly node: number;
  readonly untilRound: number;
  readonly nullifier: Hex;
  readonly signature: Hex;
}

/**
 * Registration, claims, ask, stake and heartbeat of nodes. Every write binds from the next round on.
 *
 * @example
 * const node = await network.nodes.register(claims, 2_000_000, 'http://203.0.113.7:8600');
 * await network.nodes.heartbeat(node);
 */
export class ComputeNodes {
  readonly #caller: Caller;
  readonly #money: DualTokenSystem;
  readonly #parameters: Parameters;

  constructor(caller: Caller, money: DualTokenSystem, parameters: Parameters) {
    this.#caller = caller;
    this.#money = money;
    this.#parameters = parameters;
  }

  /** Registers a node of the signing account and locks its stake, depositing what is missing for it. */
  async register(claims: Claims, askMicroPerGpuHour: number, endpoint: string): Promise<NodeId> {
    await this.#money.ensureAvailable(await this.stakeMicroFor(claims.gpus));
    const receipt = await this.#caller.write('nodes', 'register', [
      claims,
      BigInt(askMicroPerGpuHour),
      endpoint,
    ]);
    return NodeId(soleEvent(this.#caller.deployment, receipt.logs, 'NodeRegistered').node);
  }

  /** Stake of a node of so many GPUs, as it binds now. */
  async stakeMicroFor(gpus: number): Promise<number> {
    return (await this.#parameters.current('minNodeStakeMicroPerGpu')) * gpus;
  }

  setAsk(node: number, askMicroPerGpuHour: number): Promise<TransactionReceipt> {
    return this.#caller.write('nodes', 'setAsk', [node, BigInt(askMicroPerGpuHour)]);
  }

  setEndpoint(node: number, endpoint: string): Promise<TransactionReceipt> {
    return this.#caller.write('nodes', 'setEndpoint', [node, endpoint]);
  }

  setClaims(node: number, claims: Claims): Promise<TransactionReceipt> {
    return this.#caller.write('nodes', 'setClaims', [node, claims]);
  }

  /** The node is fresh for `freshnessRounds` more rounds. */
  heartbeat(node: number): Promise<TransactionReceipt> {
    return this.#caller.write('nodes', 'heartbeat', [node]);
  }

  pause(node: number): Promise<TransactionReceipt> {
    return this.#caller.write('nodes', 'pause', [node]);
  }

  /** Active again; what penalties took of the stake is staked again, and deposited where it is missing. */
  async resume(node: number): Promise<TransactionReceipt> {
    const { gpus } = await this.claimsOf(node);
    const [wholeMicro, stakeMicro] = await Promise.all([this.stakeMicroFor(gpus), this.stakeMicroOf(node)]);
    await this.#money.ensureAvailable(Math.max(0, wholeMicro - stakeMicro));
    return this.#caller.write('nodes', 'resume', [node]);
  }

  presentGreenCertificate(certificate: SignedGreenCertificate): Promise<TransactionReceipt> {
    const { node, untilRound, nullifier, signature } = certificate;
    return this.#caller.write('nodes', 'presentGreenCertificate', [node, untilRound, nullifier, signature]);
  }

  /** Stakes an excluded node anew, depositing what is missing for it. */
  async restake(node: number): Promise<TransactionReceipt> {
    const { gpus } = await this.claimsOf(node);
    await this.#money.ensureAvailable(await this.stakeMicroFor(gpus));
    return this.#caller.write('nodes', 'restake', [node]);
  }

  requestExit(node: number): Promise<TransactionReceipt> {
    return this.#caller.write('nodes', 'requestExit', [node]);
  }

  withdrawStake(node: number): Promise<TransactionReceipt> {
    return this.#caller.write('nodes', 'withdrawStake', [node]);
  }

  count(): Promise<number> {
    return this.#caller.read('nodes', 'nodeCount', []);
  }

  ownerOf(node: number): Promise<Address> {
    return this.#caller.read('nodes', 'ownerOf', [node]);
  }

  claimsOf(node: number): Promise<Claims> {
    return this.#caller.read('nodes', 'claimsOf', [node]);
  }

  async stakeMicroOf(node: number): Promise<number> {
    return Number(await this.#caller.read('nodes', 'stakeMicroOf', [node]));
  }

  async gpuClass(classId: number): Promise<GpuClass> {
    const { name, ...rest } = await this.#caller.read('nodes', 'gpuClass', [classId]);
    return { name: bytes32Text(name), ...rest };
  }

  /** The record that binds in `round`; undefined where the node did not exist yet. */
  async recordAt(node: number, round: number): Promise<NodeRecord | undefined> {
    return unpackNodeRecord(await this.#caller.read('nodes', 'recordAt', [node, round]));
  }

  async networkGpusAt(round: number): Promise<{ gpus: number; freeGpus: number }> {
    const [gpus, freeGpus] = await this.#caller.read('nodes', 'networkGpusAt', [round]);
    return { gpus: Number(gpus), freeGpus: Number(freeGpus) };
  }
}
