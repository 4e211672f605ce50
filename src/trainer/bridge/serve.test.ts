import { describe, expect, test } from 'vitest';
import { AICChainEnv, type Step } from '../../training/AICChainEnv.ts';
import { Random } from '../../training/random.ts';
import { scenarioFrom } from '../scenario/scenarioFrom.ts';
import { frameOf } from './frames.ts';
import { KIND, type Welcome } from './protocol.ts';
import { ROW_TERMS } from './Rows.ts';
import { connect, HELLO, json, rowsOf } from './testing/client.ts';

const SCENARIO = scenarioFrom(HELLO.scenario);
const DEFER = 64;

describe('the environment server refuses, and goes on,', () => {
  test.each([
    [
      'another version',
      { protocol: 2 },
      'BRIDGE_VERSION',
      'version 2 of the bridge, aicchain 1.2.3 speaks 1',
    ],
    ['no environments', { environments: 0 }, 'BRIDGE_REQUEST', 'hello.environments is 0'],
    ['a discount above 1', { discountPerRound: 2 }, 'BRIDGE_REQUEST', 'hello.discountPerRound is 2'],
    ['what masked actions cannot do', { maskedAction: 'x' }, 'BRIDGE_REQUEST', 'hello.maskedAction is "x"'],
    ['a scenario it does not know', { scenario: { lod: 1 } }, 'SCENARIO', 'there is no scenario.lod'],
  ])('a hello with %s', async (_, wrong, code, message) => {
    const client = connect();
    const refused = await client.hello({ ...HELLO, ...wrong });
    expect(refused.kind).toBe(KIND.error);
    expect(json(refused)).toMatchObject({ code, message: expect.stringContaining(message) });
    expect((await client.hello()).kind).toBe(KIND.hello);
    client.end();
    await client.served;
  });

  test('requests before the hello, of no kind, or that are no JSON', async () => {
    const client = connect();
    expect(json(await client.step(0, 0)).message).toContain('must be a hello');
    await client.hello();
    expect(json(await client.ask(frameOf(9, new Uint8Array(0)))).message).toContain('kind 9');
    expect(json(await client.ask(frameOf(KIND.reset, new Uint8Array(3)))).message).toContain('JSON');
    expect(json(await client.ask(frameOf(KIND.step, new Uint8Array(3)))).message).toContain('3 bytes');
    client.end();
    await client.served;
  });

  test('resets and steps that cannot be', async () => {
    const client = connect();
    await client.hello();
    expect(json(await client.step(0, 0))).toMatchObject({ code: 'BRIDGE_EPISODE' });
    expect(json(await client.reset({ seeds: [1] })).message).toContain('2 seeds');
    expect(json(await client.reset({ seeds: [1, -1] })).message).toContain('seed -1');
    expect(json(await client.reset({ seeds: [1, 2], options: { round: 0.5 } })).message).toContain('0.5');
    expect(json(await client.reset({ seeds: [1, 2], options: { x: 1 } })).message).toContain('"x"');
    await client.reset({ seeds: [1, 2] });
    expect(json(await client.step(0)).message).toContain('1 actions for 2 environments');
    expect(json(await client.step(0, 65)).message).toContain('action 65 of environment 1');
    expect(json(await client.step(0, 63)).message).toContain('action 63 of environment 1 is masked');
    client.end();
    await client.served;
  });

  test('bytes that are no frame: it says so and ends', async () => {
    const client = connect();
    const ended = expect(client.served).rejects.toThrow('longer than any request');
    expect(json(await client.ask(new TextEncoder().encode('hello there')))).toMatchObject({
      code: 'BRIDGE_FRAME',
    });
    await ended;
  });
});

describe('the environment server', () => {
  test('ends when its input does', async () => {
    const client = connect();
    await client.hello();
    client.end();
    await expect(client.served).resolves.toBeUndefined();
  });

  test('rows are what the environments themselves give, through the ends of episodes', async () => {
    const client = connect();
    const { fields } = json(await client.hello()) as Welcome;
    const envs = [1, 2].map(() => new AICChainEnv(SCENARIO));
    const nextSeeds = [5, 6].map((seed) => new Random(seed).split(11));
    envs.forEach((env, i) => {
      env.reset({ seed: 5 + i });
    });
    const random = new Random(3);
    let ends = 0;
    let counts = rowsOf(fields, await client.reset({ seeds: [5, 6] }))[0]!.candidates!;
    for (let t = 0; t < 120; t++) {
      const actions = counts.map((count) => {
        const pick = random.integer(count + 1);
        return pick === count ? DEFER : pick;
      });
      const [rows, finals] = rowsOf(fields, await client.step(...actions));
      let final = 0;
      envs.forEach((env, i) => {
        const step = env.step(actions[i]!);
        expect(rows!.reward![i]).toBe(step.reward);
        expect([rows!.terminated![i], rows!.truncated![i]]).toEqual([+step.terminated, +step.truncated]);
        if (!step.terminated && !step.truncated) {
          expectSituation(rows!, i, step);
          return;
        }
        ends++;
        expectSituation(finals!, final++, step);
        const [observation, info] = env.reset({ seed: nextSeeds[i]!.uint32() });
        expectSituation(rows!, i, { observation, info });
      });
      expect(finals!.reward).toHaveLength(final);
      counts = rows!.candidates!;
    }
    expect(ends).toBeGreaterThan(3);
    client.end();
    await client.served;
  });

  test('a masked action defers where that was asked for, and says so', async () => {
    const client = connect();
    const { fields } = json(await client.hello({ ...HELLO, maskedAction: 'defer' })) as Welcome;
    await client.reset({ seeds: [5, 5] });
    const [rows] = rowsOf(fields, await client.step(63, DEFER));
    expect(rows!.masked).toEqual([1, 0]);
    expect(rows!.reward![0]).toBe(rows!.reward![1]);
    expect(rows!.round![0]).toBe(rows!.round![1]);
    client.end();
    await client.served;
  });

  test('without autoreset an episode that is over waits for its reset', async () => {
    const client = connect();
    const hello = { ...HELLO, environments: 1, autoreset: false };
    const { fields } = json(await client.hello(hello)) as Welcome;
    await client.reset({ seeds: [5] });
    for (let ended = false; !ended; ) {
      const [rows, finals] = rowsOf(fields, await client.step(DEFER));
      ended = rows!.truncated![0] === 1;
      expect(finals!.reward).toEqual([]);
    }
    expect(json(await client.step(DEFER)).message).toContain('is over');
    expect((await client.reset({ seeds: [5] })).kind).toBe(KIND.rows);
    expect((await client.step(DEFER)).kind).toBe(KIND.rows);
    client.end();
    await client.served;
  });
});

function expectSituation(
  block: Record<string, number[]>,
  row: number,
  { observation, info }: Pick<Step, 'observation' | 'info'>,
): void {
  const at = (name: string, length: number) => block[name]!.slice(row * length, (row + 1) * length);
  expect(at('features', observation.features.length)).toEqual([...observation.features]);
  for (const name of ['weight', 'penaltyScale', 'state', 'mask'] as const) {
    expect(at(name, observation[name].length)).toEqual([...observation[name]]);
  }
  expect(at('workloads', info.workloads.length)).toEqual([...info.workloads]);
  expect(at('nodes', info.nodes.length)).toEqual([...info.nodes]);
  expect(block.candidates![row]).toBe(observation.candidates);
  expect(block.round![row]).toBe(info.round);
  expect(ROW_TERMS.every((_, t) => Number.isFinite(block.terms![row * ROW_TERMS.length + t]))).toBe(true);
}
