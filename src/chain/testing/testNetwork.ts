import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keccak256, stringToHex } from 'viem';
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import { bandwidthCode, computeCode, latencyCode, nodeMemoryCode, wattsCode } from '../../domain/codes.ts';
import { type Claims, FEATURES, type IntegerNetwork, PRIORITY_FEATURE } from '../../domain/types.ts';
import { MICRO_PER_AICC } from '../../domain/units.ts';
import type { Submission } from '../AIWorkloads.ts';
import { ChainClock } from '../clock.ts';
import { type DeployOptions, deployNetwork } from '../deploy.ts';
import { DEV_DEPLOYER_KEY, giveGas } from '../devAccounts.ts';
import { type EmbeddedChainOptions, startEmbeddedChain } from '../embedded.ts';
import { NetworkClient } from '../NetworkClient.ts';

/** An account that follows from its name. */
export const actor = (name: string): PrivateKeyAccount => privateKeyToAccount(keccak256(stringToHex(name)));

/** A whole network on a fresh embedded chain; `named` accounts hold both tokens and gas. */
export async function startTestNetwork(
  named: readonly string[],
  options: Partial<DeployOptions> & Pick<Partial<EmbeddedChainOptions>, 'keepHistory' | 'startsAt'> = {},
) {
  const dataDir = mkdtempSync(join(tmpdir(), 'aicchain-network-'));
  const { keepHistory = false, startsAt, ...rest } = options;
  const start = startsAt === undefined ? {} : { startsAt };
  const chain = await startEmbeddedChain({ dataDir, clock: 'manual', keepHistory, ...start });
  const { rpcUrl } = chain;
  const actors = named.map(actor);
  const holders = actors.map(({ address }) => ({
    address,
    aiccMicro: 10_000 * MICRO_PER_AICC,
    aicgWei: 10n ** 24n,
  }));
  await giveGas(
    rpcUrl,
    holders.map(({ address }) => address),
  );
  const deployment = await deployNetwork({
    rpcUrl,
    deployer: DEV_DEPLOYER_KEY,
    profile: 'dev',
    holders,
    ...rest,
  });
  const clients = Object.fromEntries(
    actors.map((account, i) => [named[i]!, new NetworkClient({ rpcUrl, deployment, account })]),
  );
  return {
    chain,
    deployment,
    clock: new ChainClock(rpcUrl, deployment),
    client: (name: string): NetworkClient => clients[name]!,
    async stop() {
      await chain.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export type TestNetwork = Awaited<ReturnType<typeof startTestNetwork>>;

/** Four GPUs of class 0, 2 GFLOPS each. */
export const CLAIMS: Claims = {
  gpus: 4,
  classId: 0,
  memoryCode: nodeMemoryCode(8_192),
  computeCode: computeCode(2_000, 0),
  bandwidthCode: bandwidthCode(100),
  latencyCode: latencyCode(10_000),
  wattsCode: wattsCode(120),
};

/** Two GPUs, a few seconds of an unaudited node of class 0. */
export const SUBMISSION: Submission = {
  gpus: 2,
  memoryCode: nodeMemoryCode(4_096),
  classMask: 0,
  computeGflop: 4,
  dataMB: 10,
  leaseSec: 0,
  maxDurationSec: 3_600,
  priority: 2_500,
  minTrustBps: 0,
  maxRetries: 1,
  budgetMicro: 2 * MICRO_PER_AICC,
  openRounds: 100,
  specHash: keccak256(stringToHex('spec')),
};

/** A small network of positive weights on everything but priority: nothing learned, and priority cannot raise the penalty. */
export function monotoneNetwork(): IntegerNetwork {
  const hidden = 8;
  const w1 = new Int8Array(FEATURES * hidden).fill(3);
  w1.fill(-3, PRIORITY_FEATURE * hidden, (PRIORITY_FEATURE + 1) * hidden);
  return {
    hidden,
    s1: 6,
    s2: 6,
    s3: 2,
    b1: new Int32Array(hidden).fill(32),
    w1,
    b2: new Int32Array(hidden).fill(32),
    w2: new Int8Array(hidden * hidden).fill(5),
    b3: 2,
    w3: new Int8Array(hidden).fill(60),
  };
}
