import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Deployment } from '../chain/deployment.ts';
import { commandOf, endProcess } from '../chain/processes.ts';
import { AICChainError } from '../domain/errors.ts';
import type { Home } from './home.ts';
import { onInterrupt } from './interrupt.ts';

/** The keeper of the local network, as it noted itself in `local/keeper.json`. */
export interface KeeperNote {
  readonly pid: number;
  readonly rpcUrl: string;
}

/** What the keeper tells whoever started it, once. */
export type KeeperMessage =
  | { readonly ready: { readonly rpcUrl: string; readonly deployment: Deployment } }
  | {
      readonly error: { readonly code: string; readonly message: string; readonly hint?: string | undefined };
    };

const UP_WITHIN_MS = 60_000;
/** Where everything of the local network is. */
export const LOCAL = 'local';

const keeperFile = () =>
  fileURLToPath(new URL(`./keeper${extname(fileURLToPath(import.meta.url))}`, import.meta.url));

/** What tells the keeper of this folder from any other process. */
const markOf = (home: Home) => `--home ${home.path}`;

/** The keeper that runs, if one does. */
export function runningKeeper(home: Home): KeeperNote | undefined {
  const note = home.readJson<KeeperNote>(LOCAL, 'keeper.json');
  return note && commandOf(note.pid)?.includes(markOf(home)) ? note : undefined;
}

/** Starts the local network in the background; resolves when it answers. */
export async function startKeeper(
  home: Home,
  port: number,
): Promise<{ rpcUrl: string; deployment: Deployment }> {
  home.folder(LOCAL);
  const log = openSync(home.file(LOCAL, 'keeper.log'), 'a', 0o600);
  const child = spawn(process.execPath, [keeperFile(), '--home', home.path, '--port', String(port)], {
    stdio: ['ignore', log, log, 'ipc'],
    detached: true,
  });
  const forget = onInterrupt(() => void child.kill());
  const told = await new Promise<KeeperMessage>((resolve, reject) => {
    const give = (why: string) =>
      reject(
        new AICChainError('NET_UP', `the network did not start: ${why}`, {
          hint: `See ${home.file(LOCAL, 'keeper.log')}.`,
        }),
      );
    child.once('message', (message) => resolve(message as KeeperMessage));
    child.once('error', (error) => give(error.message));
    child.once('exit', (code) => give(`its keeper ended with ${code}`));
    setTimeout(() => {
      child.kill();
      give(`no answer in ${UP_WITHIN_MS / 1_000} s`);
    }, UP_WITHIN_MS).unref();
  }).finally(() => {
    forget();
    child.removeAllListeners();
    if (child.connected) child.disconnect();
    child.unref();
  });
  if ('ready' in told) return told.ready;
  const { code, message, hint } = told.error;
  throw new AICChainError(code, message, hint ? { hint } : {});
}

/** Ends the local network; true if there was one. */
export async function stopKeeper(home: Home): Promise<boolean> {
  const note = runningKeeper(home);
  return note ? endProcess(note.pid, markOf(home), 15_000) : false;
}
