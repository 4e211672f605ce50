import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../chain/clock.ts';
import { CLAIMS, SUBMISSION, startTestNetwork, type TestNetwork } from '../chain/testing/testNetwork.ts';
import { MICRO_PER_AICC } from '../domain/units.ts';
import { Bonding, NetworkView, Posting } from '../matcher/index.ts';
import { looker } from '../matcher/testing/market.ts';
import { Watching } from './index.ts';

const MATCHES = 256;
const NODES = MATCHES + 8;

let network: TestNetwork;
const said: string[] = [];
const say = (line: string) => void said.push(line);

beforeAll(async () => {
  network = await startTestNetwork(['operator', 'client', 'matcher', 'cheat', 'watcher'], {
    parameters: { minNodeStakeMicroPerGpu: MICRO_PER_AICC },
  });
  const { nodes, money } = network.client('operator');
  await money.deposit(5_000 * MICRO_PER_AICC);
  await Promise.all(
    Array.from({ length: NODES }, (_, i) =>
      nodes.register(CLAIMS, 1_000_000 + 1_000 * (i % 37), `http://n${i}`),
    ),
  );
});
afterAll(() => network.stop());

/** 256 workloads that bind in the round that begins. */
async function fullMarket(): Promise<void> {
  const { workloads } = network.client('client');
  for (let i = 0; i < 4; i++)
    await workloads.submitMany(Array.from({ length: MATCHES / 4 }, () => SUBMISSION));
  await network.clock.advanceRounds(1);
}

async function watcher() {
  const view = await NetworkView.open(network.client('watcher'));
  const watching = new Watching(view, say);
  await watching.prepare();
  return { watching, look: looker(view, watching) };
}

describe('a round of 256 matches', () => {
  it('is posted in one transaction by the matcher, and stands before the watcher', async () => {
    await fullMarket();
    const view = await NetworkView.open(network.client('matcher'));
    const posting = new Posting(view, { say });
    await posting.prepare();
    expect(await looker(view, posting)()).toBe(true);
    const { round, outcome } = posting.decided!;
    expect(outcome).toBe('Posted');
    expect(await network.client('client').rounds.get(round)).toMatchObject({ entryCount: MATCHES });

    const { watching, look } = await watcher();
    await look();
    expect([watching.judged, watching.voided]).toEqual([1, []]);
  });

  it('with one price among them that is too high is voided, and all 256 are open again', async () => {
    await fullMarket();
    const { rounds, workloads } = network.client('cheat');
    const { aicchain } = await NetworkView.open(network.client('cheat'));
    const round = await rounds.current();
    await network.clock.advanceTo((await network.clock.now()) + Math.ceil(network.deployment.roundSec / 2));
    const { cutoff, entries } = aicchain.propose(round);
    const wrong = entries.map((e, i) =>
      i === 100 ? { ...e, uMicro: e.uMicro - 1, vMicro: e.vMicro + 1, priceMicro: e.priceMicro + 1 } : e,
    );
    await new Bonding(network.client('cheat'), Number.POSITIVE_INFINITY, say).cover(round, wrong);
    await rounds.post(round, cutoff, wrong);

    const { watching, look } = await watcher();
    await until('the reopening', look);
    expect(watching.voided).toEqual([round]);
    const statuses = await Promise.all(entries.map(async ({ workload }) => workloads.get(workload)));
    expect(new Set(statuses.map(({ status, reason }) => `${status}, ${reason}`))).toEqual(
      new Set(['Open, RoundVoided']),
    );
  });
});
