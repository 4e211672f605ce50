import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { frameOf, jsonFrame } from '../trainer/bridge/frames.ts';
import { KIND } from '../trainer/bridge/protocol.ts';
import { HELLO } from '../trainer/bridge/testing/client.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const serve = (input: Uint8Array) => spawnSync(process.execPath, [main, 'env', 'serve'], { input });

describe('aicchain env serve', () => {
  it('refuses bytes that are no frames, in words for people as well', () => {
    const { status, stderr } = serve(new TextEncoder().encode('hello there'));
    expect(status).toBe(1);
    expect(String(stderr)).toContain('longer than any request');
    expect(String(stderr)).toContain('use the Python package of this version');
  });

  it('answers on stdout with frames alone and ends well when its stdin closes', () => {
    const hello = jsonFrame(KIND.hello, HELLO);
    const reset = jsonFrame(KIND.reset, { seeds: [1, 2] });
    const step = frameOf(KIND.step, new Uint8Array(8));
    const { status, stdout, stderr } = serve(Buffer.concat([hello, reset, step]));
    expect([status, String(stderr)]).toEqual([0, '']);
    const kinds: number[] = [];
    for (let at = 0; at < stdout.length; at += 8 + stdout.readUInt32LE(at))
      kinds.push(stdout.readUInt32LE(at + 4));
    expect(kinds).toEqual([KIND.hello, KIND.rows, KIND.rows]);
  });
});
