import { describe, expect, test } from 'vitest';
import { evaluate } from './evaluate.ts';
import { isMonotoneInPriority } from './masters.ts';
import { heldOutSeeds } from './seeds.ts';
import { MARKET } from './testing/market.ts';
import { DEFAULT_CEM_LINEAR, DEFAULT_ES, playAll, type TuneOptions, tune } from './tune.ts';

/** The five nodes, for half as long. */
const SCENARIO = { ...MARKET, horizonRounds: 24 };
const welfare = playAll(SCENARIO);
const VALIDATION = Array.from({ length: 8 }, (_, i) => 900_001 + i);

const SHORT = { generations: 4, population: 6, episodes: 2, checkpointEvery: 2, validationSeeds: VALIDATION };
const ES: TuneOptions = { ...DEFAULT_ES, ...SHORT, hidden: 16 };
const CEM: TuneOptions = { ...DEFAULT_CEM_LINEAR, ...SHORT };

describe('tune', () => {
  test('refuses to start from a network that may penalise priority', async () => {
    const { network } = await tune(SCENARIO, { ...CEM, generations: 1 }, welfare);
    const from = { ...network, w1: network.w1.with(3 * network.hidden, 5) };
    await expect(tune(SCENARIO, { ...ES, from }, welfare)).rejects.toThrow('raising priority');
  });

  test.each([
    ['es', ES],
    ['cem of the network', { ...ES, method: 'cem' as const }],
    ['cem of the linear quality', CEM],
  ])('%s: the same seed gives the same network, of which priority is never penalised', async (_, options) => {
    const one = await tune(SCENARIO, options, welfare);
    expect((await tune(SCENARIO, options, welfare)).network).toEqual(one.network);
    expect(isMonotoneInPriority(one.network)).toBe(true);
    expect(one.history.map(({ validationGain }) => validationGain !== null)).toEqual([
      false,
      true,
      false,
      true,
    ]);
    const other = await tune(SCENARIO, { ...options, seed: 2 }, welfare);
    expect(other.state.search.mean).not.toEqual(one.state.search.mean);
  });

  test('gives the best checkpoint on the validation seeds, never worse than where it started', async () => {
    const { network, validationGain, bestGeneration } = await tune(SCENARIO, CEM, welfare);
    const [ours, base] = [network, null].map((policy) => evaluate(SCENARIO, policy, VALIDATION).welfareMicro);
    expect(validationGain).toBeCloseTo(ours! / base! - 1, 12);
    expect(validationGain).toBeGreaterThanOrEqual(0);
    expect(bestGeneration === 0).toBe(validationGain === 0);
  });

  test('a linear quality gains where energy is dear and half of the nodes are green', async () => {
    const nodes = MARKET.nodes.map((node, c) => ({ ...node, green: c % 2 === 0 }));
    const dear = { ...SCENARIO, nodes, welfare: { ...SCENARIO.welfare, energyMicroPerKWh: 60_000_000 } };
    const { network } = await tune(dear, { ...CEM, population: 16, generations: 8 }, playAll(dear));
    const [ours, base] = [network, null].map(
      (policy) => evaluate(dear, policy, heldOutSeeds(16)).welfareMicro,
    );
    expect(ours! - base!).toBeGreaterThan(0.05 * Math.abs(base!));
  });

  test('starts from a policy and keeps it where nothing better is found', async () => {
    const { network: from } = await tune(SCENARIO, CEM, welfare);
    const { network, bestGeneration } = await tune(SCENARIO, { ...ES, from, generations: 0 }, welfare);
    expect(bestGeneration).toBe(0);
    expect(evaluate(SCENARIO, network, VALIDATION)).toEqual(evaluate(SCENARIO, from, VALIDATION));
  });

  test('stops when told to, and goes on from its state as if it had not', async () => {
    const stop = new AbortController();
    const half = await tune(SCENARIO, { ...ES, signal: stop.signal }, welfare, ({ generation }) => {
      if (generation === 2) stop.abort();
    });
    expect(half.history).toHaveLength(2);
    const whole = await tune(SCENARIO, ES, welfare);
    const resume = JSON.parse(JSON.stringify(half.state));
    const resumed = await tune(SCENARIO, { ...ES, resume }, welfare);
    expect(resumed.network).toEqual(whole.network);
    expect(resumed.state).toEqual(whole.state);
  });
});
