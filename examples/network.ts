// A small network of one's own for the examples: node1, node2 and workload1 of the original idea, on a fresh chain.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts';
import { giveGas } from '../src/chain/devAccounts.ts';
import {
  bandwidthCode,
  ChainClock,
  computeCode,
  connect,
  deployNetwork,
  latencyCode,
  MICRO_PER_AICC,
  neededMemoryCode,
  nodeMemoryCode,
  type Submission,
  startEmbeddedChain,
  wattsCode,
} from '../src/index.ts';

const CLASS = {
  name: 'example-cpu',
  computeShift: 0,
  floorComputeCode: computeCode(96, 0),
  floorBandwidthCode: bandwidthCode(40),
  ceilingLatencyCode: latencyCode(40_000),
  minWattsCode: wattsCode(100),
};

const claims = (gpus: number, mflops: number, mbps: number, latencyMs: number, watts: number) => ({
  gpus,
  classId: 0,
  memoryCode: nodeMemoryCode(8_192),
  computeCode: computeCode(mflops, CLASS.computeShift),
  bandwidthCode: bandwidthCode(mbps),
  latencyCode: latencyCode(latencyMs * 1_000),
  wattsCode: wattsCode(watts),
});

const workload1: Submission = {
  gpus: 2,
  memoryCode: neededMemoryCode(2_048),
  classMask: 0, // any class
  computeGflop: 1_000,
  dataMB: 100,
  leaseSec: 0, // a job, not a lease
  maxDurationSec: 9_000,
  priority: 8_000,
  minTrustBps: 0,
  maxRetries: 1,
  budgetMicro: 260 * MICRO_PER_AICC, // for the work; fees and surcharge come on top
  openRounds: 100,
  specHash: `0x${'01'.repeat(32)}`, // of the document that the node gets; nothing runs here
};

/** Everything up to the round in which workload1 waits for its match. `stop` ends the chain. */
export async function exampleNetwork() {
  const dataDir = mkdtempSync(join(tmpdir(), 'aicchain-example-'));
  const chain = await startEmbeddedChain({ dataDir, clock: 'manual' });
  const { rpcUrl } = chain;
  const stop = async () => {
    await chain.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const [deployer, operator1, operator2, client, matcher] = Array.from({ length: 5 }, generatePrivateKey);
    const addresses = [deployer!, operator1!, operator2!, client!, matcher!].map(privateKeyToAddress);
    await giveGas(rpcUrl, addresses);
    const holders = addresses.map((address) => ({ address, aiccMicro: 2_000 * MICRO_PER_AICC }));
    const deployment = await deployNetwork({
      rpcUrl,
      deployer: deployer!,
      profile: 'dev',
      holders,
      classes: [CLASS],
    });
    const { network, state, aicchain, refresh } = await connect({ rpcUrl, deployment, account: client! });
    const clock = new ChainClock(rpcUrl, deployment);

    await network
      .as(operator1!)
      .nodes.register(claims(4, 192, 100, 10, 500), 60 * MICRO_PER_AICC, 'http://node1.example');
    await network
      .as(operator2!)
      .nodes.register(claims(2, 176, 80, 15, 700), 50 * MICRO_PER_AICC, 'http://node2.example');
    const workload = await network.workloads.submit(workload1);
    await clock.advanceRounds(1); // what was written binds from the next round
    await refresh();
    return { network, matcher: network.as(matcher!), state, aicchain, refresh, deployment, workload, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
