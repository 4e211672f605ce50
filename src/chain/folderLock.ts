import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { AICChainError } from '../domain/errors.ts';
import { commandOf } from './processes.ts';

/** Who uses a folder, and what it noted for whoever comes after it. */
export type LockRecord<Notes extends object> = Partial<Notes> & {
  readonly pid: number;
  /** Command line of the owner: a pid alone may meanwhile be somebody else's. */
  readonly command: string;
};

export interface FolderLock<Notes extends object> {
  /** What an owner that is gone had noted; kept until this owner notes something of its own. */
  readonly left: Partial<Notes>;
  note(notes: Notes): void;
  release(): void;
}

const heldHere = new Set<string>();

/** The lock in `path`, or undefined where there is none (or none that can be read). */
export function readLock<Notes extends object>(path: string): LockRecord<Notes> | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as LockRecord<Notes>;
  } catch {
    return undefined;
  }
}

/** Takes `folder` for this process by the lock file `path` in it. A lock whose owner is gone is taken over. */
export function lockFolder<Notes extends object>(folder: string, path: string): FolderLock<Notes> {
  const old = readLock<Notes>(path);
  if (old !== undefined) {
    const isHeld = old.pid === process.pid ? heldHere.has(path) : commandOf(old.pid) === old.command;
    if (isHeld) throw inUse(folder, old.pid);
  }
  const owner = { pid: process.pid, command: commandOf(process.pid) ?? '' };
  const write = (record: object, flag: 'w' | 'wx') =>
    writeFileSync(path, `${JSON.stringify(record)}\n`, { flag, mode: 0o600 });
  rmSync(path, { force: true });
  try {
    write({ ...old, ...owner }, 'wx');
  } catch (cause) {
    // Somebody else was faster.
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') throw inUse(folder, readLock(path)?.pid, cause);
    throw cause;
  }
  heldHere.add(path);
  return {
    left: old ?? {},
    note: (notes) => write({ ...owner, ...notes }, 'w'),
    release: () => {
      if (heldHere.delete(path)) rmSync(path, { force: true });
    },
  };
}

const inUse = (folder: string, pid: number | undefined, cause?: unknown) =>
  new AICChainError('DATA_IN_USE', `${folder} is in use by process ${pid ?? 'unknown'}`, {
    hint: 'End that process, or name another folder with --data.',
    cause,
    retryable: true,
  });
