import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { AICChainError } from '../domain/errors.ts';
import { UsageError } from './usage.ts';

/** `path` and what is missing above it, one by one: Node's own recursive call never returns on some file systems. */
export function makeFolders(path: string): void {
  if (existsSync(path) && statSync(path).isDirectory()) return;
  if (dirname(path) !== path) makeFolders(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

/** Reads a file that the user named. */
export function readNamedFile(file: string, hint?: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UsageError(`${file} cannot be read: ${(cause as Error).message}`, hint);
  }
}

/** Writes a file that the user named; a place where that cannot be is the user's to correct. */
export function writeNamedFile(file: string, content: string | Uint8Array): void {
  namedPlace(file, () => writeFileSync(file, content));
}

/** Refuses, before long work, a file that could not be written after it. What is there stays as it is. */
export function requireWritable(file: string): void {
  namedPlace(file, () => {
    const isNew = !existsSync(file);
    closeSync(openSync(file, 'a'));
    if (isNew) rmSync(file);
  });
}

/** `makeFolders` for a folder that the user named. */
export const makeNamedFolder = (path: string): void => namedPlace(path, () => makeFolders(resolve(path)));

function namedPlace(path: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    throw new UsageError(`cannot write ${path}: ${(cause as Error).message}`, 'Name another place.');
  }
}

/** The data folder of the command line: contexts, wallets, the local network. Nobody else may read it. */
export class Home {
  readonly path: string;

  constructor(path: string | undefined) {
    this.path = resolve(path ?? process.env.AICCHAIN_HOME ?? join(homedir(), '.aicchain'));
  }

  file(...parts: string[]): string {
    return join(this.path, ...parts);
  }

  has(...parts: string[]): boolean {
    return existsSync(this.file(...parts));
  }

  /** The folder `parts`, made if needed. */
  folder(...parts: string[]): string {
    const path = this.file(...parts);
    try {
      makeFolders(path);
    } catch (cause) {
      throw new AICChainError('DATA_FOLDER', `cannot make ${path}: ${(cause as Error).message}`, {
        hint: 'Name a folder that you may write with --data DIR.',
        cause,
      });
    }
    return path;
  }

  readJson<T>(...parts: string[]): T | undefined {
    const path = this.file(...parts);
    if (!existsSync(path)) return undefined;
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as T;
    } catch (cause) {
      throw new AICChainError('DATA_DAMAGED', `${path} cannot be read: ${(cause as Error).message}`, {
        hint: 'Correct the file, or move it away to begin anew.',
        cause,
      });
    }
  }

  /** Writes the whole file or nothing: a crash leaves the old one. */
  write(text: string, ...parts: string[]): void {
    const path = this.file(...parts);
    this.folder(...parts.slice(0, -1));
    writeFileSync(`${path}.new`, text, { mode: 0o600 });
    chmodSync(`${path}.new`, 0o600);
    renameSync(`${path}.new`, path);
  }
}
