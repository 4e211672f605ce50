import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NodeId, WorkloadId } from '../domain/ids.ts';
import type { Entry } from '../domain/types.ts';
import { MICRO_PER_AICC } from '../domain/units.ts';
import type { NetworkClient } from './NetworkClient.ts';
import { actor, CLAIMS, SUBMISSION, startTestNetwork, type TestNetwork } from './testing/testNetwork.ts';

const ROUND_BOND = 100 * MICRO_PER_AICC;
const CHALLENGE_BOND = 10 * MICRO_PER_AICC;

let network: TestNetwork;
let matcher: NetworkClient;
let watcher: NetworkClient;
let operator: NetworkClient;
let workload: number;
let node: number;

/** The whole budget goes to the sole node: the certified round. */
async function certified(round: number): Promise<Entry> {
  const { weightMicro, costMicro } = await matcher.rounds.weightOf(workload, node, round);
  return {
    workload: WorkloadId(workload),
    node: NodeId(node),
    uMicro: 0,
    vMicro: Number(weightMicro),
    priceMicro: Number(costMicro + weightMicro),
    next: NodeId(0),
    rank: 0,
  };
}

async function post(entries: readonly Entry[]): Promise<number> {
  const round = await matcher.rounds.current();
  const { newestWorkload } = await matcher.workloads.countersAt(round);
  await matcher.rounds.post(round, newestWorkload, entries);
  return round;
}

beforeAll(async () => {
  network = await startTestNetwork(['operator', 'client', 'matcher', 'watcher']);
  matcher = network.client('matcher');
  watcher = network.client('watcher');
  operator = network.client('operator');
  node = await operator.nodes.register({ ...CLAIMS, gpus: 64 }, 3_600_000, 'http://127.0.0.1:8600');
  await matcher.rounds.bond(20 * ROUND_BOND);
});
afterAll(() => network?.stop());
beforeEach(async () => {
  await operator.nodes.heartbeat(node);
  workload = await network.client('client').workloads.submit(SUBMISSION);
  await network.clock.advanceRounds(1);
});

describe('a matcher', () => {
  it('alone is drawn for the next round once it is bonded', async () => {
    const round = await matcher.rounds.current();
    expect(await watcher.rounds.drawnMatcher(round)).toBe(actor('matcher').address);
    expect(await watcher.rounds.drawnMatcher(0)).toBeUndefined();
    await watcher.rounds.bond(ROUND_BOND);
    await expect(watcher.rounds.post(round, 1, [])).rejects.toMatchObject({
      code: 'NotDrawn',
      retryable: true,
      message: expect.stringContaining(actor('matcher').address),
      hint: expect.stringMatching(/from \d{4}-/),
    });
    await watcher.rounds.unbond(ROUND_BOND);
  });

  it('locks a bond for each round, and no more', async () => {
    const free = await matcher.rounds.freeBondMicro();
    expect(await matcher.rounds.bondNeededMicro(0)).toBe(ROUND_BOND);
    expect(await matcher.rounds.bondNeededMicro(50 * ROUND_BOND)).toBe(5 * ROUND_BOND);
    const round = await post([await certified(await matcher.rounds.current())]);
    expect(await matcher.rounds.freeBondMicro()).toBe(free - ROUND_BOND);
    expect(await matcher.rounds.get(round)).toMatchObject({
      bondMicro: ROUND_BOND,
      entryCount: 1,
      lastChallengeRound: round + 4,
      voided: false,
    });
    await expect(matcher.rounds.unbond(free)).rejects.toMatchObject({
      code: 'BondLocked',
      message: expect.stringContaining(`until round ${round + 4}`),
    });
  });
});

describe('a challenge', () => {
  it('that says nothing about a round is refused in plain words, and costs nothing', async () => {
    const entry = await certified(await matcher.rounds.current());
    const round = await post([entry]);
    const before = await watcher.money.availableMicro();
    const e2 = { round, kind: 'E2', workload, node: 0 } as const;
    const refusals = [
      [{ ...e2, round: round + 1 }, [entry], 'NotChallengeable', 'nothing was posted'],
      [e2, [], 'WrongEntries', 'not the entries'],
      [{ ...e2, workload: workload + 1 }, [entry], 'NotListed', 'no entry'],
    ] as const;
    for (const [challenge, entries, code, words] of refusals)
      await expect(watcher.rounds.challenge(challenge, entries)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(words),
      });
    expect(await watcher.money.availableMicro()).toBe(Math.max(before, CHALLENGE_BOND));
  });

  it('of the certified round fails, at the price of its bond', async () => {
    const entry = await certified(await matcher.rounds.current());
    const round = await post([entry]);
    for (const kind of ['E1', 'E2', 'E4'] as const) {
      const before = await watcher.money.availableMicro();
      const outcome = await watcher.rounds.challenge({ round, kind, workload, node }, [entry]);
      expect(outcome).toMatchObject({ voided: false, lostMicro: CHALLENGE_BOND });
      expect(await watcher.money.availableMicro()).toBe(before - CHALLENGE_BOND);
    }
    const standing = { matcher: actor('matcher').address, lastChallengeRound: round + 4, voided: false };
    expect(await watcher.rounds.standingOf(round)).toEqual(standing);
  });

  it('of a round that left a workload out voids it, once, and doubles the bonds', async () => {
    const round = await post([]);
    const e1 = { round, kind: 'E1', workload, node } as const;
    const before = await watcher.money.availableMicro();
    expect(await watcher.rounds.challenge(e1, [])).toMatchObject({ voided: true, lostMicro: ROUND_BOND });
    expect(await watcher.money.availableMicro()).toBe(before + ROUND_BOND / 5);
    expect(await watcher.rounds.standingOf(round)).toMatchObject({ voided: true });
    await expect(watcher.rounds.challenge(e1, [])).rejects.toMatchObject({ code: 'AlreadyVoided' });
    expect(await watcher.rounds.challengeBondMicro()).toBe(2 * CHALLENGE_BOND);
    expect(await watcher.rounds.bondNeededMicro(0)).toBe(2 * ROUND_BOND);
  });
});
