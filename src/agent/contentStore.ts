import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { AICChainError } from '../domain/errors.ts';
import { type ContentHash, isContentHash } from './document.ts';

export interface StoredContent {
  readonly hash: ContentHash;
  readonly bytes: number;
}

export interface ContentStoreOptions {
  readonly quotaBytes?: number;
  /** What must stay. Where room is short, the oldest of all else goes. By default everything stays. */
  readonly needed?: () => Promise<ReadonlySet<ContentHash>>;
}

/** Nothing younger is dropped: whoever brought it may be about to need it. */
const KEPT_MS = 10 * 60_000;

/**
 * Files by their sha256, in one folder. A file is there whole or not at all: it is written beside, flushed, and
 * renamed once its hash is known to be right. What is read is hashed again first, so rot on disk is never served.
 */
export class ContentStore {
  readonly folder: string;
  readonly quotaBytes: number;
  private readonly needed: ContentStoreOptions['needed'];
  private usedBytes: number;
  private makingRoom: Promise<void> | undefined;

  private constructor(folder: string, usedBytes: number, options: ContentStoreOptions) {
    this.folder = folder;
    this.quotaBytes = options.quotaBytes ?? 10 * 2 ** 30;
    this.needed = options.needed;
    this.usedBytes = usedBytes;
  }

  /** Opens the store, forgetting half-written files of an earlier life. */
  static async open(folder: string, options: ContentStoreOptions = {}): Promise<ContentStore> {
    await mkdir(folder, { recursive: true });
    let usedBytes = 0;
    for (const name of await readdir(folder)) {
      if (name.endsWith('.part')) await rm(join(folder, name), { force: true });
      else usedBytes += (await stat(join(folder, name))).size;
    }
    return new ContentStore(folder, usedBytes, options);
  }

  /** Size of a file, or undefined where it is not here. */
  async bytesOf(hash: ContentHash): Promise<number | undefined> {
    try {
      return (await stat(this.pathOf(hash))).size;
    } catch {
      return undefined;
    }
  }

  /** Takes a stream in; keeps it only if it hashes to `expected` (any hash, if none is expected). */
  async put(
    source: AsyncIterable<Uint8Array>,
    options: { expected?: ContentHash; maxBytes?: number } = {},
  ): Promise<StoredContent> {
    const part = join(this.folder, `${randomUUID()}.part`);
    const digest = createHash('sha256');
    let bytes = 0;
    let kept = false;
    const file = await open(part, 'wx');
    try {
      for await (const chunk of source) {
        bytes += chunk.length;
        this.usedBytes += chunk.length;
        if (bytes > (options.maxBytes ?? Number.POSITIVE_INFINITY))
          throw new AICChainError(
            'CONTENT_TOO_LARGE',
            `the content is larger than ${options.maxBytes} bytes`,
          );
        if (this.usedBytes > this.quotaBytes) await this.makeRoom();
        if (this.usedBytes > this.quotaBytes) throw this.full();
        digest.update(chunk);
        await file.writeFile(chunk);
      }
      const hash: ContentHash = `sha256:${digest.digest('hex')}`;
      if (options.expected !== undefined && hash !== options.expected)
        throw new AICChainError('HASH_MISMATCH', `the content has hash ${hash}, not ${options.expected}`);
      await file.sync();
      if ((await this.bytesOf(hash)) === undefined) {
        await rename(part, this.pathOf(hash));
        kept = true;
      } else {
        const now = new Date();
        await utimes(this.pathOf(hash), now, now); // as young as if it were new
      }
      return { hash, bytes };
    } finally {
      await file.close();
      if (!kept) {
        this.usedBytes -= bytes;
        await rm(part, { force: true });
      }
    }
  }

  async putBytes(bytes: Uint8Array): Promise<StoredContent> {
    return this.put(oneChunk(bytes));
  }

  async putFile(path: string, options: { maxBytes?: number } = {}): Promise<StoredContent> {
    return this.put(createReadStream(path), options);
  }

  /** The content as a stream, after its hash was checked. */
  async read(hash: ContentHash): Promise<AsyncIterable<Buffer>> {
    await this.check(hash);
    return createReadStream(this.pathOf(hash));
  }

  async readBytes(hash: ContentHash): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of await this.read(hash)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  /** Gives a job its own copy of the content, at `path`. */
  async copyTo(hash: ContentHash, path: string): Promise<void> {
    const file = await open(path, 'wx');
    try {
      for await (const chunk of await this.read(hash)) await file.writeFile(chunk);
    } finally {
      await file.close();
    }
  }

  private async check(hash: ContentHash): Promise<void> {
    const bytes = await this.bytesOf(hash);
    if (bytes === undefined) throw new AICChainError('UNKNOWN_CONTENT', `${hash} is not stored here`);
    const digest = createHash('sha256');
    for await (const chunk of createReadStream(this.pathOf(hash))) digest.update(chunk);
    if (`sha256:${digest.digest('hex')}` !== hash) {
      await rm(this.pathOf(hash), { force: true });
      this.usedBytes -= bytes;
      throw new AICChainError('CONTENT_ROTTEN', `${hash} was damaged on disk and is removed`, {
        hint: 'Upload it again.',
      });
    }
  }

  /** Drops the oldest content that nobody needs, a tenth of the store at a time. */
  private makeRoom(): Promise<void> {
    this.makingRoom ??= this.dropOldest().finally(() => {
      this.makingRoom = undefined;
    });
    return this.makingRoom;
  }

  private async dropOldest(): Promise<void> {
    if (this.needed === undefined) return;
    const needed = await this.needed();
    const hashes = (await readdir(this.folder)).map((name): ContentHash => `sha256:${name}`);
    const files = hashes
      .filter((hash) => isContentHash(hash) && !needed.has(hash))
      .map(async (hash) => ({ path: this.pathOf(hash), ...(await stat(this.pathOf(hash))) }));
    const oldestFirst = (await Promise.all(files)).sort((a, b) => a.mtimeMs - b.mtimeMs);
    for (const { path, size, mtimeMs } of oldestFirst) {
      if (this.usedBytes <= 0.9 * this.quotaBytes || mtimeMs > Date.now() - KEPT_MS) return;
      await rm(path, { force: true });
      this.usedBytes -= size;
    }
  }

  private pathOf(hash: ContentHash): string {
    if (!isContentHash(hash)) throw new AICChainError('BAD_HASH', `${hash} is not a content hash`);
    return join(this.folder, hash.slice('sha256:'.length));
  }

  private full(): AICChainError {
    return new AICChainError('STORE_FULL', `the content store is full (${this.quotaBytes} bytes)`, {
      hint: 'Try again later, or a smaller file.',
    });
  }
}

async function* oneChunk(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
