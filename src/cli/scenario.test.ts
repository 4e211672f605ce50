import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openbScenario } from '../training/market.ts';
import { FIVE_NODES, MARKET, SEEN } from '../training/testing/market.ts';
import { configure as evaluate } from './commands/evaluate.ts';
import { configure as teach } from './commands/teach.ts';
import { configure as train } from './commands/train.ts';
import { configure as tune } from './commands/tune.ts';
import type { Session } from './Session.ts';
import { marketAsked, scenarioAsked } from './scenario.ts';
import type { ScenarioFlags } from './scenarioOptions.ts';
import { temporaryFolder } from './testing/cli.ts';

let folder: string;
const file = (name: string) => join(folder, name);
beforeAll(() => {
  folder = temporaryFolder();
  writeFileSync(file('small.json'), JSON.stringify({ horizonRounds: 8 }));
  writeFileSync(file('openb.json'), JSON.stringify({ nodes: 12, seed: 3, profile: 'multigpu' }));
  writeFileSync(file('wrong.json'), JSON.stringify({ nodes: [{ gpus: 1 }] }));
  writeFileSync(file('list.json'), '[]');
  writeFileSync(file('null.json'), 'null');
  writeFileSync(file('broken.json'), '{');
  writeFileSync(file('nodes.csv'), 'sn,cpu_milli,memory_mib,gpu,model\na,1,1,2,T4\nb,1,1,0,\nc,1,1,1,G2\n');
  const header =
    'name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,creation_time,deletion_time,scheduled_time';
  writeFileSync(file('jobs.csv'), `${header}\na,1,1,1,1000,,0,700,10\nb,1,1,1,1000,,50,900,60\n`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A network of these nodes and workloads, as far as it is looked at. */
const network = (records: readonly unknown[], seen: readonly unknown[]) =>
  ({
    view: async () => ({
      state: {
        nodes: new Map(records.map((record, i) => [i, { records: { newest: { record } } }])),
        workloads: new Map(seen.entries()),
        parametersAt: () => MARKET.parameters,
      },
      round: 1,
    }),
    context: () => ({ context: { deployment: { roundSec: 10 } } }),
  }) as unknown as Session;

const asked = (flags: Partial<ScenarioFlags>, session = network(FIVE_NODES, SEEN)) =>
  scenarioAsked(session, { scenario: 'openb', ...flags });

describe('--scenario refuses, before anything is played,', () => {
  test.each<[Partial<ScenarioFlags>, string]>([
    [{ nodes: '9' }, '--nodes must be a whole number from 10 to 100000, not "9"'],
    [{ load: '' }, '--load must be a number from 0.01 to 100, not ""'],
    [{ load: 'heavy' }, '--load must be a number from 0.01 to 100, not "heavy"'],
    [{ profile: 'multi' }, '--profile must be default or multigpu, not "multi"'],
    [{ horizon: '0' }, '--horizon must be a whole number from 1'],
    [{ marketSeed: '-1' }, '--market-seed must be a whole number from 0'],
    [{ scenario: 'network', nodes: '10' }, '--nodes does not go with network'],
    [{ scenario: 'network', marketSeed: '2' }, '--market-seed does not go with network'],
  ])('%j', async (flags, message) => {
    await expect(asked(flags)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(message),
    });
  });

  test.each([
    ['none.json', 'none.json cannot be read'],
    ['broken.json', 'broken.json is no JSON'],
    ['wrong.json', 'wrong.json: scenario.nodes[0].tflops is missing'],
    ['list.json', 'list.json: scenario is []'],
    ['null.json', 'null.json: scenario is null'],
  ])('the file %s', async (name, message) => {
    await expect(asked({ scenario: file(name) })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(message),
    });
  });

  test('options that a file says itself', async () => {
    const refused = asked({ scenario: file('small.json'), profile: 'multigpu' });
    await expect(refused).rejects.toThrow('--profile does not go with');
  });

  test('a network that has nothing yet', async () => {
    for (const empty of [network([], SEEN), network(FIVE_NODES, [])]) {
      await expect(asked({ scenario: 'network' }, empty)).rejects.toMatchObject({ code: 'NOTHING_TO_PLAY' });
    }
  });

  test('a list of nodes without one of jobs', async () => {
    await expect(asked({ trace: [file('nodes.csv')] })).rejects.toThrow(
      '--trace takes one list of nodes and one of jobs, not 1 and 0',
    );
    await expect(
      asked({ trace: [file('nodes.csv'), file('jobs.csv')], profile: 'multigpu' }),
    ).rejects.toThrow('--profile does not go with a trace');
  });
});

describe('--scenario', () => {
  test('openb is a cluster of 64 nodes at load 1, or what is said', async () => {
    expect(await asked({})).toEqual(openbScenario({ nodes: 64, load: 1, seed: 1 }));
    const flags = { nodes: '12', load: '0.8', profile: 'multigpu', horizon: '9', marketSeed: '4' };
    const options = { nodes: 12, load: 0.8, profile: 'multigpu', horizonRounds: 9, seed: 4 } as const;
    expect(await asked(flags)).toEqual(openbScenario(options));
  });

  test('network is a market around its nodes and the workloads that it saw', async () => {
    expect(await asked({ scenario: 'network' })).toEqual(MARKET);
    expect(await asked({ scenario: 'network', horizon: '9' })).toEqual({ ...MARKET, horizonRounds: 9 });
    const [half, whole] = [
      await asked({ scenario: 'network', load: '0.2' }),
      await asked({ scenario: 'network', load: '0.4' }),
    ];
    expect(whole.arrivalsPerRound).toBeCloseTo(2 * half.arrivalsPerRound, 9);
  });

  test('a file says a market, its load and its horizon unless they are named', async () => {
    expect(await asked({ scenario: file('small.json') })).toEqual({ ...MARKET, horizonRounds: 8 });
    expect(await asked({ scenario: file('small.json'), horizon: '64' })).toEqual(MARKET);
    const said = { nodes: 12, seed: 3, profile: 'multigpu' } as const;
    expect(await asked({ scenario: file('openb.json') })).toEqual(openbScenario({ ...said, load: 1 }));
    const { name, at } = await marketAsked(network([], []), { scenario: file('openb.json') });
    expect(name).toBe(file('openb.json'));
    expect(at(0.5)).toEqual(openbScenario({ ...said, load: 0.5 }));
  });

  test('a trace brings its nodes that have GPUs, at most as many as are asked for', async () => {
    const trace = [file('jobs.csv'), file('nodes.csv')];
    expect((await asked({ trace })).nodes.map(({ gpus }) => gpus)).toEqual([2, 1]);
    expect(await asked({ trace, nodes: '1', horizon: '5' })).toMatchObject({
      nodes: { length: 1 },
      horizonRounds: 5,
      arrivals: { kind: 'trace' },
    });
  });
});

test('teach, train, tune and evaluate have the same options for it, and say in help what a file holds', () => {
  const ofMarkets = /^--(scenario|trace|nodes|load|profile|horizon|market-seed)$/;
  for (const configure of [teach, train, tune, evaluate]) {
    const command = new Command();
    let help = '';
    command.configureOutput({
      writeOut: (text) => {
        help += text;
      },
    });
    configure(command, () => network([], []));
    expect(command.options.filter(({ long }) => ofMarkets.test(long!))).toHaveLength(7);
    command.outputHelp();
    expect(help).toContain('{"nodes": 40, "load": 1, "profile": "multigpu", "seed": 1}');
    expect(help).toContain('examples/market.json');
  }
});
