import { readFileSync, writeFileSync } from 'node:fs';
import { AICChainError } from '../domain/errors.ts';
import type { Address } from '../domain/ids.ts';
import type { RoundClock } from '../domain/roundClock.ts';

/** The contracts of a network, by the names that they have for each other (`NetworkConfig` in Solidity). */
export const CONTRACT_KEYS = [
  'aicc',
  'aicg',
  'timelock',
  'governor',
  'parameters',
  'vault',
  'nodes',
  'workloads',
  'policies',
  'chain',
  'reporting',
] as const;
export type ContractKey = (typeof CONTRACT_KEYS)[number];

/** Which defaults a network was started with: periods of seconds, or of hours and days. */
export type Profile = 'dev' | 'public';

/** All that one needs to know of a network besides where to reach it. Public; kept as a JSON file. */
export interface Deployment extends RoundClock {
  readonly chainId: number;
  readonly profile: Profile;
  /** Block of the first contract: there is no event before it. */
  readonly startBlock: number;
  readonly addresses: Readonly<Record<ContractKey, Address>>;
}

export function writeDeployment(file: string, deployment: Deployment): void {
  writeFileSync(file, `${JSON.stringify(deployment, null, 2)}\n`);
}

/** Reads a deployment file; says what is wrong with one that is not whole. */
export function readDeployment(file: string): Deployment {
  let value: Deployment;
  try {
    value = JSON.parse(readFileSync(file, 'utf8')) as Deployment;
  } catch (cause) {
    throw badFile(file, (cause as Error).message, cause);
  }
  for (const key of ['chainId', 'genesis', 'roundSec', 'epochRounds', 'startBlock'] as const) {
    if (!Number.isSafeInteger(value[key])) throw badFile(file, `${key} is not an integer`);
  }
  for (const key of CONTRACT_KEYS) {
    if (!/^0x[0-9a-fA-F]{40}$/.test(value.addresses?.[key]))
      throw badFile(file, `addresses.${key} is not an address`);
  }
  return value;
}

const badFile = (file: string, why: string, cause?: unknown) =>
  new AICChainError('BAD_DEPLOYMENT', `${file} is not a deployment: ${why}`, {
    hint: 'Use the file that the deployment wrote, or ask the operator of the network for it.',
    cause,
  });
