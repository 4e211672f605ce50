import { spawn } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AICChainError } from '../../domain/errors.ts';
import { onInterrupt } from '../interrupt.ts';
import type { Session } from '../Session.ts';
import { nodeConfig, nodeFolder } from './folder.ts';

const AGENT = fileURLToPath(
  new URL(`../../agent/main${extname(fileURLToPath(import.meta.url))}`, import.meta.url),
);

/** The agent as a child; it ends when this process does, however that ends. */
export async function runAgent(session: Session, name: string): Promise<void> {
  nodeConfig(session, name);
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
