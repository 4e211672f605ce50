import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { keccak256, stringToHex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../chain/clock.ts';
import { writeDeployment } from '../chain/deployment.ts';
import { type RpcProxy, startRpcProxy } from '../chain/testing/rpcProxy.ts';
import { NetworkView } from '../matcher/index.ts';
import { type Market, startMarket } from '../matcher/testing/market.ts';
import { Home } from './home.ts';
import { cli, shell, temporaryFolder } from './testing/cli.ts';
import { Wallets } from './wallets.ts';

const ACTORS = ['matcher', 'watcher', 'cheat', 'operator0'];

let folder: string;
let market: Market;
const data = () => ['--data', join(folder, 'data')];
const aicchain = (...args: string[]) => cli(...data(), ...args);
const asJson = async (...args: string[]) => {
  const { code, stdout, stderr } = await aicchain('--json', ...args);
  if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  return JSON.parse(stdout);
};
const refusal = async (...args: string[]) => {
  const { code, stderr } = await aicchain(...args);
  return [code, stderr.split('\n').find((line) => line.startsWith('error:'))];
};
const entryCount = async (round: number) => (await market.client('client').rounds.get(round)).entryCount;
/** Something to match, in a round whose first half is over. */
async function dueRound(): Promise<number> {
  await market.submit();
  const round = await market.advance();
  await market.secondHalf();
  return round;
}

beforeAll(async () => {
  folder = temporaryFolder();
  market = await startMarket(['matcher', 'watcher', 'cheat']);
  writeDeployment(join(folder, 'network.json'), market.deployment);
  const { rpcUrl } = market.chain;
  await aicchain(
    ...[
      '--rpc',
      rpcUrl,
      'context',
      'add',
      'lab',
      '--deployment',
      join(folder, 'network.json'),
      '--manual-clock',
    ],
  );
  const wallets = new Wallets(new Home(join(folder, 'data')));
  for (const name of ACTORS) wallets.create(name, keccak256(stringToHex(name)));
  wallets.create('penniless');
});
afterAll(async () => {
  await market.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('matcher run and watcher run refuse', () => {
  it.each(['matcher', 'watcher'])(
    '%s: to begin without a wallet, or one that is not there',
    async (command) => {
      expect(await refusal(command, 'run')).toEqual([2, 'error: no wallet is chosen']);
      expect(await refusal(command, 'run', '--wallet', 'nobody')).toEqual([
        2,
        'error: there is no wallet "nobody"',
      ]);
    },
  );

  it('to begin with a wallet that cannot pay the bond', async () => {
    expect(await refusal('matcher', 'run', '--wallet', 'penniless')).toEqual([
      1,
      expect.stringMatching(/holds 0 AICC, 100 AICC are needed$/),
    ]);
    expect(await refusal('watcher', 'run', '--wallet', 'penniless')).toEqual([
      1,
      expect.stringMatching(/^error: a challenge puts 10 AICC at stake, 0x\w+ has 0 AICC$/),
    ]);
  });

  it('what cannot be understood, and a network that does not answer', async () => {
    const run = (...options: string[]) => refusal('matcher', 'run', '--wallet', 'matcher', ...options);
    expect(await run('--bond', 'much')).toEqual([2, 'error: "much" is not an amount of AICC']);
    expect(await run('--rpc-check', 'elsewhere')).toEqual([
      2,
      expect.stringContaining('--rpc-check must be an address'),
    ]);
    expect(await run('--bond', '99')).toEqual([
      1,
      expect.stringContaining('no more than 99 AICC may be locked'),
    ]);
    expect(await run('--rpc', 'http://127.0.0.1:1')).toEqual([
      3,
      expect.stringContaining('no network answers'),
    ]);
  });
});

describe('matcher run', () => {
  let proxy: RpcProxy;
  beforeAll(async () => {
    proxy = await startRpcProxy(market.chain.rpcUrl);
  });
  afterAll(() => proxy.stop());

  const start = (...options: string[]) =>
    shell([...data(), 'matcher', 'run', '--wallet', 'matcher', '--rpc', proxy.rpcUrl, ...options]);

  it('--once posts the round that is due and ends', async () => {
    const round = await dueRound();
    const decided = await asJson('matcher', 'run', '--once', '--wallet', 'matcher');
    expect(decided).toMatchObject({ decided: { round, outcome: 'Posted' } });
    expect(await entryCount(round)).toBe(1);
    expect(await asJson('matcher', 'run', '--once', '--wallet', 'matcher')).toMatchObject({
      decided: { round, outcome: 'Posted' },
    });
    expect(await asJson('matcher', 'run', '--once', '--wallet', 'cheat')).toMatchObject({
      decided: { round, outcome: 'PostedByOther' },
    });
  });

  it('killed between computing and posting, posts once after it is started again; SIGTERM ends it', async () => {
    const sent = new Promise<void>((resolve) => {
      proxy.meddle = (method, params, ask) => {
        if (method !== 'eth_sendRawTransaction') return ask(method, params);
        resolve();
        return new Promise(() => {});
      };
    });
    const first = start();
    const round = await dueRound();
    await sent;
    first.child.kill('SIGKILL');
    await first.ended;
    expect(await entryCount(round)).toBe(0);

    proxy.meddle = undefined;
    const second = start();
    await until('the round', async () => (await entryCount(round)) > 0, { timeoutMs: 120_000 });
    second.child.kill('SIGTERM');
    const { code, stdout } = await second.ended;
    expect([code, stdout]).toEqual([130, expect.stringContaining(`round ${round}: workload`)]);
    expect(await entryCount(round)).toBe(1);
  });

  it('finishes what is under way when it is told to stop', async () => {
    let answer = () => {};
    const sent = new Promise<void>((resolve) => {
      proxy.meddle = async (method, params, ask) => {
        if (method !== 'eth_sendRawTransaction') return ask(method, params);
        resolve();
        await new Promise<void>((go) => {
          answer = go;
        });
        return ask(method, params);
      };
    });
    const round = await dueRound();
    const { child, ended } = start('--no-settle');
    await sent;
    child.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 300)); // it is told before the chain has answered
    answer();
    proxy.meddle = undefined;
    expect((await ended).stdout).toContain(`round ${round}: workload`);
    expect(await entryCount(round)).toBe(1);
  });

  it('stops where a second endpoint tells another log, naming the block', async () => {
    await dueRound();
    proxy.meddle = async (method, params, ask) =>
      method === 'eth_getLogs'
        ? ((await ask(method, params)) as unknown[]).slice(0, -1)
        : ask(method, params);
    const { code, stderr } = await start('--rpc-check', market.chain.rpcUrl).ended;
    expect([code, stderr]).toEqual([1, expect.stringMatching(/error: .* tell different logs, at block \d+/)]);
    proxy.meddle = undefined;
  });
});

describe('round challenge', () => {
  let right: number;
  let wrong: number;
  beforeAll(async () => {
    right = await dueRound();
    await asJson('matcher', 'run', '--once', '--wallet', 'matcher');
    wrong = await dueRound();
    const { rounds } = market.client('cheat');
    const { state } = await NetworkView.open(market.client('cheat'));
    await rounds.bond(await rounds.bondNeededMicro(0));
    await rounds.post(wrong, state.countersAt(wrong).newestWorkload, []);
  });
  const challenge = (round: number, ...options: string[]) => [
    ...['round', 'challenge', String(round), ...options],
    ...['--wallet', 'watcher'],
  ];

  it('refuses a round that was not posted, and half of a challenge', async () => {
    expect(await refusal(...challenge(9_999))).toEqual([1, 'error: round 9999 was not posted']);
    expect(await refusal(...challenge(wrong, '--kind', 'E3'))).toEqual([
      2,
      'error: --kind must be E1, E2, E4, not "E3"',
    ]);
    expect(await refusal(...challenge(wrong, '--kind', 'E1', '--workload', '1'))).toEqual([
      2,
      'error: --node is missing',
    ]);
    expect(await refusal(...challenge(wrong, '--kind', 'E2', '--workload', '1', '--node', '1'))).toEqual([
      2,
      'error: --node does not go with E2',
    ]);
  });

  it('sends nothing that would fail', async () => {
    const before = await asJson('wallet', 'balance', 'watcher');
    expect(await refusal(...challenge(right))).toEqual([
      1,
      `error: round ${right} is right: nothing in it can be refuted`,
    ]);
    const { entries } = await asJson('round', String(right));
    const { workload } = entries[0];
    expect(await refusal(...challenge(right, '--kind', 'E2', '--workload', String(workload)))).toEqual([
      1,
      `error: round ${right} stands against E2 of the entry of workload ${workload}, so nothing was sent`,
    ]);
    const { aiccMicro, availableMicro } = await asJson('wallet', 'balance', 'watcher');
    expect(aiccMicro + availableMicro).toBe(before.aiccMicro + before.availableMicro);
  });

  it('finds the violation and voids the round; round and watcher run tell', async () => {
    expect(await asJson('round', String(wrong))).toMatchObject({ voided: false, entries: [] });
    expect(await asJson(...challenge(wrong))).toMatchObject({ round: wrong, kind: 'E1', voided: true });
    expect(await asJson('round', String(wrong))).toMatchObject({ voided: true, bondMicro: 100_000_000 });
    expect((await aicchain('round', String(wrong))).stdout).toContain('VOIDED by a challenge');
    expect(await refusal(...challenge(wrong))).toEqual([1, expect.stringContaining('voided')]);
    expect((await aicchain('round', String(right))).stdout).toMatch(/may be challenged up to round \d+/);
    expect(await asJson('watcher', 'run', '--once', '--wallet', 'watcher')).toMatchObject({ voided: [] });
  });
});
