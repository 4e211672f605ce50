import { createHash } from 'node:crypto';
import { AICChainError } from '../domain/errors.ts';
import type { Hex } from '../domain/ids.ts';

/** How files are named between client and node; the same 32 bytes stand on chain as a bytes32. */
export type ContentHash = `sha256:${string}`;

const CONTENT_HASH = /^sha256:[0-9a-f]{64}$/;

export function isContentHash(value: unknown): value is ContentHash {
  return typeof value === 'string' && CONTENT_HASH.test(value);
}

export function contentHash(bytes: Uint8Array): ContentHash {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function toBytes32(hash: ContentHash): Hex {
  return `0x${hash.slice('sha256:'.length)}`;
}

export function fromBytes32(word: Hex): ContentHash {
  const hash = `sha256:${word.slice(2).toLowerCase()}`;
  if (!isContentHash(hash)) throw new AICChainError('BAD_HASH', `${word} is not a bytes32`);
  return hash;
}

/** The one byte string of a value: JSON with keys in ascending order, no white space, UTF-8. Hashes are taken over it. */
export function canonicalDocument(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(sorted(value)), 'utf8');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, sorted(v)]));
}
