import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { privateKeyToAccount } from 'viem/accounts';
import { freePort } from '../../chain/anvil.ts';
import { deployNetwork } from '../../chain/deploy.ts';
import { writeDeployment } from '../../chain/deployment.ts';
import { type EmbeddedChain, startEmbeddedChain } from '../../chain/embedded.ts';
import { rpc } from '../../chain/rpc.ts';
import {
  AICChainError,
  bandwidthCode,
  type Claims,
  computeCode,
  type GpuClass,
  latencyCode,
  MICRO_PER_AICC,
  nodeMemoryCode,
  wattsCode,
} from '../../domain/index.ts';
import { greenCertificateTypedData } from '../../reports/index.ts';
import { DemoNetwork, type DemoOptions, demoKey, type RunningNode } from './DemoNetwork.ts';
import {
  AUDITORS,
  BALANCES,
  DEMO_CLASS,
  type DemoNode,
  HONEST_MARGIN,
  NODES,
  ROUND_SEC,
} from './scenario.ts';

const WEI_PER_AICG = 10n ** 18n;
const TEN_ETHER = '0x8ac7230489e80000';
const AGENT = fileURLToPath(new URL(`../../agent/main${extname(import.meta.url)}`, import.meta.url));
/** Rounds that the demo's renewable certificate is good for: longer than the demo. */
const CERTIFICATE_ROUNDS = 10_000;

export const auditorNames = Array.from({ length: AUDITORS }, (_, i) => `auditor${i + 1}`);

const gpuClass: GpuClass = {
  name: DEMO_CLASS.name,
  computeShift: DEMO_CLASS.computeShift,
  floorComputeCode: computeCode(DEMO_CLASS.floorMflops, DEMO_CLASS.computeShift),
  floorBandwidthCode: bandwidthCode(DEMO_CLASS.floorBandwidthMbps),
  ceilingLatencyCode: latencyCode(DEMO_CLASS.ceilingLatencyMs * 1_000),
  minWattsCode: wattsCode(DEMO_CLASS.minWatts),
};

const claimsOf = (node: DemoNode): Claims => ({
  gpus: node.gpus,
  classId: 0,
  memoryCode: nodeMemoryCode(node.memoryMiBPerGpu),
  computeCode: computeCode(node.mflopsPerGpu, DEMO_CLASS.computeShift),
  bandwidthCode: bandwidthCode(node.bandwidthMbps),
  latencyCode: latencyCode(node.latencyMs * 1_000),
  wattsCode: wattsCode(node.watts),
});

/** What must be ended, however the demo ends. */
export interface Running {
  chain?: EmbeddedChain;
  demo?: DemoNetwork;
}

/** Step 1: chain, contracts, tokens, and five nodes that are processes. */
export async function startNetwork(options: DemoOptions, running: Running): Promise<DemoNetwork> {
  const { narrator, dataDir } = options;
  narrator.step(1, 'a network starts, and computers join it');
  const chain = await narrator.task('starting the chain', () =>
    startEmbeddedChain({ dataDir: join(dataDir, 'chain'), clock: 'manual' }),
  );
  running.chain = chain;
  const demo = await narrator.task('deploying the contracts', () => deploy(options, chain));
  running.demo = demo;
  const { addresses } = demo.deployment;
  narrator.line(`Chain at ${chain.rpcUrl}, state kept in ${chain.stateFile}.`);
  narrator.table([
    ['contract', 'address', 'what for'],
    ['AICC', addresses.aicc, 'pays'],
    ['AICG', addresses.aicg, 'votes'],
    ['AICChain', addresses.chain, 'holds the rounds'],
    ['timelock', addresses.timelock, 'alone may change rules; the deployer keeps no role'],
  ]);
  narrator.line();

  await narrator.task('registering nodes, auditors and a matcher', () => register(demo));
  await narrator.task('starting five node processes', () => startAgents(demo));
  narrator.table([
    [
      'node',
      'GPUs',
      'ask per GPU-h',
      'latency',
      'bandwidth',
      'compute/GPU',
      'power/GPU',
      'energy',
      'process',
    ],
    ...demo.nodes.map(({ plan, process }) => [
      plan.name,
      String(plan.gpus),
      `${plan.askAiccPerGpuHour} AICC`,
      `${plan.latencyMs} ms`,
      `${plan.bandwidthMbps} Mbps`,
      `${plan.mflopsPerGpu} MFLOPS`,
      `${plan.watts} W`,
      plan.green ? 'green' : 'grid',
      String(process.pid),
    ]),
  ]);
  narrator.line(
    'Each is a process with its own key and folder; this is what it claims of itself. Until it is',
  );
  narrator.line(
    'audited it counts at the floor of its class. node1 and node2 are those of the original idea.',
  );
  await demo.nextRound('what was registered binds from the next round');
  return demo;
}

async function deploy(options: DemoOptions, chain: EmbeddedChain): Promise<DemoNetwork> {
  const address = (name: string) => privateKeyToAccount(demoKey(options.seed, name)).address;
  const holder = (name: string, { aicc, aicg }: { aicc: number; aicg: number }) => ({
    address: address(name),
    aiccMicro: aicc * MICRO_PER_AICC,
    aicgWei: BigInt(aicg) * WEI_PER_AICG,
  });
  const holders = [
    ...NODES.map(({ name }) => holder(name, BALANCES.node)),
    ...auditorNames.map((name) => holder(name, BALANCES.auditor)),
    holder('client1', BALANCES.client),
    holder('matcher', BALANCES.matcher),
  ];
  // Gas on this chain is worth nothing, but every account needs some.
  await Promise.all(
    [...holders.map((one) => one.address), address('deployer'), address('anyone')].map((account) =>
      rpc(chain.rpcUrl, 'anvil_setBalance', [account, TEN_ETHER]),
    ),
  );
  const deployment = await deployNetwork({
    rpcUrl: chain.rpcUrl,
    deployer: demoKey(options.seed, 'deployer'),
    profile: 'dev',
    roundSec: ROUND_SEC,
    holders,
    aicgSupplyWei: holders.reduce((sum, { aicgWei }) => sum + aicgWei, 0n),
    classes: [gpuClass],
    greenIssuer: address('green issuer'),
  });
  writeDeployment(join(options.dataDir, 'network.json'), deployment);
  return DemoNetwork.over(options, chain, deployment);
}

async function register(demo: DemoNetwork): Promise<void> {
  // One after the other: ids, and with them ties of a round, must not depend on who was faster.
  const registered = [];
  for (const plan of NODES) {
    const network = demo.as(plan.name);
    const port = await freePort();
    const endpoint = `http://127.0.0.1:${port}`;
    const id = await network.nodes.register(
      claimsOf(plan),
      plan.askAiccPerGpuHour * MICRO_PER_AICC,
      endpoint,
    );
    registered.push({ id, plan, network, endpoint, port });
  }
  await Promise.all([
    ...auditorNames.map((name) => demo.as(name).reporting.registerAuditor()),
    bondMatcher(demo),
    ...voters(demo).map((voter) => voter.governance.delegate()),
    ...registered.filter(({ plan }) => plan.green).map(({ id, network }) => certifyGreen(demo, id, network)),
  ]);
  demo.nodes.push(...registered.map((node) => ({ ...node, process: spawnAgent(demo, node) })));
}

/** Whoever votes in the demo: the nodes and the client. */
export const voters = (demo: DemoNetwork) =>
  [...NODES.map(({ name }) => name), 'client1'].map((name) => demo.as(name));

async function bondMatcher(demo: DemoNetwork): Promise<void> {
  const matcher = demo.as('matcher');
  await matcher.rounds.bond(await matcher.parameters.current('minMatcherBondMicro'));
}

async function certifyGreen(demo: DemoNetwork, node: number, network: RunningNode['network']): Promise<void> {
  const certificate = {
    node,
    untilRound: CERTIFICATE_ROUNDS,
    nullifier: demoKey(demo.options.seed, `certificate of node ${node}`),
  };
  const issuer = privateKeyToAccount(demoKey(demo.options.seed, 'green issuer'));
  const { chainId, addresses } = demo.deployment;
  const signature = await issuer.signTypedData(
    greenCertificateTypedData(certificate, chainId, addresses.nodes),
  );
  await network.nodes.presentGreenCertificate({ ...certificate, signature });
}

/** Key, configuration and journal of a node are in its own folder; the profile that shapes its service is its own affair. */
function spawnAgent(demo: DemoNetwork, node: Omit<RunningNode, 'process'> & { port: number }): ChildProcess {
  const { plan, id, port } = node;
  const folder = join(demo.options.dataDir, 'nodes', plan.name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, 'key'), demoKey(demo.options.seed, plan.name), { mode: 0o600 });
  const config = {
    rpcUrl: demo.chain.rpcUrl,
    deployment: join(demo.options.dataDir, 'network.json'),
    nodeId: id,
    keyFile: 'key',
    port,
    profile: {
      latencyUs: Math.round((plan.latencyMs * 1_000) / HONEST_MARGIN),
      bandwidthMbps: plan.bandwidthMbps * HONEST_MARGIN,
      computeMflopsPerGpu: plan.mflopsPerGpu * plan.deliveredCompute,
    },
  };
  writeFileSync(join(folder, 'node.json'), JSON.stringify(config, null, 2));
  return spawn(process.execPath, [AGENT, '--data', folder, '--json', '--parent-pid', String(process.pid)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C is the demo's to handle: it ends its nodes in order.
    detached: process.platform !== 'win32',
  });
}

/** Resolves once every node serves. */
async function startAgents(demo: DemoNetwork): Promise<void> {
  await Promise.all(
    demo.nodes.map(
      ({ plan, process: child }) =>
        new Promise<void>((resolve, reject) => {
          let complaint = '';
          child.stderr?.on('data', (chunk: Buffer) => {
            complaint += chunk;
          });
          createInterface({ input: child.stdout! }).on('line', (line) => {
            if (line.includes('"listening"')) resolve();
          });
          child.once('exit', (code) =>
            reject(
              new AICChainError(
                'NODE_ENDED',
                `${plan.name} ended with code ${code}: ${complaint.trim() || 'no message'}`,
              ),
            ),
          );
        }),
    ),
  );
}
