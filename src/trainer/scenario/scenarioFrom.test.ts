import { describe, expect, test } from 'vitest';
import { openbScenario } from '../../training/market.ts';
import { MARKET } from '../../training/testing/market.ts';
import { scenarioFrom } from './scenarioFrom.ts';

const NODE = { gpus: 1, tflops: 10, askAiccPerGpuHour: 1 };
const WORKLOAD = { gpus: 1, computeGflop: 1_000, dataMB: 1, budgetAicc: 1 };

describe('scenarioFrom refuses, by name and with what would do,', () => {
  test.each([
    [{ lod: 1 }, 'there is no scenario.lod', 'roundSec, load,'],
    [{ load: -1 }, 'scenario.load is -1', 'a number from 0.01 to 100'],
    [{ load: '1' }, 'scenario.load is "1"', 'a number from'],
    [{ horizonRounds: 1.5 }, 'scenario.horizonRounds is 1.5', 'a whole number from 1'],
    [{ toString: 1 }, 'there is no scenario.toString', 'Known are'],
    [{ welfare: { urgency: 1 } }, 'there is no scenario.welfare.urgency', 'urgencyValue'],
    [{ welfare: 3 }, 'scenario.welfare is 3', 'an object'],
    [{ nodes: [] }, 'scenario.nodes is []', 'a list of at least one'],
    [{ nodes: [NODE, { ...NODE, tflops: 0 }] }, 'scenario.nodes[1].tflops is 0', 'from 0.01'],
    [{ nodes: [{ gpus: 1 }] }, 'scenario.nodes[0].tflops is missing', 'askAiccPerGpuHour'],
    [{ nodes: [{ ...NODE, green: 'yes' }] }, 'scenario.nodes[0].green is "yes"', 'true or false'],
    [{ workloads: [{ ...WORKLOAD, budget: 1 }] }, 'there is no scenario.workloads[0].budget', 'budgetAicc'],
    [[], 'scenario is []', 'an object'],
    [{ nodes: 9 }, 'scenario.nodes is 9', 'a whole number from 10 to 100000'],
    [{ nodes: 10, profile: 'multi' }, 'scenario.profile is "multi"', 'default, multigpu'],
    [{ nodes: 10, roundSec: 5 }, 'there is no scenario.roundSec', 'nodes, seed, load,'],
    [{ nodes: [NODE], profile: 'multigpu' }, 'there is no scenario.profile', 'nodes, workloads'],
    [{ nodes: 10, welfare: { fairness: 1 } }, 'there is no scenario.welfare.fairness', 'fairnessBps'],
  ])('%j', (request, message, hint) => {
    expect(() => scenarioFrom(request)).toThrow(
      expect.objectContaining({
        code: 'SCENARIO',
        message: expect.stringContaining(message),
        hint: expect.stringContaining(hint),
      }),
    );
  });
});

test('scenarioFrom refuses a market in which no node can hold a workload', () => {
  const request = { nodes: [NODE], workloads: [{ ...WORKLOAD, gpus: 64 }] };
  const refused = expect.objectContaining({ code: 'IMPOSSIBLE_SCENARIO' });
  expect(() => scenarioFrom(request)).toThrow(refused);
});

describe('scenarioFrom', () => {
  test('nothing asked for is the market of five nodes', () => {
    const { nodes, ...rest } = scenarioFrom(undefined);
    expect({ ...rest, nodes }).toEqual(MARKET);
    expect(scenarioFrom(null)).toEqual(scenarioFrom({}));
  });

  test('what is asked for is in the scenario', () => {
    const scenario = scenarioFrom({
      load: 0.5,
      horizonRounds: 7,
      workloadLimit: 3,
      welfare: { fairnessBps: 0 },
      nodes: [{ ...NODE, gpus: 3, green: true }],
      workloads: [WORKLOAD],
    });
    expect(scenario).toMatchObject({ horizonRounds: 7, workloadLimit: 3, welfare: { fairnessBps: 0 } });
    expect(scenario.nodes).toMatchObject([{ gpus: 3, green: true, askMicroPerGpuHour: 1_000_000 }]);
    expect(scenario.workloads.kinds).toMatchObject([{ budgetMicro: 1_000_000 }]);
  });

  test('a number of nodes is a market like openb’s', () => {
    expect(scenarioFrom({ nodes: 10 })).toEqual(openbScenario({ nodes: 10, load: 1, seed: 1 }));
    const options = { nodes: 12, load: 0.7, seed: 3, profile: 'multigpu', horizonRounds: 9 } as const;
    const welfare = { fairnessBps: 0 };
    expect(scenarioFrom({ ...options, welfare, workloadLimit: 5 })).toEqual({
      ...openbScenario({ ...options, welfare }),
      workloadLimit: 5,
    });
  });
});
