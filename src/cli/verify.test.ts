import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startLyingProxy } from '../chain/testing/lyingProxy.ts';
import { CLAIMS, SUBMISSION, startTestNetwork, type TestNetwork } from '../chain/testing/testNetwork.ts';
import { cli, temporaryFolder } from './testing/cli.ts';

let network: TestNetwork;
let data: string;
let newest: number;

beforeAll(async () => {
  network = await startTestNetwork(['operator', 'client']);
  await network.client('operator').nodes.register(CLAIMS, 3_600_000, 'http://127.0.0.1:8600');
  await network.clock.advanceRounds(3);
  await network.client('client').workloads.submit(SUBMISSION);
  newest = await network.client('client').rounds.current();

  data = temporaryFolder();
  const file = join(data, 'network.json');
  writeFileSync(file, JSON.stringify(network.deployment));
  const { rpcUrl } = network.chain;
  await cli('--data', data, '--rpc', rpcUrl, 'context', 'add', 'test', '--deployment', file);
});
afterAll(async () => {
  await network.stop();
  rmSync(data, { recursive: true, force: true });
});

const verify = (...args: string[]) => cli('--data', data, 'verify', ...args);
const verified = async (...args: string[]) => JSON.parse((await verify('--json', ...args)).stdout);

describe('aicchain verify refuses, with one line and exit code 2,', () => {
  test.each([
    [['--from', '3', '--to', '2'], 'error: --from 3 is after --to 2'],
    [['--from', 'x'], 'error: --from must be a whole number from 0 to 4294967295, not "x"'],
    [['--rpc-check', 'somewhere'], expect.stringContaining('error: --rpc-check must be an address')],
    [['--to', '99999'], 'error: round 99999 is not in the log yet'],
    [['--from', '99999'], 'error: round 99999 is not in the log yet'],
  ])('%j', async (args, line) => {
    const { code, stdout, stderr } = await verify(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.split('\n').find((one) => one.startsWith('error'))).toEqual(line);
  });
});

describe('aicchain verify', () => {
  test('says which rounds it has judged', async () => {
    const whole = await verified();
    expect(whole).toMatchObject({ ok: true, from: 0, to: newest, rounds: 0, firstDifference: null });
    expect(await verified('--from', '1', '--to', '2')).toMatchObject({ ok: true, from: 1, to: 2, events: 0 });
    expect((await verify('--from', '1')).stdout).toMatch(/^Rounds 1 to \d+: \d+ events/);
  });

  test('agrees with an endpoint that tells the same', async () => {
    const { code, stdout } = await verify('--rpc-check', network.chain.rpcUrl);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Both endpoints tell the same log up to block \d+; state 0x[0-9a-f]{64}\./);
  });

  test('names the first event that another endpoint leaves out, with exit code 1', async () => {
    const proxy = await startLyingProxy(network.chain.rpcUrl, (logs) => logs.slice(0, -1));
    const { code, stdout, stderr } = await verify('--rpc-check', proxy.rpcUrl);
    const json = await verified('--rpc-check', proxy.rpcUrl);
    await proxy.stop();
    expect(code).toBe(1);
    expect(stdout).toMatch(/The endpoints differ first in block \d+, log \d+:\n {2}http:\S+ tells \w+ \{/);
    expect(stdout).toContain(`${proxy.rpcUrl} tells no such event`);
    expect(stderr).toMatch(/error: the two endpoints tell different logs from block \d+ on/);
    expect(json).toMatchObject({
      ok: false,
      firstDifference: { kind: 'rpc.event', expected: 'no such event' },
    });
  });
});
