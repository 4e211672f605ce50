import { createCipheriv, createHash } from 'node:crypto';

const CHUNK = 65_536;

/** `bytes` pseudo-random bytes that only the seed decides: AES-128-CTR, so they cannot be compressed or guessed on the way. */
export async function* payload(seed: string, bytes: number): AsyncIterable<Buffer> {
  const cipher = keystream(`payload ${seed}`);
  for (let sent = 0; sent < bytes; sent += CHUNK) {
    yield cipher.update(Buffer.alloc(Math.min(CHUNK, bytes - sent)));
  }
}

/** sha256 of the payload, in hex. */
export async function payloadHash(seed: string, bytes: number): Promise<string> {
  const digest = createHash('sha256');
  for await (const chunk of payload(seed, bytes)) digest.update(chunk);
  return digest.digest('hex');
}

export function keystream(label: string) {
  const key = createHash('sha256').update(label).digest().subarray(0, 16);
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
}
