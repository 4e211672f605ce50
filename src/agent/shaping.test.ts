import { describe, expect, test } from 'vitest';
import { Link, pauseUntil, Shaper } from './shaping.ts';

/** Bounds from below are exact; those from above only say that it is not absurd, since machines are busy. */
const LOOSE_MS = 250;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
}

async function* chunks(count: number, bytes: number): AsyncIterable<Uint8Array> {
  for (let i = 0; i < count; i++) yield new Uint8Array(bytes);
}

async function drain(source: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0;
  for await (const chunk of source) bytes += chunk.length;
  return bytes;
}

describe('nothing comes early', () => {
  test.each([0.3, 2, 3.7, 12])('a pause of %d ms', async (ms) => {
    const took = await timed(() => pauseUntil(performance.now() + ms));
    expect(took).toBeGreaterThanOrEqual(ms);
    expect(took).toBeLessThan(ms + LOOSE_MS);
  });

  test('latency counts from the arrival', async () => {
    const shaper = new Shaper({ latencyUs: 20_000 });
    const arrivedMs = performance.now();
    await pauseUntil(arrivedMs + 10);
    await shaper.latency(arrivedMs);
    expect(performance.now() - arrivedMs).toBeGreaterThanOrEqual(20);
    expect(performance.now() - arrivedMs).toBeLessThan(20 + LOOSE_MS);
  });

  test('work of 4 MFLOP at 100 MFLOPS takes 40 ms', async () => {
    const took = await timed(() => new Shaper({ computeMflopsPerGpu: 100 }).compute(performance.now(), 4e6));
    expect(took).toBeGreaterThanOrEqual(40);
    expect(took).toBeLessThan(40 + LOOSE_MS);
  });

  test('500 kB at 80 Mbps take 50 ms, whole', async () => {
    const link = new Link(80);
    let bytes = 0;
    const took = await timed(async () => {
      bytes = await drain(link.pace(chunks(5, 100_000)));
    });
    expect(bytes).toBe(500_000);
    expect(took).toBeGreaterThanOrEqual(50);
    expect(took).toBeLessThan(50 + LOOSE_MS);
  });

  test('two transfers at once share the line', async () => {
    const link = new Link(80);
    const took = await timed(() => Promise.all([1, 2].map(() => drain(link.pace(chunks(3, 100_000))))));
    expect(took).toBeGreaterThanOrEqual(60);
  });

  test('a line that was idle has saved nothing up', async () => {
    const link = new Link(80);
    await drain(link.pace(chunks(1, 100_000)));
    await pauseUntil(performance.now() + 60);
    expect(await timed(() => drain(link.pace(chunks(3, 100_000))))).toBeGreaterThanOrEqual(30);
  });
});

test('without a profile nothing is held back', async () => {
  const shaper = new Shaper();
  const took = await timed(async () => {
    await shaper.latency(performance.now());
    await shaper.compute(performance.now(), 1e12);
    await drain(shaper.up.pace(chunks(10, 1_000_000)));
  });
  expect(took).toBeLessThan(LOOSE_MS);
});
