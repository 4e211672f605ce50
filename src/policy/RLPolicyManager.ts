import { keccak_256 } from '@noble/hashes/sha3';
import { bytesToHex } from '@noble/hashes/utils';
import { AICChainError, type Hex, type IntegerNetwork } from '../domain/index.ts';
import { compile } from './compile.ts';
import { evaluate, load } from './network.ts';
import { decodeWeights } from './weightsBytes.ts';

/** A policy ready to score pairs off chain, exactly as its contract does on chain. */
export interface Policy {
  readonly network: IntegerNetwork;
  /** The runtime bytecode that is registered on chain. */
  readonly code: Uint8Array;
  /** What governance votes on. */
  readonly codeHash: Hex;
  /** The penalty of 24 features from `offset`, 0..65535. */
  penalty(features: Int16Array, offset?: number): number;
}

/**
 * The policy of published weights; refuses weights that the chain would refuse.
 *
 * @example loadPolicy(weights).penalty(features(spec, record, budgetMicro, round, counters))
 */
export function loadPolicy(weights: Uint8Array): Policy {
  const network = decodeWeights(weights);
  const loaded = load(network);
  const code = compile(network);
  return {
    network,
    code,
    codeHash: policyHash(code),
    penalty: (features, offset) => evaluate(loaded, features, offset),
  };
}

/** keccak256 of the runtime bytecode: its EXTCODEHASH once deployed. */
export function policyHash(code: Uint8Array): Hex {
  return `0x${bytesToHex(keccak_256(code))}`;
}

/** Recompiles the weights; refuses unless they give exactly the code that has `codeHash`. Nobody need be trusted. */
export function verifyPolicy(weights: Uint8Array, codeHash: Hex): Policy {
  const policy = loadPolicy(weights);
  if (policy.codeHash !== codeHash.toLowerCase())
    throw new AICChainError(
      'PolicyHashMismatch',
      `the weights compile to ${policy.codeHash}, not to ${codeHash}`,
      {
        hint: 'Take the weights from the PolicyRegistered event of this hash.',
      },
    );
  return policy;
}

/** The registered policies that a matcher has verified, by id. Policy 0 is "price alone": penalty 0. */
export class RLPolicyManager {
  readonly #policies = new Map<number, Policy>();

  /** Takes what a PolicyRegistered event says, verified. */
  admit(policy: number, weights: Uint8Array, codeHash: Hex): Policy {
    const verified = verifyPolicy(weights, codeHash);
    this.#policies.set(policy, verified);
    return verified;
  }

  /** undefined for policy 0, which has no network. */
  policy(policy: number): Policy | undefined {
    const known = this.#policies.get(policy);
    if (known === undefined && policy !== 0)
      throw new AICChainError('UnknownPolicy', `policy ${policy} was never admitted`);
    return known;
  }

  penalty(policy: number, features: Int16Array, offset = 0): number {
    return this.policy(policy)?.penalty(features, offset) ?? 0;
  }
}
