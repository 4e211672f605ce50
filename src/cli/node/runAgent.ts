import { spawn } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import type { Deployment } from '../../chain/deployment.ts';
import { AICChainError } from '../../domain/errors.ts';
import { onInterrupt } from '../interrupt.ts';
import type { Session } from '../Session.ts';
import { nodeConfig, nodeFolder } from './folder.ts';

const AGENT = fileURLToPath(
  new URL(`../../agent/main${extname(fileURLToPath(import.meta.url))}`, import.meta.url),
);

/** A network that came up at another address is still the same network: the node goes there. */
function followNetwork(session: Session, name: string): void {
  const config = nodeConfig(session, name);
  const { home, contexts } = session;
  const folder = nodeFolder(name);
  const own = home.readJson<Deployment>(...folder, 'network.json');
  const found = contexts
    .list()
    .find(({ context: { deployment } }) => own !== undefined && isDeepStrictEqual(deployment, own));
  if (found === undefined || found.context.rpcUrl === config.rpcUrl) return;
  const kept = home.readJson<object>(...folder, 'node.json');
  home.write(
    `${JSON.stringify({ ...kept, rpcUrl: found.context.rpcUrl }, null, 2)}\n`,
    ...folder,
    'node.json',
  );
}

/** The agent as a child; it ends when this process does, however that ends. */
export async function runAgent(session: Session, name: string): Promise<void> {
  followNetwork(session, name);
  const folder = session.home.file(...nodeFolder(name));
  const args = [
    AGENT,
    '--data',
    folder,
    '--parent-pid',
    String(process.pid),
    ...(session.out.json ? ['--json'] : []),
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const forget = onInterrupt(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const code = await ended;
  forget();
  if (code) throw new AICChainError('NODE_ENDED', `the node's agent ended with ${code}; it said why above`);
}
