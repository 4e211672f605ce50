import { keccak_256 } from '@noble/hashes/sha3';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils';
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

/**
 * The policies that were met so far, each verified once. They are known by code hash, never by id: after a
 * reorganisation of the chain an id may name another policy.
 */
export class RLPolicyManager {
  readonly #policies = new Map<Hex, Policy>();

  /** What a PolicyRegistered event says; refuses weights that are not that code. */
  policy({ codeHash, weights }: { readonly codeHash: Hex; readonly weights: Hex }): Policy {
    const known = this.#policies.get(codeHash);
    if (known !== undefined) return known;
    const verified = verifyPolicy(hexToBytes(weights.slice(2)), codeHash);
    this.#policies.set(codeHash, verified);
    return verified;
  }
}
