import type { Hex, LocalAccount } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { encodeDeployData, encodeFunctionData, getContractAddress } from 'viem/utils';
import { AICChainError } from '../domain/errors.ts';
import type { Address } from '../domain/ids.ts';
import { PARAMETERS, type ParameterValues } from '../domain/parameters.ts';
import type { GpuClass } from '../domain/types.ts';
import { WEI_PER_MICRO } from '../domain/units.ts';
import { BYTECODES } from './bytecodes.ts';
import { textBytes32 } from './bytes32.ts';
import { ABIS } from './contracts.ts';
import { CONTRACT_KEYS, type ContractKey, type Deployment, type Profile } from './deployment.ts';
import { DEFAULT_CLASSES, PROFILES } from './profiles.ts';
import { waitForReceipt } from './receipt.ts';
import { rpc } from './rpc.ts';

/** Who holds tokens from the beginning. */
export interface Holder {
  readonly address: Address;
  readonly aiccMicro?: number;
  readonly aicgWei?: bigint;
}

export interface DeployOptions {
  readonly rpcUrl: string;
  /** Pays for the deployment and holds what no holder gets. Afterwards it has no power over the network,
   * but to sign green certificates where nobody else is named for that and no vote names another. */
  readonly deployer: Hex | LocalAccount;
  readonly profile: Profile;
  readonly holders?: readonly Holder[];
  /** Whole supply, never more: micro-AICC and wei of AICG. */
  readonly aiccSupplyMicro?: number;
  readonly aicgSupplyWei?: bigint;
  readonly classes?: readonly GpuClass[];
  /** Signs green certificates; the deployer unless named. */
  readonly greenIssuer?: Address;
  /** Where the profile's defaults do not fit. */
  readonly parameters?: Partial<ParameterValues>;
  readonly roundSec?: number;
  readonly epochRounds?: number;
}

const NOBODY: Address = `0x${'00'.repeat(20)}`;
const AICC_SUPPLY_MICRO = 1_000_000_000_000_000; // a thousand million AICC
const AICG_SUPPLY_WEI = 10n ** 25n; // ten million AICG

/** Above what the longest constructor uses, beside storing its code; unused gas is not paid. */
const CONSTRUCTOR_GAS = 5_000_000n;
const GAS_PER_CODE_BYTE = 220n;
const TRANSFER_GAS = 120_000n;

/**
 * Deploys a whole network at addresses that are known beforehand. Nobody has a special right over it afterwards:
 * the timelock has no admin, its only proposer is the governor, and anyone may execute what it lets through.
 *
 * @example
 * const deployment = await deployNetwork({ rpcUrl, deployer: privateKey, profile: 'dev' });
 * writeDeployment('network.json', deployment);
 */
export async function deployNetwork(options: DeployOptions): Promise<Deployment> {
  const { rpcUrl, profile, deployer } = options;
  const account = typeof deployer === 'string' ? privateKeyToAccount(deployer) : deployer;
  const { chainId, nonce, startBlock, genesis, gasPrice } = await startingPoint(rpcUrl, account.address);
  const addressOf = (i: number) => getContractAddress({ from: account.address, nonce: BigInt(nonce + i) });
  const addresses = Object.fromEntries(CONTRACT_KEYS.map((key, i) => [key, addressOf(i)]));
  const deployment: Deployment = {
    chainId,
    profile,
    startBlock,
    genesis,
    roundSec: options.roundSec ?? PROFILES[profile].roundSec,
    epochRounds: options.epochRounds ?? PROFILES[profile].epochRounds,
    addresses: addresses as Deployment['addresses'],
  };
  const steps = [
    ...creations(deployment, account.address, options),
    ...transfers(deployment, options.holders ?? []),
  ];
  // All at once: their nonces put them in order.
  const all = await Promise.all(
    steps.map(async ({ to, data, gas }, i) => {
      const fee = { type: 'legacy', gasPrice } as const;
      const signed = await account.signTransaction({
        ...fee,
        chainId,
        nonce: nonce + i,
        data,
        gas,
        ...(to ? { to } : {}),
      });
      const hash = await rpc<Hex>(rpcUrl, 'eth_sendRawTransaction', [signed]);
      return { hash, from: account.address, nonce: nonce + i, signed };
    }),
  );
  for (const [i, { hash, ...sent }] of all.entries()) {
    const { status } = await waitForReceipt(rpcUrl, hash, sent);
    if (status === 'success') continue;
    throw new AICChainError(
      'DEPLOYMENT_FAILED',
      `step ${i + 1} of ${steps.length} (${steps[i]?.what}) was reverted`,
      {
        hint: `Transaction ${hash} says why.`,
      },
    );
  }
  return deployment;
}

interface Step {
  readonly what: string;
  readonly to?: Address;
  readonly data: Hex;
  readonly gas: bigint;
}

async function startingPoint(rpcUrl: string, deployer: Address) {
  const [chainId, nonce, latest, gasPrice] = await Promise.all([
    rpc<Hex>(rpcUrl, 'eth_chainId', []),
    rpc<Hex>(rpcUrl, 'eth_getTransactionCount', [deployer, 'pending']),
    rpc<{ number: Hex; timestamp: Hex }>(rpcUrl, 'eth_getBlockByNumber', ['latest', false]),
    rpc<Hex>(rpcUrl, 'eth_gasPrice', []),
  ]);
  return {
    chainId: Number(chainId),
    nonce: Number(nonce),
    startBlock: Number(latest.number) + 1,
    genesis: Number(latest.timestamp),
    gasPrice: BigInt(gasPrice) * 2n,
  };
}

/** The contracts in the order of their addresses, each with the arguments of its constructor. */
function creations(deployment: Deployment, deployer: Address, options: DeployOptions): Step[] {
  const { profile, genesis, roundSec, epochRounds, addresses } = deployment;
  const periods = PROFILES[profile];
  const config = { ...addresses, genesis: BigInt(genesis), roundSec, epochRounds };
  const classes = (options.classes ?? DEFAULT_CLASSES).map((one) => ({
    ...one,
    name: textBytes32(one.name),
  }));
  const values = { ...defaults(profile), ...options.parameters };
  const supply = BigInt(options.aiccSupplyMicro ?? AICC_SUPPLY_MICRO) * WEI_PER_MICRO;
  const args: Readonly<Record<ContractKey, readonly unknown[]>> = {
    aicc: [supply],
    aicg: [options.aicgSupplyWei ?? AICG_SUPPLY_WEI],
    timelock: [BigInt(periods.timelockDelaySec), [addresses.governor], [NOBODY], NOBODY],
    governor: [
      addresses.aicg,
      addresses.timelock,
      periods.votingDelaySec,
      periods.votingPeriodSec,
      periods.proposalThresholdWei,
      BigInt(periods.quorumPercent),
      periods.lateQuorumExtensionSec,
    ],
    parameters: [config, PARAMETERS.map(({ name }) => BigInt(values[name])), periods.cooldownsApply],
    vault: [config],
    nodes: [config, classes, options.greenIssuer ?? deployer],
    workloads: [config],
    policies: [config],
    chain: [config],
    reporting: [config],
  };
  return CONTRACT_KEYS.map((key) => {
    const data = encodeDeployData({
      abi: ABIS[key],
      bytecode: BYTECODES[key],
      args: args[key],
    } as never) as Hex;
    return { what: key, data, gas: CONSTRUCTOR_GAS + GAS_PER_CODE_BYTE * BigInt(data.length / 2) };
  });
}

function transfers({ addresses }: Deployment, holders: readonly Holder[]): Step[] {
  const step = (token: 'aicc' | 'aicg', to: Address, wei: bigint): Step[] => {
    if (wei === 0n) return [];
    const data = encodeFunctionData({ abi: ABIS[token], functionName: 'transfer', args: [to, wei] });
    return [{ what: `${token} for ${to}`, to: addresses[token], data, gas: TRANSFER_GAS }];
  };
  return holders.flatMap(({ address, aiccMicro = 0, aicgWei = 0n }) => [
    ...step('aicc', address, BigInt(aiccMicro) * WEI_PER_MICRO),
    ...step('aicg', address, aicgWei),
  ]);
}

const defaults = (profile: Profile) =>
  Object.fromEntries(PARAMETERS.map((spec) => [spec.name, spec[profile]])) as unknown as ParameterValues;
