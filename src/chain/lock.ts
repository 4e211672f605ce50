import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AICChainError } from '../domain/errors.ts';
import { commandOf, endProcess } from './processes.ts';

/** Who uses a chain folder: the process that owns it and the anvil that it started. */
export interface ChainLock {
  readonly pid: number;
  /** Command line of the owner: a pid alone may meanwhile be somebody else's. */
  readonly command: string;
  readonly anvilPid?: number;
  readonly port?: number;
}

const heldHere = new Set<string>();
const lockFile = (dataDir: string) => join(dataDir, 'chain.lock');

/** The lock of a folder, or undefined where there is none (or none that can be read). */
export function readLock(dataDir: string): ChainLock | undefined {
  try {
    return JSON.parse(readFileSync(lockFile(dataDir), 'utf8')) as ChainLock;
  } catch {
    return undefined;
  }
}

/** Takes the folder for this process. A lock whose owner is gone is cleared, and the chain it left behind is ended. */
export async function takeLock(dataDir: string, stateFile: string): Promise<void> {
  const old = readLock(dataDir);
  if (old !== undefined) {
    const owned = old.pid === process.pid ? heldHere.has(dataDir) : commandOf(old.pid) === old.command;
    if (owned) throw inUse(dataDir, old);
    if (old.anvilPid !== undefined) await endProcess(old.anvilPid, stateFile);
  }
  rmSync(lockFile(dataDir), { force: true });
  try {
    writeLock(dataDir, {}, 'wx');
  } catch (cause) {
    throw inUse(dataDir, readLock(dataDir), cause);
  }
  heldHere.add(dataDir);
}

/** Notes in the lock of this process which chain it started. */
export function writeLock(
  dataDir: string,
  chain: { anvilPid?: number; port?: number },
  flag: 'w' | 'wx' = 'w',
): void {
  const lock: ChainLock = { pid: process.pid, command: commandOf(process.pid) ?? '', ...chain };
  writeFileSync(lockFile(dataDir), `${JSON.stringify(lock)}\n`, { flag, mode: 0o600 });
}

export function releaseLock(dataDir: string): void {
  if (heldHere.delete(dataDir)) rmSync(lockFile(dataDir), { force: true });
}

const inUse = (dataDir: string, lock: ChainLock | undefined, cause?: unknown) =>
  new AICChainError('DATA_IN_USE', `${dataDir} is in use by process ${lock?.pid ?? 'unknown'}`, {
    hint: 'End that process, or name another folder with --data.',
    cause,
    retryable: true,
  });
