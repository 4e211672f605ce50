import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from './anvil.ts';
import { ERRORS } from './contracts.ts';
import type { NetworkClient } from './NetworkClient.ts';
import { NetworkClient as Client } from './NetworkClient.ts';
import { inPlainWords, WORDED } from './plainWords.ts';
import { actor, CLAIMS, SUBMISSION, startTestNetwork, type TestNetwork } from './testing/testNetwork.ts';

let network: TestNetwork;
let client: NetworkClient;
let operator: NetworkClient;
beforeAll(async () => {
  network = await startTestNetwork(['client', 'operator']);
  client = network.client('client');
  operator = network.client('operator');
});
afterAll(() => network.stop());

/** Errors of the tokens, the governor and the timelock that only a bug of ours could meet are told by name. */
const OF_LIBRARIES =
  /^(ERC|ECDSA|Governor|Timelock|AccessControl|Votes|SafeCast|SafeERC20|Checkpoint)|^(InvalidAccountNonce|InvalidShortString|StringTooLong|FailedCall)$/;

describe('what goes wrong is told in plain words', () => {
  it('a network that is down: one line with its address', async () => {
    const rpcUrl = `http://127.0.0.1:${await freePort()}`;
    const lost = new Client({ rpcUrl, deployment: network.deployment });
    await expect(lost.rounds.current()).rejects.toMatchObject({
      code: 'RPC_UNREACHABLE',
      retryable: true,
      message: `no network answers at ${rpcUrl} (ECONNREFUSED)`,
    });
  });

  it('without the key to an account that the address of a hosted endpoint carries', async () => {
    const at = `127.0.0.1:${await freePort()}`;
    for (const rpcUrl of [`http://${at}/v3/SECRET`, `http://${at}/?key=SECRET`, `http://SECRET@${at}`]) {
      const lost = new Client({ rpcUrl, deployment: network.deployment });
      await expect(lost.rounds.current()).rejects.toMatchObject({
        message: `no network answers at http://${at}/… (ECONNREFUSED)`,
      });
    }
  });

  it('a read needs no account, a write does', async () => {
    const reader = new Client({ rpcUrl: network.chain.rpcUrl, deployment: network.deployment });
    expect(await reader.nodes.count()).toBe(0);
    await expect(reader.nodes.pause(1)).rejects.toMatchObject({ code: 'NO_ACCOUNT' });
  });

  it('a refusal of a contract: decoded, with its values, before anything is sent', async () => {
    const before = await client.blockNumber();
    await expect(client.workloads.cancel(7)).rejects.toMatchObject({
      code: 'UnknownWorkload',
      message: 'there is no workload 7',
      values: { workload: 7 },
    });
    await expect(client.workloads.submit({ ...SUBMISSION, gpus: 0 })).rejects.toMatchObject({
      code: 'BadSubmission',
    });
    await expect(client.rounds.post(99, 0, [])).rejects.toMatchObject({
      code: 'NotCurrentRound',
      retryable: true,
    });
    // The submission that was refused had its deposit made: money of the account in the vault, nothing locked.
    expect(await client.blockNumber()).toBe(before + 1);
  });

  it('a refusal that comes from another contract than the one called', async () => {
    const poor = client.as(actor('poor'));
    await expect(poor.rounds.bond(5)).rejects.toMatchObject({
      code: expect.stringMatching(/InsufficientBalance|NO_GAS_MONEY/),
    });
  });

  it('an amount that the account does not have names both amounts', async () => {
    await expect(client.money.deposit(10_000_000_000_000)).rejects.toMatchObject({
      code: 'ERC20InsufficientBalance',
      message: expect.stringContaining('10000000 AICC are needed'),
      hint: expect.any(String),
    });
  });

  it('every custom error of the network has words of its own', () => {
    const names = ERRORS.flatMap((item) => (item.type === 'error' ? [item.name] : []));
    expect(names.filter((name) => !WORDED.has(name) && !OF_LIBRARIES.test(name))).toEqual([]);
    expect(inPlainWords('NeverHeardOf', { node: 3 }).message).toBe('NeverHeardOf, node 3');
  });
});

describe('writes', () => {
  it('of one account may be under way at once, and arrive in order', async () => {
    const node = await operator.nodes.register(CLAIMS, 1, 'http://127.0.0.1:1');
    await Promise.all(Array.from({ length: 20 }, (_, i) => operator.nodes.setAsk(node, 100 + i)));
    expect(
      (await operator.nodes.recordAt(node, (await operator.rounds.current()) + 1))?.askMicroPerGpuHour,
    ).toBe(119);
  });

  it('of two programs with one account do not block each other', async () => {
    const twin = client.as(actor('operator'));
    await Promise.all([...Array(6).keys()].map((i) => (i % 2 ? twin : operator).nodes.setAsk(1, 200 + i)));
    expect(await operator.nodes.count()).toBe(1);
  });

  it('deposit what is missing for an escrow, and no more', async () => {
    const need = await client.workloads.escrowMicroFor(SUBMISSION.budgetMicro, SUBMISSION.priority);
    const before = await client.money.availableMicro();
    await client.workloads.submit(SUBMISSION);
    expect(await client.money.availableMicro()).toBe(Math.max(0, before - need));
  });
});
