import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandOf } from '../chain/processes.ts';
import { AICChainError } from '../domain/errors.ts';

const heldHere = new Set<string>();

/** Takes a data folder for this process, so that no workload is run twice by two agents. Returns how to give it back. */
export function lockFolder(dataDir: string): () => void {
  const path = join(dataDir, 'agent.lock');
  const own = `${process.pid} ${commandOf(process.pid) ?? ''}`;
  const held = readLock(path);
  const pid = Number.parseInt(held ?? '', 10);
  // A pid alone may be somebody else's by now: the command line must be the same too.
  const isHeld = pid === process.pid ? heldHere.has(path) : `${pid} ${commandOf(pid) ?? 'gone'}` === held;
  if (held !== undefined && isHeld) throw inUse(dataDir, held);
  rmSync(path, { force: true });
  try {
    writeFileSync(path, own, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') throw inUse(dataDir, readLock(path));
    throw cause;
  }
  heldHere.add(path);
  return () => {
    if (heldHere.delete(path)) rmSync(path, { force: true });
  };
}

function readLock(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

const inUse = (dataDir: string, held: string | undefined) =>
  new AICChainError('DATA_IN_USE', `${dataDir} is in use by process ${Number.parseInt(held ?? '', 10)}`, {
    hint: 'End that agent, or name another folder with --data.',
  });
