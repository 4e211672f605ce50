import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { AICChainError } from '../domain/errors.ts';
import type { Checkpoint } from '../training/Checkpoint.ts';

const FORMAT = 'aicchain-checkpoint 1';
const NAME = 'training.checkpoint';

/** What a checkpoint needs of a file system; tests let it fail. */
export interface CheckpointDisk {
  write(file: number, bytes: Uint8Array): void;
}

const DISK: CheckpointDisk = {
  write(file, bytes) {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
  },
};

/**
 * The newest checkpoint of a training, in a folder. It is written beside the older one and takes its place when all of it
 * is on the disk: a full disk or a power cut leaves the older one whole.
 */
export class CheckpointFile {
  readonly path: string;
  readonly #folder: string;
  readonly #disk: CheckpointDisk;

  constructor(folder: string, disk: CheckpointDisk = DISK) {
    this.#folder = folder;
    this.path = join(folder, NAME);
    this.#disk = disk;
  }

  save(checkpoint: Checkpoint): void {
    const body = serialize(checkpoint);
    const head = Buffer.from(`${FORMAT} ${hashOf(body)}\n`);
    const temporary = `${this.path}.${process.pid}.tmp`;
    try {
      if (!existsSync(this.#folder)) mkdirSync(this.#folder);
      const file = openSync(temporary, 'w');
      try {
        this.#disk.write(file, head);
        this.#disk.write(file, body);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(temporary, this.path);
      syncFolder(this.#folder);
    } catch (cause) {
      rmSync(temporary, { force: true });
      throw new AICChainError(
        'CHECKPOINT_NOT_SAVED',
        `${this.path}: the checkpoint of update ${checkpoint.update} cannot be written: ${(cause as Error).message}`,
        {
          hint: 'The older checkpoint, if there is one, is whole. Make room and go on with --resume.',
          cause,
        },
      );
    }
  }

  /** Undefined where there is none yet. */
  load(): Checkpoint | undefined {
    const bytes = this.#read();
    if (bytes === undefined) return undefined;
    const end = bytes.indexOf('\n');
    const body = bytes.subarray(end + 1);
    if (end < 0 || bytes.toString('latin1', 0, end) !== `${FORMAT} ${hashOf(body)}`) {
      throw new AICChainError('BAD_CHECKPOINT', `${this.path} is not a whole checkpoint of this version`, {
        hint: 'Move it away and begin anew.',
      });
    }
    return deserialize(body) as Checkpoint;
  }

  #read(): Buffer | undefined {
    try {
      return readFileSync(this.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The new name of a file is on the disk when its folder is. Not every platform can open a folder. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
