import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COPY, job, Node, specHash, TEXT, until } from './agent.fixture.ts';
import { CLIENT, STRANGER } from './chainDouble.fixture.ts';
import { contentHash, toBytes32 } from './document.ts';
import { encodeJobSpec } from './jobSpec.ts';
import { EMPTY_BODY, signRequest } from './requestAuth.ts';

const SLOW = job(
  'echo begun; echo \'{"loss": 2.5}\'; sleep 0.5; cat "$AICCHAIN_INPUT_DIR/text.txt" > "$AICCHAIN_OUTPUT_DIR/copy.txt"',
);
const node = new Node();
beforeAll(() => node.start());
afterAll(() => node.stop());

describe('the node refuses', () => {
  test('an upload of somebody who is client of nothing here', async () => {
    await expect(node.client(STRANGER).uploadBytes(TEXT)).rejects.toMatchObject({ code: 'NOT_CLIENT' });
  });

  test('an upload that is not what its address says', async () => {
    node.chain.match(1, specHash(SLOW), { status: 'Open' });
    const hash = contentHash(TEXT);
    const path = `/content/${hash}`;
    const expiresSec = Math.floor(Date.now() / 1000) + 60;
    const request = { method: 'PUT', path, bodyHash: hash, node: 1, chainId: 31337, expiresSec };
    const response = await fetch(node.endpoint + path, {
      method: 'PUT',
      headers: { ...(await signRequest(CLIENT, request)), 'content-type': 'application/octet-stream' },
      body: 'something else',
    });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ error: { code: 'HASH_MISMATCH' } });
  });

  test('a request that is not signed', async () => {
    for (const path of [`/content/${contentHash(TEXT)}`, '/workloads/1', '/workloads/1/logs'])
      expect((await fetch(node.endpoint + path)).status).toBe(401);
  });

  test('a signature that was made for another path', async () => {
    const expiresSec = Math.floor(Date.now() / 1000) + 60;
    const signed = {
      method: 'GET',
      path: '/workloads/1',
      bodyHash: EMPTY_BODY,
      node: 1,
      chainId: 31337,
      expiresSec,
    };
    const headers = await signRequest(CLIENT, signed);
    node.chain.match(2, specHash(COPY));
    await until('the match', () => node.events.some((event) => event.startsWith('matched 2')));
    const response = await fetch(`${node.endpoint}/workloads/2`, { headers });
    expect(response.status).toBe(403);
    node.chain.set(2, { status: 'Cancelled' });
  });

  test('a spec of another hash than the one on chain, and one that is not a spec', async () => {
    await expect(node.client().handOver(1, COPY)).rejects.toMatchObject({ code: 'HASH_MISMATCH' });
  });

  test('a spec of somebody else’s workload, or of one that is not known', async () => {
    await expect(node.client(STRANGER).handOver(1, SLOW)).rejects.toMatchObject({ code: 'NOT_CLIENT' });
    await expect(node.client().handOver(99, SLOW)).rejects.toMatchObject({ code: 'UNKNOWN_WORKLOAD' });
  });

  test('content that the reader has no part in, as if it were not there', async () => {
    await expect(node.client(STRANGER).download(contentHash(TEXT))).rejects.toMatchObject({
      code: 'UNKNOWN_CONTENT',
    });
  });

  test('questions out of bounds', async () => {
    const post = (path: string, body: unknown) =>
      fetch(node.endpoint + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    expect((await post('/compute', { seed: 'a', size: 1_000, layers: 1 })).status).toBe(400);
    expect((await post('/compute', { seed: 'a', size: 256, layers: 1_000 })).status).toBe(413);
    expect((await post('/compute', { seed: 'a' })).status).toBe(400);
    expect((await post('/ping', {})).status).toBe(400);
    expect((await fetch(`${node.endpoint}/bandwidth?seed=a&bytes=99999999`)).status).toBe(400);
    expect((await fetch(`${node.endpoint}/nothing`)).status).toBe(404);
  });
});

test('it says how it runs jobs, and reports what it claims, signed', async () => {
  expect(await (await fetch(`${node.endpoint}/status`)).json()).toEqual({
    node: 1,
    driver: 'process',
    isolation: 'none',
  });
  await until('the report', () => node.events.some((event) => event.startsWith('reported')));
  const { report, signature } = (await (await fetch(`${node.endpoint}/report`)).json()) as Record<
    string,
    unknown
  >;
  expect(report).toEqual({
    node: 1,
    epoch: 1,
    gpus: 4,
    latencyUs: 10_000,
    bandwidthMbps: 100,
    computeMflops: 200,
    watts: 300,
  });
  expect(signature).toMatch(/^0x[0-9a-f]{130}$/);
});

test('a match is known as soon as it stands on chain', async () => {
  node.chain.match(4, specHash(COPY));
  expect(await node.client().status(4)).toMatchObject({
    workload: 4,
    state: 'WaitingForClient',
    metrics: {},
  });
  node.chain.set(4, { status: 'Cancelled' });
});

test('a client hands over, follows the log, and gets the result only once it stands on chain', async () => {
  node.chain.match(3, specHash(SLOW));
  await until('the match', () => node.events.some((event) => event.startsWith('matched 3')));
  const client = node.client();
  expect(await client.status(3)).toMatchObject({ state: 'WaitingForClient', isolation: 'none' });
  await node.deliver(3, SLOW);
  await until('the start', () => node.events.includes('started 3'));
  expect((await client.status(3)).outcome).toBeUndefined();
  await expect(client.download(contentHash(Buffer.from(`${TEXT}x`)))).rejects.toMatchObject({
    code: 'UNKNOWN_CONTENT',
  });
  // The input may be read back at any time by who uploaded it.
  expect(await client.download(contentHash(TEXT))).toEqual(TEXT);

  let log = '';
  for await (const text of client.logs(3, { follow: true })) log += text;
  expect(log).toContain('begun\n');
  expect(log).toContain('[node] Exited: exit code 0');
  let tail = '';
  for await (const text of client.logs(3, { from: log.indexOf('begun') })) tail += text;
  expect(tail).toBe(log.slice(log.indexOf('begun')));

  await until('the end', () => node.events.some((event) => event.startsWith('closed 3')));
  const { state, outcome, metrics } = await client.status(3);
  expect(state).toBe('Completed');
  expect(metrics).toEqual({ loss: 2.5 });
  const { digest, outputs } = outcome!;
  expect(node.chain.state(3).digest).toBe(digest);
  const manifest = JSON.parse((await client.download(digest)).toString());
  expect(manifest).toEqual({ workload: 3, outputs });
  expect(outputs).toEqual([{ name: 'copy.txt', hash: contentHash(TEXT), bytes: TEXT.length }]);
  expect(await client.download(outputs[0]!.hash)).toEqual(TEXT);
  await expect(node.client(STRANGER).download(digest)).rejects.toMatchObject({ code: 'UNKNOWN_CONTENT' });
});

test('the hash of a spec is what stands on chain', () => {
  expect(toBytes32(contentHash(encodeJobSpec(COPY)))).toMatch(/^0x[0-9a-f]{64}$/);
});
