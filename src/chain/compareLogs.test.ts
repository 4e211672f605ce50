import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Hex } from '../domain/ids.ts';
import { stateHash } from '../state/encode.ts';
import { compareLogs } from './compareLogs.ts';
import { decodeEvent, type RawLog } from './events.ts';
import { NetworkClient } from './NetworkClient.ts';
import { syncState } from './sync.ts';
import { startLyingProxy } from './testing/lyingProxy.ts';
import { CLAIMS, SUBMISSION, startTestNetwork, type TestNetwork } from './testing/testNetwork.ts';

let network: TestNetwork;
let proxy: Awaited<ReturnType<typeof startLyingProxy>>;

beforeAll(async () => {
  network = await startTestNetwork(['operator', 'client']);
  const [operator, client] = [network.client('operator'), network.client('client')];
  await operator.nodes.register(CLAIMS, 3_600_000, 'http://127.0.0.1:8600');
  await client.workloads.submit(SUBMISSION);
});
afterEach(() => proxy.stop());
afterAll(() => network.stop());

/** What comes of comparing the network with itself, seen through an endpoint that lies. */
async function against(lie: (logs: readonly RawLog[]) => readonly RawLog[]) {
  proxy = await startLyingProxy(network.chain.rpcUrl, lie);
  const { deployment } = network;
  const honest = network.client('client').caller;
  return compareLogs(honest, new NetworkClient({ rpcUrl: proxy.rpcUrl, deployment }).caller);
}

const isOf = (name: string) => (log: RawLog) => decodeEvent(network.deployment, log)?.name === name;

test('two endpoints that tell the same have the same state', async () => {
  const { difference, stateHashes, toBlock, aheadBlocks } = await against((logs) => logs);
  const { state } = await syncState(network.client('client').caller);
  expect(difference).toBeUndefined();
  expect(stateHashes).toEqual([stateHash(state), stateHash(state)]);
  expect([toBlock, aheadBlocks]).toEqual([await network.client('client').blockNumber(), 0]);
});

describe('an endpoint is caught, with block and event, that', () => {
  test('leaves one out', async () => {
    const { difference, stateHashes } = await against((logs) =>
      logs.filter((log) => !isOf('WorkloadSubmitted')(log)),
    );
    expect(difference).toMatchObject({
      first: { name: 'WorkloadSubmitted', workload: 1 },
      second: undefined,
    });
    expect(difference?.blockNumber).toBe(difference?.first?.blockNumber);
    expect(stateHashes[1]).toBeUndefined(); // what follows speaks of a workload that it never introduced
  });

  test('changes one', async () => {
    const { difference, stateHashes } = await against((logs) =>
      logs.map((log) =>
        isOf('NodeRecordWritten')(log) ? { ...log, data: `${log.data.slice(0, -1)}7` as Hex } : log,
      ),
    );
    const { first, second } = difference!;
    expect([first?.name, second?.name]).toEqual(['NodeRecordWritten', 'NodeRecordWritten']);
    expect(first).not.toEqual(second);
    expect(stateHashes[0]).not.toBe(stateHashes[1]);
  });

  test('makes one up', async () => {
    const { difference } = await against((logs) => {
      const last = logs.at(-1)!;
      return [...logs, { ...last, logIndex: `0x${(Number(last.logIndex) + 1).toString(16)}` }];
    });
    expect(difference?.first).toBeUndefined();
    expect(difference?.second).toMatchObject({ blockNumber: difference?.blockNumber });
  });

  test('places one in another block', async () => {
    const { difference } = await against((logs) =>
      logs.map((log, i) => (i === logs.length - 1 ? { ...log, blockHash: `0x${'1'.repeat(64)}` } : log)),
    );
    expect(difference?.first?.blockHash).not.toBe(difference?.second?.blockHash);
  });
});
