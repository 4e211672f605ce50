import { describe, expect, test } from 'vitest';
import type { IntegerNetwork } from '../domain/index.ts';
import type { Checkpoint } from './Checkpoint.ts';
import { compare, evaluate } from './evaluate.ts';
import { expectedWorth, lessonOf } from './lesson.ts';
import { DEFAULT_PPO, train, type UpdateMetrics } from './ppo.ts';
import { type Scenario, scenarioOf } from './scenario.ts';
import { teach } from './teach.ts';
import { FIVE_NODES, MARKET, node, SEEN, workload } from './testing/market.ts';

const SHORT = {
  updates: 3,
  environments: 4,
  steps: 16,
  minibatch: 32,
  checkpointEvery: 1,
  validationSeeds: [1],
};

const bytesOf = (n: IntegerNetwork) =>
  JSON.stringify([n.hidden, n.s1, n.s2, n.s3, [...n.b1], [...n.w1], [...n.b2], [...n.w2], n.b3, [...n.w3]]);

describe('train', () => {
  test.each([
    [{ hidden: 12 }, '"hidden" of the training is 12'],
    [{ hidden: 72 }, '"hidden" of the training is 72'],
    [{ criticHidden: 20 }, '"criticHidden" of the training is 20'],
    [{ minibatch: 0 }, '"minibatch" of the training is 0'],
    [{ updates: 2.5 }, '"updates" of the training is 2.5'],
    [{ temperatureEnd: 0 }, '"temperatureEnd" of the training is 0'],
    [{ discountPerRound: 1.01 }, '"discountPerRound" of the training is 1.01'],
    [{ learningRate: Number.NaN }, '"learningRate" of the training is NaN'],
    [{ validationSeeds: [] }, '"validationSeeds" of the training is []'],
  ])('refuses %j', async (options, message) => {
    await expect(train(MARKET, options)).rejects.toThrow(message);
  });

  test('stops between two updates when it is told to', async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const training = train(MARKET, { ...SHORT, updates: 50, signal: controller.signal }, (update) => {
      seen.push(update);
      if (update === 2) controller.abort(new Error('enough'));
    });
    await expect(training).rejects.toThrow('enough');
    expect(seen).toEqual([1, 2]);
  });

  test('invariant 20: same seed, same policy', async () => {
    const options = { ...SHORT, updates: 4 };
    const [a, b, other] = [
      await train(MARKET, { ...options, seed: 5 }),
      await train(MARKET, { ...options, seed: 5 }),
      await train(MARKET, { ...options, seed: 6 }),
    ];
    expect(bytesOf(a.network)).toBe(bytesOf(b.network));
    expect(a.history).toEqual(b.history);
    expect(other.history).not.toEqual(a.history);
  });

  test('reports each update, finite, with its checkpoints', async () => {
    const seen: UpdateMetrics[] = [];
    const { history } = await train(MARKET, { ...SHORT, checkpointEvery: 2 }, (_, metrics) => {
      seen.push(metrics);
    });
    expect(seen).toEqual(history);
    expect(history.map(({ update }) => update)).toEqual([1, 2, 3]);
    expect(history.map(({ validationGain }) => validationGain !== null)).toEqual([false, true, true]);
    for (const metrics of history) {
      const { terms, validationGain, ...numbers } = metrics;
      for (const value of [...Object.values(terms), ...Object.values(numbers), validationGain ?? 0])
        expect(Number.isFinite(value)).toBe(true);
      expect(metrics.entropy).toBeGreaterThan(0);
      expect(metrics.entropy).toBeLessThanOrEqual(1 + 1e-9);
    }
  });

  test('keeps price alone where nothing better was found', async () => {
    const parameters = { ...MARKET.parameters, maxPenaltyMicroPerGpuHour: 0 }; // a penalty costs nothing
    const deaf = { ...MARKET, parameters };
    const { bestUpdate, validationGain, network } = await train(deaf, SHORT);
    expect(validationGain).toBe(0);
    expect(bestUpdate).toBe(0);
    expect(network.w3.every((w) => w === 0)).toBe(true);
  });

  /** Two kinds of nodes: cheap ones that fail nearly always, and ones a little dearer that never do. */
  const UNRELIABLE: Scenario = scenarioOf(
    [
      node({ gpus: 2, tflops: 20, askAicc: 8, trustBps: 4_000 }),
      node({ gpus: 2, tflops: 20, askAicc: 8, trustBps: 4_000 }),
      node({ gpus: 2, tflops: 20, askAicc: 12, trustBps: 10_000 }),
      node({ gpus: 2, tflops: 20, askAicc: 12, trustBps: 10_000 }),
    ],
    [{ spec: workload(1, 800_000, 10), budgetMicro: 400_000 }],
    {
      load: 0.5,
      horizonRounds: 32,
      nodeVariation: { trustBps: null, askSpread: 1 },
      welfare: { failureAtNoTrust: 2.5 },
    },
  );

  test('learns to avoid nodes that fail, and is right about unseen arrivals', async () => {
    const { network, history } = await train(UNRELIABLE, {
      updates: 12,
      environments: 16,
      steps: 32,
      minibatch: 256,
      temperatureStart: 0.1,
      temperatureEnd: 0.1, // so that what changes in the reward was learned
      validationSeeds: [101, 102, 103, 104],
    });
    const reward = (from: number, to: number) =>
      history.slice(from, to).reduce((sum, metrics) => sum + metrics.reward, 0) / (to - from);
    expect(reward(4, 12)).toBeGreaterThan(1.05 * reward(0, 4));
    const { gain, verdict, policy, priceAlone } = compare(UNRELIABLE, network, [1, 2, 3, 4, 5, 6, 7, 8]);
    expect(verdict).toBe('wins');
    expect(gain).toBeGreaterThan(0.5);
    expect(policy.failedRuns).toBeLessThan(0.75 * priceAlone.failedRuns);
  });

  describe('from a policy', () => {
    const given = () => teach([lessonOf(MARKET, [1, 2], { worth: expectedWorth(2e6) })], { minibatch: 64 });

    test('refuses to mask features that it may read', async () => {
      const training = train(MARKET, { ...SHORT, from: await given(), maskedFeatures: [4] });
      await expect(training).rejects.toThrow('features cannot be masked');
    });

    test('whoever learns nothing gives back what was given, worth what it was', async () => {
      const from = await given();
      const still = { ...SHORT, from, learningRate: 0, hidden: 16 };
      const { network, validationGain, history } = await train(MARKET, still);
      expect(network).toEqual(from);
      const [ours, base] = [from, null].map(
        (one) => evaluate(MARKET, one, SHORT.validationSeeds).welfareMicro,
      );
      expect(ours).not.toBe(base);
      expect(validationGain).toBeCloseTo(ours! / base! - 1, 12);
      expect(history.at(-1)!.validationGain).toBeCloseTo(validationGain, 12);
    });

    test('learns further, and goes on only from a checkpoint that began with it', async () => {
      const from = await given();
      const saved: Checkpoint[] = [];
      const save = (checkpoint: Checkpoint) => void saved.push(checkpoint);
      const whole = await train(MARKET, { ...SHORT, from }, () => {}, { save });
      expect(whole.history).not.toEqual((await train(MARKET, SHORT)).history);
      const resume = saved[0]!;
      expect(resume.update).toBe(1);
      expect(await train(MARKET, { ...SHORT, from }, () => {}, { resume })).toEqual(whole);
      await expect(train(MARKET, SHORT, () => {}, { resume })).rejects.toThrow('from is');
    });
  });

  test('the defaults keep to the protocol: hidden layers that compile, seeds apart from those reported', () => {
    expect(DEFAULT_PPO.hidden % 8).toBe(0);
    expect(DEFAULT_PPO.criticHidden % 8).toBe(0);
    expect(Math.min(...DEFAULT_PPO.validationSeeds)).toBeGreaterThan(100_000);
    expect(FIVE_NODES).toHaveLength(MARKET.nodes.length);
    expect(SEEN.length).toBe(MARKET.workloads.kinds.length);
  });
});
