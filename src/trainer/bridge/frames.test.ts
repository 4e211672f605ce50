import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { frameOf, framesOf } from './frames.ts';
import { LONGEST_REQUEST_BYTES } from './protocol.ts';

async function* inChunks(bytes: Uint8Array, sizes: readonly number[]) {
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const end = Math.min(bytes.length, at + sizes[i % sizes.length]!);
    yield bytes.subarray(at, end);
    at = end;
  }
}

async function read(chunks: AsyncIterable<Uint8Array>) {
  const frames: [number, number[]][] = [];
  for await (const { kind, payload } of framesOf(chunks)) frames.push([kind, [...payload]]);
  return frames;
}

describe('frames', () => {
  test('refuse a length that no request has', async () => {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setUint32(0, LONGEST_REQUEST_BYTES + 1, true);
    await expect(read(inChunks(bytes, [8]))).rejects.toThrow('longer than any request');
  });

  test('a frame that is cut off is none', async () => {
    const bytes = frameOf(3, new Uint8Array(10)).subarray(0, 17);
    expect(await read(inChunks(bytes, [5]))).toEqual([]);
  });

  test('are the same however the stream is cut', async () => {
    const frames = fc.array(fc.tuple(fc.nat({ max: 9 }), fc.uint8Array({ maxLength: 40 })));
    const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(frames, sizes, async (sent, cuts) => {
        const bytes = Buffer.concat(sent.map(([kind, payload]) => frameOf(kind, payload)));
        expect(await read(inChunks(bytes, cuts))).toEqual(sent.map(([kind, p]) => [kind, [...p]]));
      }),
      { seed: 4, numRuns: 100 },
    );
  });
});
