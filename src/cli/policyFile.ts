import { readFileSync } from 'node:fs';
import { hexToBytes } from '@noble/hashes/utils';
import { toHex } from 'viem/utils';
import type { Hex } from '../domain/ids.ts';
import type { IntegerNetwork } from '../domain/types.ts';
import { loadPolicy } from '../policy/RLPolicyManager.ts';
import { encodeWeights } from '../policy/weightsBytes.ts';
import { UsageError } from './usage.ts';

/** What a training writes. The weights say it all; code and hash are what they compile to. */
export interface PolicyFile {
  readonly policyHash: Hex;
  /** Of the training. */
  readonly seed: number;
  readonly code: Hex;
  readonly weights: Hex;
}

export function policyFileOf(network: IntegerNetwork, seed: number): PolicyFile {
  const weights = encodeWeights(network);
  const { code, codeHash } = loadPolicy(weights);
  return { policyHash: codeHash, seed, code: toHex(code), weights: toHex(weights) };
}

export const policyFileText = (policy: PolicyFile): string => `${JSON.stringify(policy, null, 2)}\n`;

/** The code that the weights of a file compile to. What the file itself says of code and hash must be that. */
export function readPolicyFile(file: string): { weights: Hex; code: Uint8Array; codeHash: Hex } {
  const { weights, code: toldCode, policyHash } = read(file);
  const { code, codeHash } = loadPolicy(hexToBytes(weights.slice(2)));
  const isOther = (told: unknown, own: Hex) =>
    told !== undefined && String(told).toLowerCase() !== own.toLowerCase();
  if (isOther(toldCode, toHex(code)) || isOther(policyHash, codeHash)) {
    const what = isOther(toldCode, toHex(code)) ? 'bytecode' : 'policyHash';
    throw new UsageError(
      `${file}: its ${what} is not what its weights compile to (${codeHash})`,
      'Whoever changed the file must change both, or neither: make it again with `aicchain train`.',
    );
  }
  return { weights, code, codeHash };
}

/** A file made elsewhere may have only the weights. */
function read(file: string): Pick<PolicyFile, 'weights'> & Partial<PolicyFile> {
  const hint = 'Make a policy with `aicchain train`.';
  try {
    const told = JSON.parse(readFileSync(file, 'utf8')) as PolicyFile;
    if (typeof told.weights === 'string' && /^0x([0-9a-f]{2})+$/i.test(told.weights)) return told;
  } catch (cause) {
    throw new UsageError(`${file} cannot be read: ${(cause as Error).message}`, hint);
  }
  throw new UsageError(`${file} has no "weights" in hex`, hint);
}
