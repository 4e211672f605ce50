import type { Address, Hex } from '../domain/ids.ts';
import { PolicyId } from '../domain/ids.ts';
import type { Caller, ContractCall } from './Caller.ts';
import { soleEvent } from './events.ts';

/**
 * The registered policies. A policy is a contract of pure arithmetic; its code hash is what is voted on. Policy 0 is
 * "price alone".
 *
 * @example
 * const policy = await network.policies.register(code, weights); // from compile() and encodeWeights()
 * await network.governance.passes([network.policies.activateCall(policy)], `Activate policy ${policy}`, vote);
 */
export class Policies {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Has the chain check code against weights and deploys it. */
  async register(runtimeCode: Hex, weights: Hex): Promise<PolicyId> {
    const receipt = await this.#caller.write('policies', 'register', [runtimeCode, weights]);
    return PolicyId(soleEvent(this.#caller.deployment, receipt.logs, 'PolicyRegistered').policy);
  }

  /** The call that a proposal makes to activate a policy; `fromRound` 0 is the next round at execution. */
  activateCall(policy: number, fromRound = 0): ContractCall {
    return this.#caller.call('policies', 'activate', [policy, fromRound]);
  }

  async policyAt(round: number): Promise<{ policy: PolicyId; code: Address }> {
    const [policy, code] = await this.#caller.read('policies', 'policyAt', [round]);
    return { policy: PolicyId(policy), code };
  }

  count(): Promise<number> {
    return this.#caller.read('policies', 'policyCount', []);
  }

  codeOf(policy: number): Promise<Address> {
    return this.#caller.read('policies', 'codeOf', [policy]);
  }

  /** 0 where no policy has this code hash. */
  async idOf(codeHash: Hex): Promise<PolicyId> {
    return PolicyId(await this.#caller.read('policies', 'idOf', [codeHash]));
  }

  /** The penalty of packed features under the policy that binds in `round`, 0..65535. */
  penaltyAt(round: number, features: Hex): Promise<number> {
    return this.#caller.read('policies', 'penaltyAt', [round, features]);
  }
}
