import { createServer, request as forward, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Node } from '../agent/agent.fixture.ts';
import { OWNER, STRANGER } from '../agent/chainDouble.fixture.ts';
import { measure } from './measure.ts';

/** A node whose real service is shaped to this; the tests run in its process, so they are no example of accuracy. */
const PROFILE = { latencyUs: 8_000, bandwidthMbps: 100, computeMflopsPerGpu: 100 };
const UNANSWERED = { answered: false, latencyUs: 0, bandwidthMbps: 0, computeMflops: 0 };

const node = new Node();
beforeAll(() => node.start({ profile: PROFILE }));
afterAll(() => node.stop());

const target = (endpoint = node.endpoint) => ({ endpoint, node: 1, address: OWNER.address, chainId: 31337 });

/** How far a measurement is off depends on what else the machine does: once in three is enough. */
const PATIENT = { retry: 2 };

async function refusal(
  of: Parameters<typeof measure>[0],
  timeoutMs = 5_000,
  totalMs = 60_000,
): Promise<string> {
  let reason = '';
  const onRefusal = (why: string) => {
    reason = why;
  };
  expect(await measure(of, { onRefusal, timeoutMs, totalMs })).toEqual(UNANSWERED);
  return reason;
}

describe('a node did not answer', () => {
  let proxy: Server | undefined;
  afterEach(() => proxy?.close());

  /** The same node behind somebody who changes its answers. */
  async function through(path: string, change: (body: Buffer) => Buffer): Promise<string> {
    proxy = createServer((incoming, outgoing) => {
      const onward = forward(node.endpoint + incoming.url, {
        method: incoming.method,
        headers: incoming.headers,
      });
      incoming.pipe(onward);
      onward.on('response', async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        const body = Buffer.concat(chunks);
        outgoing.writeHead(response.statusCode ?? 500, {
          'content-type': response.headers['content-type'] ?? '',
        });
        outgoing.end(incoming.url?.startsWith(path) ? change(body) : body);
      });
    });
    await new Promise<void>((resolve) => proxy?.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  }

  test('when nobody is there', async () => {
    expect(await refusal(target('http://127.0.0.1:1'))).toContain('ECONNREFUSED');
  });

  test('when its endpoint is no address', async () => {
    expect(await refusal(target('over the rainbow'))).toContain('Invalid URL');
  });

  test('when somebody else answers for it', async () => {
    expect(await refusal({ ...target(), address: STRANGER.address })).toContain('is signed by');
    expect(await refusal({ ...target(), node: 2 })).toContain('is of node 1');
    expect(await refusal({ ...target(), chainId: 1 })).toContain('on chain 31337');
  });

  test('when a round trip is not signed', async () => {
    const endpoint = await through('/ping', () => Buffer.from(JSON.stringify({ signature: 'AAAA' })));
    expect(await refusal(target(endpoint))).toContain('is not signed by the node');
  });

  test('when a payload is wrong by one bit', async () => {
    const endpoint = await through('/bandwidth', (body) => {
      body[0] = body[0]! ^ 1;
      return body;
    });
    expect(await refusal(target(endpoint))).toContain('is wrong');
  });

  test('when the result of the work is wrong', async () => {
    const wrong = JSON.stringify({ answer: '00'.repeat(32), signature: 'AAAA' });
    const endpoint = await through('/compute', () => Buffer.from(wrong));
    expect(await refusal(target(endpoint))).toContain('the answer to challenge');
  });

  test('when it takes too long', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    expect(await refusal(target(endpoint), 200)).toContain('no answer in 200 ms');
    silent.closeAllConnections();
    silent.close();
  });
});

test('a node that dawdles with every answer is not waited for longer than for one', async () => {
  const beganMs = performance.now();
  // 8 ms a round trip, 15 round trips and more: each in time, all together not.
  expect(await refusal(target(), 5_000, 60)).toContain('the probes took longer than 60 ms');
  expect(performance.now() - beganMs).toBeLessThan(2_000);
});

test(
  'what is measured is the profile: never better, and not far worse on a machine that has the time',
  PATIENT,
  async () => {
    const { answered, latencyUs, bandwidthMbps, computeMflops } = await measure(target());
    expect(answered).toBe(true);
    expect(latencyUs).toBeGreaterThanOrEqual(PROFILE.latencyUs);
    expect(latencyUs).toBeLessThan(2.5 * PROFILE.latencyUs);
    // The round trip is taken off, so that a rate may come out a little above.
    expect(bandwidthMbps).toBeLessThanOrEqual(1.05 * PROFILE.bandwidthMbps);
    expect(bandwidthMbps).toBeGreaterThan(0.5 * PROFILE.bandwidthMbps);
    expect(computeMflops).toBeLessThanOrEqual(1.05 * PROFILE.computeMflopsPerGpu);
    expect(computeMflops).toBeGreaterThan(0.5 * PROFILE.computeMflopsPerGpu);
  },
);

test('a node that claims twice its compute is measured at about half', PATIENT, async () => {
  const claims = { latencyUs: 16_000, bandwidthMbps: 90, computeMflops: 2 * PROFILE.computeMflopsPerGpu };
  const { computeMflops } = await measure({ ...target(), claims });
  expect(computeMflops / claims.computeMflops).toBeLessThanOrEqual(0.525);
  expect(computeMflops / claims.computeMflops).toBeGreaterThan(0.25);
});

test('a node that delivers what it claims is soon done with', PATIENT, async () => {
  const claims = { latencyUs: 16_000, bandwidthMbps: 50, computeMflops: 50 };
  const beganMs = performance.now();
  await measure({ ...target(), claims });
  expect(performance.now() - beganMs).toBeLessThan(3_000);
});
