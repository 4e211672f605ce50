// The process behind `aicchain net up`: owns the embedded chain, deploys the network where there is none yet, and keeps
// its rounds, settlements, challenges and audits going until it is told to stop.
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { deployNetwork } from '../chain/deploy.ts';
import { type Deployment, readDeployment, writeDeployment } from '../chain/deployment.ts';
import { DEV_DEPLOYER_KEY, giveGas } from '../chain/devAccounts.ts';
import { type EmbeddedChain, startEmbeddedChain } from '../chain/embedded.ts';
import { AICChainError } from '../domain/errors.ts';
import { MICRO_PER_AICC } from '../domain/units.ts';
import { Home } from './home.ts';
import { Keeping } from './Keeping.ts';
import { type KeeperMessage, LOCAL } from './localNetwork.ts';
import { Wallets } from './wallets.ts';

const MATCHER = 'matcher';
const WATCHER = 'watcher';
const AUDITORS = ['auditor1', 'auditor2', 'auditor3'];
const KEEPERS_AICC_MICRO = 100_000 * MICRO_PER_AICC;

const { values } = parseArgs({ options: { home: { type: 'string' }, port: { type: 'string' } } });
const home = new Home(values.home);
const tell = (message: KeeperMessage) =>
  new Promise<void>((resolve) =>
    process.send ? process.send(message, undefined, {}, () => resolve()) : resolve(),
  );

let chain: EmbeddedChain | undefined;
try {
  chain = await startEmbeddedChain({
    dataDir: home.folder(LOCAL, 'chain'),
    clock: 'wall',
    port: Number(values.port),
  });
  const { rpcUrl } = chain;
  const wallets = new Wallets(home, LOCAL, 'keys');
  const accounts = [MATCHER, WATCHER, ...AUDITORS].map((name) => wallets.getOrCreate(name));
  const [matcher, watcher, ...auditors] = accounts;
  await giveGas(
    rpcUrl,
    accounts.map(({ address }) => address),
  );
  const deployment = await deploymentOf(
    chain,
    accounts.map(({ address }) => address),
  );
  const say = (line: string) => console.log(new Date().toISOString(), line);
  const dataDir = home.folder(LOCAL, 'auditors');
  const keeping = new Keeping({
    rpcUrl,
    deployment,
    matcher: matcher!,
    watcher: watcher!,
    auditors,
    dataDir,
    say,
  });
  await keeping.start();
  home.write(`${JSON.stringify({ pid: process.pid, rpcUrl })}\n`, LOCAL, 'keeper.json');
  await tell({ ready: { rpcUrl, deployment } });
  await new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve);
  });
  await keeping.stop();
  await chain.stop();
  process.exit(0);
} catch (error) {
  const { message } = error as Error;
  const { code, hint } = error instanceof AICChainError ? error : { code: 'NET_UP', hint: undefined };
  console.error(error);
  await tell({ error: { code, message, hint } });
  await chain?.stop();
  process.exit(1);
}

/** The network on this chain: deployed now if the chain is new. */
async function deploymentOf(on: EmbeddedChain, keepers: readonly `0x${string}`[]): Promise<Deployment> {
  const file = home.file(LOCAL, 'network.json');
  if (!on.isNew) {
    if (existsSync(file)) return readDeployment(file);
    throw new AICChainError('NO_DEPLOYMENT', `${on.stateFile} holds a chain, but ${file} is missing`, {
      hint: 'Start with --reset: it moves the folder aside (nothing is deleted) and begins a new chain.',
    });
  }
  const holders = keepers.map((address) => ({ address, aiccMicro: KEEPERS_AICC_MICRO }));
  const deployment = await deployNetwork({
    rpcUrl: on.rpcUrl,
    deployer: DEV_DEPLOYER_KEY,
    profile: 'dev',
    holders,
  });
  writeDeployment(file, deployment);
  return deployment;
}
