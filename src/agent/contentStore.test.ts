import { mkdtempSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { ContentStore } from './contentStore.ts';
import { type ContentHash, contentHash } from './document.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'aicchain-store-'));
const BYTES = Buffer.from('the content');
const HASH = contentHash(BYTES);
const stream = (bytes: Buffer) => Readable.from([bytes.subarray(0, 3), bytes.subarray(3)]);

describe('content is refused', () => {
  test('that has another hash, and nothing of it stays', async () => {
    const store = await ContentStore.open(folder());
    await expect(store.put(stream(Buffer.from('other')), { expected: HASH })).rejects.toThrow(
      /has hash.*, not/,
    );
    expect(readdirSync(store.folder)).toEqual([]);
  });

  test('that is larger than allowed', async () => {
    const store = await ContentStore.open(folder());
    await expect(store.put(stream(BYTES), { maxBytes: 5 })).rejects.toMatchObject({
      code: 'CONTENT_TOO_LARGE',
    });
  });

  test('beyond the quota, of this life and of earlier ones', async () => {
    const path = folder();
    const store = await ContentStore.open(path, { quotaBytes: 20 });
    await store.putBytes(BYTES);
    await expect(store.putBytes(Buffer.alloc(12))).rejects.toMatchObject({ code: 'STORE_FULL' });
    const again = await ContentStore.open(path, { quotaBytes: 20 });
    await expect(again.putBytes(Buffer.alloc(12))).rejects.toMatchObject({ code: 'STORE_FULL' });
    await again.putBytes(Buffer.alloc(9));
  });

  test('that breaks off', async () => {
    const store = await ContentStore.open(folder());
    const broken = Readable.from(
      (async function* () {
        yield BYTES;
        throw new Error('connection lost');
      })(),
    );
    await expect(store.put(broken, { expected: HASH })).rejects.toThrow('connection lost');
    expect(readdirSync(store.folder)).toEqual([]);
  });
});

describe('content is not served', () => {
  test('that is not there', async () => {
    const store = await ContentStore.open(folder());
    await expect(store.readBytes(HASH)).rejects.toMatchObject({ code: 'UNKNOWN_CONTENT' });
  });

  test('that was damaged on disk, and it is removed', async () => {
    const store = await ContentStore.open(folder());
    await store.putBytes(BYTES);
    writeFileSync(join(store.folder, HASH.slice(7)), 'rotten');
    await expect(store.readBytes(HASH)).rejects.toMatchObject({ code: 'CONTENT_ROTTEN' });
    expect(await store.bytesOf(HASH)).toBeUndefined();
  });

  test('under a name that is no hash', async () => {
    const store = await ContentStore.open(folder());
    expect(await store.bytesOf('sha256:../../etc/passwd')).toBeUndefined();
  });
});

test('what is put is read back by its hash, also after reopening, and half-written files are gone', async () => {
  const path = folder();
  const store = await ContentStore.open(path);
  expect(await store.put(stream(BYTES), { expected: HASH })).toEqual({ hash: HASH, bytes: BYTES.length });
  expect(await store.putBytes(BYTES)).toEqual({ hash: HASH, bytes: BYTES.length });
  writeFileSync(join(path, 'half.part'), 'x');
  const again = await ContentStore.open(path);
  expect(await again.readBytes(HASH)).toEqual(BYTES);
  expect(readdirSync(path)).toEqual([HASH.slice(7)]);
});

test('where room is short, the oldest that nobody needs goes, and nothing young', async () => {
  const texts = ['needed', 'oldest', 'older', 'young!'].map((text) => Buffer.from(text));
  const [needed, oldest, older, young] = texts.map(contentHash);
  const store = await ContentStore.open(folder(), { quotaBytes: 25, needed: async () => new Set([needed!]) });
  for (const [i, text] of texts.entries()) {
    const { hash } = await store.putBytes(text);
    const at = new Date(Date.now() - (hash === young ? 0 : 3_600_000 - i * 1_000));
    utimesSync(join(store.folder, hash.slice(7)), at, at);
  }
  await store.putBytes(Buffer.from('new'));
  const isThere = async (hash?: ContentHash) => (await store.bytesOf(hash!)) !== undefined;
  expect(await Promise.all([needed, oldest, older, young].map(isThere))).toEqual([true, false, true, true]);
  await expect(store.putBytes(Buffer.alloc(12))).rejects.toMatchObject({ code: 'STORE_FULL' });
  expect(await Promise.all([needed, older, young].map(isThere))).toEqual([true, false, true]);
});
