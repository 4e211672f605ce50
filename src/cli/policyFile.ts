import { readFileSync, statSync } from 'node:fs';
import { hexToBytes } from '@noble/hashes/utils';
import { toHex } from 'viem/utils';
import { AICChainError } from '../domain/errors.ts';
import type { Hex } from '../domain/ids.ts';
import type { IntegerNetwork } from '../domain/types.ts';
import { requireAdmissible } from '../policy/admission.ts';
import { type Interchanged, networkFromSafetensors } from '../policy/interchange.ts';
import { loadPolicy, type Policy } from '../policy/RLPolicyManager.ts';
import { encodeWeights } from '../policy/weightsBytes.ts';
import { UsageError } from './usage.ts';

/** What a training writes. The weights say it all; code and hash are what they compile to. */
export interface PolicyFile {
  readonly policyHash: Hex;
  /** Of the training; absent where nobody said it. */
  readonly seed?: number;
  readonly code: Hex;
  readonly weights: Hex;
}

export function policyFileOf(network: IntegerNetwork, seed?: number): PolicyFile {
  const weights = encodeWeights(network);
  const { code, codeHash } = loadPolicy(weights);
  const ofSeed = seed === undefined ? {} : { seed };
  return { policyHash: codeHash, ...ofSeed, code: toHex(code), weights: toHex(weights) };
}

export const policyFileText = (policy: PolicyFile): string => `${JSON.stringify(policy, null, 2)}\n`;

/** A policy as a file has it, ready to score and to be registered. */
export interface ReadPolicy extends Policy {
  readonly weights: Hex;
  readonly seed?: number;
}

/** Far more than any policy needs. */
const MAX_FILE_BYTES = 4 * 1_024 * 1_024;
const HINT = 'Make a policy with `aicchain train`.';

/**
 * The policy of a file: ours (JSON) or safetensors, told apart by name or content. What a JSON file itself says of code
 * and hash must be what its weights compile to.
 */
export function readPolicyFile(file: string): ReadPolicy {
  const bytes = read(file);
  const isBinary = file.endsWith('.safetensors') || bytes.subarray(0, 8).includes(0);
  return isBinary ? ofSafetensors(file, bytes) : ofJson(file, bytes);
}

/** `readPolicyFile` for whoever is about to pay for a registration: also refuses what the chain would refuse. */
export function readAdmissiblePolicy(file: string): ReadPolicy {
  const policy = readPolicyFile(file);
  naming(file, () => requireAdmissible(policy));
  return policy;
}

function read(file: string): Uint8Array {
  try {
    const { size } = statSync(file);
    if (size <= MAX_FILE_BYTES) return readFileSync(file);
  } catch (cause) {
    throw new UsageError(`${file} cannot be read: ${(cause as Error).message}`, HINT);
  }
  throw new UsageError(`${file} is no policy: it has more than ${MAX_FILE_BYTES} bytes`, HINT);
}

function ofSafetensors(file: string, bytes: Uint8Array): ReadPolicy {
  const { network, seed }: Interchanged = naming(file, () => networkFromSafetensors(bytes));
  const weights = encodeWeights(network);
  return { ...loadPolicy(weights), weights: toHex(weights), ...(seed === undefined ? {} : { seed }) };
}

function ofJson(file: string, bytes: Uint8Array): ReadPolicy {
  const { weights, code: toldCode, policyHash, seed } = parse(file, bytes);
  const policy = naming(file, () => loadPolicy(hexToBytes(weights.slice(2))));
  const isOther = (told: unknown, own: Hex) =>
    told !== undefined && String(told).toLowerCase() !== own.toLowerCase();
  if (isOther(toldCode, toHex(policy.code)) || isOther(policyHash, policy.codeHash)) {
    const what = isOther(toldCode, toHex(policy.code)) ? 'bytecode' : 'policyHash';
    throw new UsageError(
      `${file}: its ${what} is not what its weights compile to (${policy.codeHash})`,
      'Whoever changed the file must change both, or neither: make it again with `aicchain train`.',
    );
  }
  return { ...policy, weights, ...(Number.isSafeInteger(seed) ? { seed: seed! } : {}) };
}

/** A file made elsewhere may have only the weights. */
function parse(file: string, bytes: Uint8Array): Pick<PolicyFile, 'weights'> & Partial<PolicyFile> {
  try {
    const told = JSON.parse(new TextDecoder().decode(bytes)) as PolicyFile | null;
    if (typeof told?.weights === 'string' && /^0x([0-9a-f]{2})+$/i.test(told.weights)) return told;
  } catch (cause) {
    throw new UsageError(`${file} cannot be read: ${(cause as Error).message}`, HINT);
  }
  throw new UsageError(`${file} has no "weights" in hex`, HINT);
}

/** What is wrong with what a file holds, told with the file. */
function naming<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof AICChainError)) throw error;
    throw new UsageError(`${file}: ${error.message}`, error.hint);
  }
}
