import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ContractRefusal } from '../chain/failure.ts';
import { SUBMISSION } from '../chain/testing/testNetwork.ts';
import { type Entry, NodeId, WorkloadId } from '../domain/index.ts';
import { CHEATS } from '../match/testing/cheats.ts';
import { integers } from '../match/testing/rounds.ts';
import { fuzzScene, noChainFindings, SceneFuzz } from './onChainFuzz.ts';
import { drawnMatcher, noPunishments, punish, punishAll } from './punish.ts';
import { WrongedNetwork } from './WrongedNetwork.ts';

/** The markets in which the cheats are tried; together they have room for every one. */
const SEEDS = [1, 2, 3, 4];

let wronged: WrongedNetwork;
beforeAll(async () => {
  wronged = await WrongedNetwork.start();
});
afterAll(() => wronged?.stop());

describe('a cheating matcher', () => {
  test('is refused, or voided by one watcher that has an endpoint and nothing else, and ends poorer', async () => {
    const punishments = noPunishments();
    for (const seed of SEEDS) await punishAll(wronged, seed, punishments);
    expect(punishments.unpunished).toEqual([]);
    expect(punishments.poorer).toBe(punishments.voided);
    const untried = CHEATS.filter(({ name }) => !punishments.tried.has(name)).map(({ name }) => name);
    expect(untried).toEqual([]);
    expect(new Set(CHEATS.map(({ name }) => name)).size).toBe(CHEATS.length);
  }, 180_000);
});

describe('the contracts', () => {
  test('void a posted round iff the check finds something, and say of every challenge what TypeScript says', async () => {
    const findings = noChainFindings();
    for (const seed of SEEDS) await fuzzScene(wronged, seed, 25, findings);
    expect(findings.wrong).toEqual([]);
    expect(findings.voided).toBeGreaterThan(20);
    expect(findings.stood).toBeGreaterThan(5);
    expect(findings.challenges).toBeGreaterThan(1_000);
    expect(findings.transactions).toBeGreaterThan(0);
  });
});

/** The right round, while others do what they may in the round in which it is posted. */
describe('what happens in the round that is posted binds later', () => {
  async function upheaval(right: readonly Entry[]) {
    const [operator, client] = [wronged.as('operator'), wronged.as('client')];
    const [first, second, third] = right.map(({ node }) => node);
    await client.workloads.cancel(right.at(-1)!.workload);
    await operator.nodes.pause(first!);
    await operator.nodes.requestExit(second!);
    await operator.nodes.setAsk(third!, 1);
    for (const node of [1, 2, 3, 4]) if (node !== second) await operator.nodes.setAsk(node, 9_000_000);
    await client.workloads.submit(SUBMISSION);
    await wronged.as('rival').rounds.bond(1_000_000);
  }

  test.each(['beforePosting', 'afterPosting'] as const)(
    'a round stands against every challenge when workloads are cancelled and nodes pause, leave or ask for more %s',
    async (when) => {
      const scene = await wronged.scene(integers(5));
      expect(scene.right.length).toBeGreaterThanOrEqual(3);
      const findings = noChainFindings();
      const fuzz = await SceneFuzz.of(wronged, scene, findings);
      await fuzz.post(scene.right, integers(5), when, { [when]: () => upheaval(scene.right) });
      expect(findings).toMatchObject({ stood: 1, voided: 0, refused: {}, wrong: [] });
      expect(findings.challenges).toBeGreaterThan(100);
    },
  );
});

describe('at the edges of what an entry can hold', () => {
  const AMOUNTS = [0, 1, 2 ** 53 - 2, 2 ** 53 - 1, 2 ** 53, 2 ** 63, 2 ** 64 - 2 ** 11];
  const IDS = [0, 1, 2 ** 31, 2 ** 32 - 1];
  const RANKS = [0, 1, 65_534, 65_535];
  const edges: readonly (readonly [keyof Entry, readonly number[]])[] = [
    ['workload', IDS],
    ['node', IDS],
    ['uMicro', AMOUNTS],
    ['vMicro', AMOUNTS],
    ['priceMicro', AMOUNTS],
    ['next', IDS],
    ['rank', RANKS],
  ];

  test.each(edges)('%s is refused, or voided, or harms nobody', async (field, values) => {
    const scene = await wronged.scene(integers(5));
    for (const [i, entry] of scene.right.entries()) {
      for (const value of values) {
        const entries = scene.right.with(i, { ...entry, [field]: value });
        const outcome = await punish(wronged, scene, { entries });
        expect(outcome, `${field} ${value} in entry ${i}`).not.toHaveProperty('is', 'unpunished');
        // Other than a higher rank, nothing can be changed in the right round and remain valid.
        if (outcome.is === 'valid' && field !== 'rank') expect(entries[i]).toEqual(entry);
      }
    }
  });

  test('duals of 2^64 - 1, which would overflow when added, are refused as they are posted', async () => {
    const scene = await wronged.scene(integers(5));
    const matcher = wronged.as(await drawnMatcher(wronged, scene.round));
    const edge = 2n ** 64n - 1n;
    const post = (uMicro: bigint, vMicro: bigint, priceMicro: bigint) => {
      const entries = [{ ...scene.right[0]!, uMicro, vMicro, priceMicro }];
      return matcher.caller.write('chain', 'postRound', [scene.round, scene.newest, entries]);
    };
    const price = BigInt(scene.right[0]!.priceMicro);
    await expect(post(edge, 1n, price)).rejects.toMatchObject({ code: 'EntriesTooWide' });
    await expect(post(1n, edge, price)).rejects.toMatchObject({ code: 'EntriesTooWide' });
    await expect(post(edge, edge, price)).rejects.toBeInstanceOf(ContractRefusal);
    await expect(post(0n, 0n, edge)).rejects.toMatchObject({ code: 'PriceOutOfRange' });
  });

  test('words with bits beyond their field, which no challenge could bring back, are refused', async () => {
    const scene = await wronged.scene(integers(5));
    const { caller, rounds } = wronged.as(await drawnMatcher(wronged, scene.round));
    const entries = scene.right.map((entry) => ({
      ...entry,
      uMicro: BigInt(entry.uMicro),
      vMicro: BigInt(entry.vMicro),
      priceMicro: BigInt(entry.priceMicro),
    }));
    const { target, data } = caller.call('chain', 'postRound', [scene.round, scene.cutoff, entries]);
    const beforeEntries = 2 + 2 * (4 + 4 * 32); // 0x, selector, round, cutoff, offset, length; two digits a byte
    for (let word = 0; word < entries.length * 7; word++) {
      const at = beforeEntries + 64 * word;
      const dirty = `${data.slice(0, at)}8${data.slice(at + 1)}` as const;
      await expect(caller.send({ target, data: dirty as typeof data }), `word ${word}`).rejects.toThrow();
    }
    await caller.send({ target, data });
    expect((await rounds.get(scene.round)).entryCount).toBe(entries.length);
  });

  test('a challenge of ids at the edge says nothing about the round and voids nothing', async () => {
    const scene = await wronged.scene(integers(5));
    const { rounds } = wronged.as(await drawnMatcher(wronged, scene.round));
    await rounds.post(scene.round, scene.cutoff, scene.right);
    const watcher = wronged.as('watcher').rounds;
    const edge = 2 ** 32 - 1;
    const ask = (workload: number, node: number) =>
      watcher.challenge(
        { round: scene.round, kind: 'E1', workload: WorkloadId(workload), node: NodeId(node) },
        scene.right,
      );
    expect(await ask(scene.right[0]!.workload, edge)).toMatchObject({ voided: false });
    expect(await ask(edge, scene.right[0]!.node)).toMatchObject({ voided: false });
    await expect(ask(0, 1)).rejects.toMatchObject({ code: 'UnknownWorkload' });
  });
});
