import { copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AICChainError } from '../domain/errors.ts';
import { Anvil, freePort } from './anvil.ts';
import { freezeClock } from './clock.ts';
import { lockFolder } from './folderLock.ts';
import { endProcess } from './processes.ts';

export interface EmbeddedChainOptions {
  /** Folder of the chain: `state.json` and `chain.lock`. Made if it does not exist. */
  readonly dataDir: string;
  /** 0: any free port. */
  readonly port?: number;
  /** 'wall': blocks carry the time of the day. 'manual': time stands still until `ChainClock` moves it. */
  readonly clock: 'manual' | 'wall';
  readonly chainId?: number;
  /** Timestamp of block 0 of a new chain with a manual clock, seconds. */
  readonly startsAt?: number;
  /** Keep old states, which rollbacks need; otherwise they are dropped, and memory and disk stay small. */
  readonly keepHistory?: boolean;
}

export interface EmbeddedChain {
  readonly rpcUrl: string;
  readonly port: number;
  readonly pid: number;
  readonly stateFile: string;
  /** True if the folder held no chain before. */
  readonly isNew: boolean;
  /** Ends the chain; its state is on disk when the promise resolves. */
  stop(): Promise<void>;
}

/**
 * Of a block; a transaction may still hold no more than on real chains. Anvil sometimes forgets what did not fit into a
 * block until the next transaction comes, so everything must fit.
 */
const BLOCK_GAS = 10_000_000_000;
/** 2026-01-01T00:00:00Z: where a manual clock starts, so that it depends on nothing. */
const STARTS_AT = 1_767_225_600;

/** What the owner of a chain notes of it in the lock of its folder. */
export interface ChainNotes {
  readonly anvilPid: number;
  readonly port: number;
}

export const chainLockFile = (dataDir: string) => join(dataDir, 'chain.lock');

/**
 * Starts a chain as a child process, with persistent state. It ends with this process, however that ends.
 *
 * @example
 * const chain = await startEmbeddedChain({ dataDir: '.aicchain/chain', clock: 'manual' });
 * console.log(chain.rpcUrl);
 * await chain.stop();
 */
export async function startEmbeddedChain(options: EmbeddedChainOptions): Promise<EmbeddedChain> {
  const dataDir = resolve(options.dataDir);
  const stateFile = join(dataDir, 'state.json');
  makeFolder(dataDir);
  const lock = lockFolder<ChainNotes>(dataDir, chainLockFile(dataDir));
  try {
    // A chain whose owner is gone is ended before another one takes its state.
    if (lock.left.anvilPid !== undefined) await endProcess(lock.left.anvilPid, stateFile);
    const isNew = !existsSync(stateFile);
    const port = options.port ?? 0;
    if (port !== 0) await freePort(port);
    const anvil = new Anvil(stateFile, port, [
      ...['--state', stateFile, '--state-interval', '5', '--chain-id', String(options.chainId ?? 31337)],
      ...['--enable-tx-gas-limit', '--gas-limit', String(BLOCK_GAS)],
      ...(options.keepHistory ? [] : ['--prune-history']),
      ...(isNew && options.clock === 'manual' ? ['--timestamp', String(options.startsAt ?? STARTS_AT)] : []),
    ]);
    lock.note({ anvilPid: anvil.pid, port });
    await anvil.untilUp();
    lock.note({ anvilPid: anvil.pid, port: anvil.port });
    // Anvil rewrites its state in place: if that is ever cut short, the state of the last start is still there.
    if (!isNew) copyFileSync(stateFile, `${stateFile}.last-start`);
    if (options.clock === 'manual') await freezeClock(anvil.rpcUrl);
    const stop = async () => {
      await anvil.stop();
      lock.release();
    };
    return { rpcUrl: anvil.rpcUrl, port: anvil.port, pid: anvil.pid, stateFile, isNew, stop };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Moves a folder aside, so that the next start begins anew and nothing is lost. Returns its new name, if there was one. */
export function setAside(folder: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  for (let n = 1; ; n++) {
    const aside = `${resolve(folder)}.old-${n}`;
    if (existsSync(aside)) continue;
    renameSync(folder, aside);
    return aside;
  }
}

function makeFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new AICChainError(
      'DATA_FOLDER',
      `cannot make the data folder ${dataDir}: ${(cause as Error).message}`,
      {
        hint: 'Name a folder that you may write with --data.',
        cause,
      },
    );
  }
}
