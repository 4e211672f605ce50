import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { keccak256, stringToHex } from 'viem';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { NetworkAuditorChain } from '../auditor/auditorChain.ts';
import { measure } from '../auditor/measure.ts';
import { writeDeployment } from '../chain/deployment.ts';
import {
  actor,
  CLAIMS,
  SUBMISSION,
  startTestNetwork,
  type TestNetwork,
} from '../chain/testing/testNetwork.ts';
import { NodeId } from '../domain/index.ts';
import { COPY, specHash, TEXT, until } from './agent.fixture.ts';
import { contentHash, toBytes32 } from './document.ts';
import { NodeClient } from './NodeClient.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
const OPERATOR_KEY = keccak256(stringToHex('operator'));
const folder = mkdtempSync(join(tmpdir(), 'aicchain-main-'));
let network: TestNetwork;
let children: ChildProcess[] = [];
let folders = 0;

beforeAll(async () => {
  network = await startTestNetwork(['operator', 'customer', 'matcher']);
  writeDeployment(join(folder, 'network.json'), network.deployment);
  await network.client('operator').nodes.register(CLAIMS, 1_000_000, 'http://127.0.0.1:1');
  await network.clock.advanceRounds(1);
});
afterEach(async () => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
  children = [];
});
afterAll(() => network.stop());

/** A data folder of node 1, with its key beside node.json. */
function dataFolder(change: object = {}): string {
  const data = join(folder, String(++folders));
  mkdirSync(data);
  writeFileSync(join(data, 'key'), `${OPERATOR_KEY}\n`);
  const config = {
    rpcUrl: network.chain.rpcUrl,
    deployment: '../network.json',
    nodeId: 1,
    keyFile: 'key',
    ...change,
  };
  writeFileSync(join(data, 'node.json'), JSON.stringify(config));
  return data;
}

function run(data: string, ...args: string[]) {
  const child = spawn(process.execPath, [MAIN, '--data', data, '--json', ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  children.push(child);
  const events: Record<string, unknown>[] = [];
  let errors = '';
  createInterface({ input: child.stdout! }).on('line', (line) => events.push(JSON.parse(line)));
  child.stderr?.on('data', (data) => {
    errors += data;
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const saw = async (event: string) => {
    await until(`${event} (${errors})`, () => events.some((e) => e.event === event));
    return events.find((e) => e.event === event)!;
  };
  return { child, events, exited, saw, errors: () => errors };
}

describe('an agent does not start, and says why in one line', () => {
  async function refusal(data: string): Promise<string> {
    const agent = run(data);
    expect(await agent.exited).toBe(1);
    expect(agent.events).toEqual([]);
    expect(agent.errors().trim().split('\n')).toHaveLength(1);
    return agent.errors();
  }

  test('when node.json is damaged', async () => {
    const data = dataFolder();
    writeFileSync(join(data, 'node.json'), '{"rpc');
    expect(await refusal(data)).toContain('node.json is not JSON');
  });

  test('when its journal is damaged', async () => {
    const data = dataFolder();
    writeFileSync(join(data, 'journal'), 'x\ny\n');
    expect(await refusal(data)).toContain('line 1 of');
  });

  test('when its data folder cannot be used', async () => {
    const data = dataFolder();
    writeFileSync(join(data, 'runs'), 'a file');
    const line = await refusal(data);
    expect(line).toContain(`the data folder ${data} cannot be used: EEXIST`);
    expect(line).toContain('--data');
  });

  test('when its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    expect(await refusal(dataFolder({ port }))).toContain(`port ${port} of 127.0.0.1 is taken`);
    other.close();
  });

  test('when no chain answers', async () => {
    expect(await refusal(dataFolder({ rpcUrl: 'http://127.0.0.1:1' }))).toContain('no network answers');
  });

  test('when the node is somebody else’s', async () => {
    const data = dataFolder();
    writeFileSync(join(data, 'key'), keccak256(stringToHex('customer')));
    expect(await refusal(data)).toContain('node 1 belongs to');
  });
});

describe('it ends with 0', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('on %s', async (signal) => {
    const agent = run(dataFolder());
    await agent.saw('listening');
    agent.child.kill(signal);
    expect(await agent.exited).toBe(0);
    expect(agent.events.at(-1)).toEqual({ event: 'stopped' });
  });

  test('when its standard input closes, if it is leashed to it', async () => {
    const agent = run(dataFolder(), '--stdin-leash');
    await agent.saw('listening');
    agent.child.stdin?.end();
    expect(await agent.exited).toBe(0);
  });

  test('when the process that it is named is gone', async () => {
    const parent = spawn('sleep', ['60'], { stdio: 'ignore' });
    const agent = run(dataFolder(), '--parent-pid', String(parent.pid));
    await agent.saw('listening');
    parent.kill('SIGKILL');
    expect(await agent.exited).toBe(0);
  });
});

test('on a real chain: fresh, reported, measured, matched, run, completed, paid', async () => {
  const customer = network.client('customer');
  const profile = { latencyUs: 5_000, bandwidthMbps: 110, computeMflopsPerGpu: 400 };
  const agent = run(dataFolder({ profile }));
  const { port } = await agent.saw('listening');
  const endpoint = `http://127.0.0.1:${port}`;
  await network.client('operator').nodes.setEndpoint(1, endpoint);
  const { epoch } = await agent.saw('reported');
  expect(BigInt(await customer.reporting.reportDigest(1, Number(epoch)))).not.toBe(0n);
  await network.clock.advanceRounds(5);
  await agent.saw('heartbeat');

  const chain = new NetworkAuditorChain(customer);
  const [audited] = await chain.nodes();
  expect(audited).toMatchObject({ node: 1, address: actor('operator').address, endpoint });
  const measured = await measure({ ...audited!, chainId: chain.chainId });
  expect(measured.answered).toBe(true);
  // It claims 2000 MFLOPS and delivers 400.
  expect(measured.computeMflops).toBeLessThan(0.25 * audited!.claims.computeMflops);

  const id = await customer.workloads.submit({ ...SUBMISSION, specHash: toBytes32(specHash(COPY)) });
  await network.clock.advanceRounds(1);
  const matcher = network.client('matcher');
  await matcher.rounds.bond(100_000_000);
  const round = await matcher.rounds.current();
  const { ineligible, costMicro, weightMicro } = await matcher.rounds.weightOf(id, 1, round);
  expect(ineligible).toBe('None');
  const [uMicro, priceMicro] = [Number(weightMicro), Number(costMicro)];
  const node = NodeId(1);
  await matcher.rounds.post(round, id, [
    {
      workload: id,
      node,
      uMicro: 0,
      vMicro: uMicro,
      priceMicro: priceMicro + uMicro,
      next: NodeId(0),
      rank: 0,
    },
  ]);

  const { chainId } = network.deployment;
  const client = new NodeClient({ endpoint, node: 1, chainId, account: actor('customer') });
  await client.uploadBytes(TEXT);
  await client.handOver(id, COPY);
  expect(await agent.saw('closed')).toMatchObject({ workload: id, status: 'Completed', reason: 'Completed' });
  const { outcome } = await client.status(id);
  expect(await client.download(outcome!.digest).then(contentHash)).toBe(outcome!.digest);
  expect(await client.download(contentHash(TEXT))).toEqual(TEXT);
  expect((await customer.workloads.get(id)).status).toBe('Completed');
  await customer.workloads.accept(id);
  // Until its match is final.
  await network.clock.advanceRounds(5);
  await customer.workloads.settle(id);
  expect((await customer.workloads.get(id)).status).toBe('Settled');
  expect(agent.events.filter((e) => e.event === 'problem')).toEqual([]);
});
