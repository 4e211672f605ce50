import { keccak_256 } from '@noble/hashes/sha3';
import { concatBytes, hexToBytes } from '@noble/hashes/utils';
import { AICChainError, FEATURES, PRIORITY_FEATURE } from '../domain/index.ts';
import type { Policy } from './RLPolicyManager.ts';
import { encodeWeights } from './weightsBytes.ts';

const VECTORS = 32;
const PRIORITIES = [0, 64, 128, 255];
const LARGEST_FEATURE = 1_023;

/** A case in which a higher priority brings a higher penalty. */
export interface PriorityHurts {
  /** Of the check vectors, 0..31. */
  readonly vector: number;
  readonly before: number;
  readonly afterwards: number;
  readonly priority: number;
}

/**
 * The first case, among those that the chain tries at registration, in which priority raises the penalty; undefined where
 * the chain finds none (docs/PROTOCOL.md, "The integer network"; RLPolicyManager.sol `_requirePriorityNeverHurts`).
 */
export function priorityHurts(policy: Policy): PriorityHurts | undefined {
  const seed = keccak_256(
    concatBytes(hexToBytes(policy.codeHash.slice(2)), keccak_256(encodeWeights(policy.network))),
  );
  for (let vector = 0; vector < VECTORS; vector++) {
    const features = checkVector(seed, vector);
    let before = 65_535;
    for (const priority of PRIORITIES) {
      features[PRIORITY_FEATURE] = priority;
      const afterwards = policy.penalty(features);
      if (afterwards > before) return { vector, before, afterwards, priority };
      before = afterwards;
    }
  }
  return undefined;
}

/** Refuses what the chain would refuse, before a registration costs anything. */
export function requireAdmissible(policy: Policy): void {
  const found = priorityHurts(policy);
  if (found === undefined) return;
  throw new AICChainError(
    'PriorityRaisesPenalty',
    `priority ${found.priority} of 255 raises the penalty from ${found.before} to ${found.afterwards} (check vector ${found.vector}); the chain would refuse the policy`,
    {
      hint: 'Keep what leads from feature 3 to the output from rising: its weights at most 0, weights after it at least 0.',
    },
  );
}

/** 24 features in 0..1023 from the seed: 16 of one hash, 8 of another. */
function checkVector(seed: Uint8Array, vector: number): Int16Array {
  const lanes = concatBytes(...[0, 1].map((j) => keccak_256(concatBytes(seed, word(vector), word(j)))));
  const view = new DataView(lanes.buffer, lanes.byteOffset);
  return Int16Array.from({ length: FEATURES }, (_, i) => view.getUint16(2 * i) & LARGEST_FEATURE);
}

/** As abi.encode has a number. */
function word(value: number): Uint8Array {
  const bytes = new Uint8Array(32);
  bytes[31] = value;
  return bytes;
}
