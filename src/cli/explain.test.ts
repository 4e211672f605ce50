import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AICChain } from '../AICChain.ts';
import { syncState } from '../chain/sync.ts';
import { CLAIMS, SUBMISSION, startTestNetwork, type TestNetwork } from '../chain/testing/testNetwork.ts';
import { MICRO_PER_AICC } from '../domain/units.ts';
import { cli, temporaryFolder } from './testing/cli.ts';

let network: TestNetwork;
let data: string;
let posted: number;

/** Two nodes and a workload that the cheaper one has; another workload waits, and a third does not bind yet. */
beforeAll(async () => {
  network = await startTestNetwork(['operator', 'client', 'matcher']);
  const [operator, client, matcher] = ['operator', 'client', 'matcher'].map((name) => network.client(name));
  for (const ask of [10, 20])
    await operator!.nodes.register(CLAIMS, ask * MICRO_PER_AICC, 'http://127.0.0.1:8600');
  await matcher!.rounds.bond(500 * MICRO_PER_AICC);
  await client!.workloads.submit(SUBMISSION);
  await network.clock.advanceRounds(1);
  const { state, feed } = await syncState(matcher!.caller);
  posted = await matcher!.rounds.current();
  const { cutoff, entries } = new AICChain(state).propose(posted);
  await matcher!.rounds.post(posted, cutoff, entries);
  await client!.workloads.submit(SUBMISSION);
  await network.clock.advanceRounds(1);
  await client!.workloads.submit(SUBMISSION);
  await feed.poll();

  data = temporaryFolder();
  const file = join(data, 'network.json');
  writeFileSync(file, JSON.stringify(network.deployment));
  await cli('--data', data, '--rpc', network.chain.rpcUrl, 'context', 'add', 'test', '--deployment', file);
});
afterAll(async () => {
  await network.stop();
  rmSync(data, { recursive: true, force: true });
});

const explain = (...args: string[]) => cli('--data', data, 'explain', ...args);
const explained = async (...args: string[]) => JSON.parse((await explain('--json', ...args)).stdout);

describe('aicchain explain refuses', () => {
  test.each([
    [['9'], 'error: workload 9 is not in the log', 1],
    [['1', '--round', '0'], 'error: workload 1 was not open in round 0, so nothing decided on it', 1],
    [['1', '--round', '999'], 'error: what binds in round 999 is not known yet', 1],
    [['1', '--node', '9'], expect.stringMatching(/^error: there is no node 9 in round \d+/), 1],
    [['1', '--node', 'x'], 'error: --node must be a whole number from 1 to 4294967295, not "x"', 2],
  ])('%j', async (args, line, exit) => {
    const { code, stdout, stderr } = await explain(...args);
    expect([code, stdout]).toEqual([exit, '']);
    expect(stderr.split('\n').find((one) => one.startsWith('error'))).toEqual(line);
  });
});

describe('aicchain explain', () => {
  test('tells a posted round: who has it, at which price, and up to which ask it would have', async () => {
    const { code, stdout } = await explain('1');
    expect(code).toBe(0);
    expect(stdout).toContain(`Workload 1 in round ${posted} (posted):\nnode 1 at `);
    expect(stdout).toMatch(
      /It asks 10 AICC per GPU-hour, and is paid 20\.0\d*: with any higher ask it would have lost/,
    );
    expect(stdout).toMatch(/node +cost +quality +green +weight +u\+v slack +price +why or why not/);
    const json = await explained('1');
    expect(json).toMatchObject({
      isPosted: true,
      entry: { node: 1, next: 2 },
      candidates: [{}, { slackMicro: '0' }],
    });
  });

  test('tells the running round, and the next one for what does not bind yet', async () => {
    const round = await network.client('client').rounds.current();
    expect(await explained('2')).toMatchObject({ round, isPosted: false });
    expect(await explained('3')).toMatchObject({ round: round + 1, isPosted: false });
    expect((await explain('2')).stdout).toContain('not posted, as it would be now');
  });

  test('tells what another node would have had to ask, and what the policy saw', async () => {
    const { stdout } = await explain('1', '--node', '2');
    expect(stdout).toMatch(/Node 2 asks 20 AICC per GPU-hour: worth less than the chosen one\./);
    expect(stdout).toMatch(/To have workload 1: at most (9\.9\d*|10\.0\d*) AICC per GPU-hour\./);
    expect(stdout).toMatch(/trust +\d+/);
    const { askToWin } = await explained('1', '--node', '2');
    expect(askToWin.features).toHaveLength(24);
    expect(askToWin.toWinMicroPerGpuHour).toBe(askToWin.toBeMatchedMicroPerGpuHour);
  });
});
