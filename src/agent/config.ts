import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { privateKeyToAccount } from 'viem/accounts';
import { AICChainError } from '../domain/errors.ts';
import type { Hex } from '../domain/index.ts';
import type { Profile } from './shaping.ts';

/** `node.json` in the agent's data folder. */
export interface AgentConfig {
  readonly rpcUrl: string;
  /** Deployment file of the network; absolute, or relative to the data folder. */
  readonly deployment: string;
  readonly nodeId: number;
  /** File with the node owner's private key (hex); absolute, or relative to the data folder. */
  readonly keyFile: string;
  /** Default 127.0.0.1. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly storeQuotaMB: number;
  /** Whether inputs may be fetched from an address that the client names. Off: the address may be of a private network. */
  readonly fetchInputs: boolean;
  readonly profile?: Profile;
}

const FIELDS = [
  'rpcUrl',
  'deployment',
  'nodeId',
  'keyFile',
  'host',
  'port',
  'storeQuotaMB',
  'fetchInputs',
  'profile',
];
const PROFILE_FIELDS = ['latencyUs', 'bandwidthMbps', 'computeMflopsPerGpu'] as const;

/** Reads and checks `node.json`; the error names file and field. */
export function readConfig(dataDir: string): AgentConfig {
  const path = resolve(dataDir, 'node.json');
  let config: Record<string, unknown>;
  try {
    config = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw bad(path, cause instanceof SyntaxError ? 'is not JSON' : 'cannot be read', cause);
  }
  if (config === null || typeof config !== 'object') throw bad(path, 'is not an object');
  const unknown = Object.keys(config).find((key) => !FIELDS.includes(key));
  if (unknown !== undefined) throw bad(path, `has the unknown field ${unknown}`);
  const text = (field: string, fallback?: string): string => {
    const value = config[field] ?? fallback;
    if (typeof value !== 'string' || value === '') throw bad(path, `needs ${field}, a string`);
    return value;
  };
  const integer = (field: string, min: number, max: number, fallback?: number): number => {
    const value = config[field] ?? fallback;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max)
      throw bad(path, `needs ${field}, an integer from ${min} to ${max}`);
    return value;
  };
  const fetchInputs = config.fetchInputs ?? false;
  if (typeof fetchInputs !== 'boolean') throw bad(path, 'needs fetchInputs to be true or false');
  const profile = parseProfile(config.profile, path);
  return {
    rpcUrl: text('rpcUrl'),
    deployment: resolve(dataDir, text('deployment')),
    nodeId: integer('nodeId', 1, 2 ** 32 - 1),
    keyFile: resolve(dataDir, text('keyFile')),
    host: text('host', '127.0.0.1'),
    port: integer('port', 0, 65_535, 0),
    storeQuotaMB: integer('storeQuotaMB', 1, 2 ** 32, 10_240),
    fetchInputs,
    ...(profile === undefined ? {} : { profile }),
  };
}

/** The account whose key is in the file. */
export function readAccount(keyFile: string) {
  try {
    return privateKeyToAccount(readFileSync(keyFile, 'utf8').trim() as Hex);
  } catch (cause) {
    throw new AICChainError('BAD_KEY_FILE', `${keyFile} holds no private key (0x and 64 hex digits)`, {
      hint: 'Name the file with the key of the node owner in keyFile of node.json.',
      cause,
    });
  }
}

function parseProfile(value: unknown, path: string): Profile | undefined {
  if (value === undefined) return undefined;
  if (value === null || typeof value !== 'object') throw bad(path, 'needs profile to be an object');
  for (const [field, number] of Object.entries(value)) {
    if (!PROFILE_FIELDS.some((known) => known === field))
      throw bad(path, `has the unknown field profile.${field}`);
    if (typeof number !== 'number' || !(number > 0) || !Number.isFinite(number))
      throw bad(path, `needs profile.${field} to be a positive number`);
  }
  return value as Profile;
}

function bad(path: string, problem: string, cause?: unknown): AICChainError {
  return new AICChainError('BAD_CONFIG', `${path} ${problem}`, {
    hint: 'Correct node.json, or write it anew with `aicchain node register`.',
    cause,
  });
}
