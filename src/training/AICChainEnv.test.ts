import { describe, expect, test } from 'vitest';
import { FEATURES, INELIGIBLE } from '../domain/index.ts';
import { reasonAgainst } from '../match/eligibility.ts';
import { features } from '../policy/features.ts';
import { AICChainEnv, MAX_CANDIDATES, type Step } from './AICChainEnv.ts';
import { train } from './ppo.ts';
import { Random } from './random.ts';
import { scenarioOf } from './scenario.ts';
import { contains } from './spaces.ts';
import { FIVE_NODES, MARKET, node, SEEN, workload } from './testing/market.ts';
import { VectorEnv } from './VectorEnv.ts';
import { TERMS, welfareOf } from './welfare.ts';

/** Plays uniformly random valid actions and shows each step. */
function play(env: AICChainEnv, seed: number, each: (step: Step, action: number) => void): Step {
  const random = new Random(seed);
  let [observation] = env.reset({ seed });
  for (;;) {
    const pick = random.integer(observation.candidates + 1);
    const action = pick === observation.candidates ? env.deferAction : pick;
    const step = env.step(action);
    each(step, action);
    if (step.terminated || step.truncated) return step;
    observation = step.observation;
  }
}

describe('AICChainEnv refuses', () => {
  test('a masked action, naming it', () => {
    const env = new AICChainEnv(MARKET);
    const [{ candidates }] = env.reset({ seed: 1 });
    expect(() => env.step(candidates)).toThrow(`action ${candidates} is masked`);
    expect(() => env.step(-1)).toThrow('masked');
    expect(() => env.step(MAX_CANDIDATES + 1)).toThrow('masked');
  });

  test('a step before reset and after the end', () => {
    const env = new AICChainEnv(MARKET);
    expect(() => env.step(env.deferAction)).toThrow('reset');
    play(env, 1, () => {});
    expect(() => env.step(env.deferAction)).toThrow('reset');
  });

  test('a market in which nothing is worth its price', () => {
    const scenario = scenarioOf(
      [node({ gpus: 1, tflops: 1, askAicc: 1e6 })],
      [{ spec: workload(1, 100, 1), budgetMicro: 1 }],
    );
    expect(() => new AICChainEnv(scenario).reset({ seed: 1 })).toThrow('asks may be above budgets');
  });
});

describe('AICChainEnv', () => {
  test('observations and actions lie in their spaces, in every step', () => {
    const env = new AICChainEnv(MARKET);
    const { spaces } = env.observationSpace;
    play(env, 2, ({ observation, info, reward }, action) => {
      expect(contains(env.actionSpace, action)).toBe(true);
      for (const name of ['features', 'weight', 'penaltyScale', 'state', 'mask'] as const) {
        expect(contains(spaces[name]!, observation[name])).toBe(true);
      }
      expect(info.mask).toBe(observation.mask);
      expect(Number.isFinite(reward)).toBe(true);
    });
  });

  test('the same seed gives the same episode, another seed another', () => {
    const log = (seed: number) => {
      const rewards: number[] = [];
      play(new AICChainEnv(MARKET), seed, ({ reward, info }) => rewards.push(reward, info.round));
      return rewards;
    };
    expect(log(3)).toEqual(log(3));
    expect(log(3)).not.toEqual(log(4));
  });

  test('the mask allows exactly the feasible pairs and defer', () => {
    const env = new AICChainEnv(MARKET);
    play(env, 5, ({ observation, info, terminated }) => {
      if (terminated) return;
      const { simulation } = env;
      const feasible = simulation.open.flatMap((w) =>
        simulation.nodes.flatMap((_, c) => (simulation.isFeasible(w, c) ? [`${w.id} on ${c}`] : [])),
      );
      const offered = Array.from(
        { length: observation.candidates },
        (_, a) => `${info.workloads[a]} on ${info.nodes[a]}`,
      );
      expect(offered).toEqual(feasible.slice(0, MAX_CANDIDATES));
      observation.mask.forEach((allowed, a) => {
        expect(allowed).toBe(a < observation.candidates || a === env.deferAction ? 1 : 0);
      });
    });
  });

  test('features, eligibility and weight are those of the network, in every round', () => {
    const env = new AICChainEnv(MARKET);
    let checked = 0;
    play(env, 6, ({ observation, info }) => {
      const { simulation } = env;
      for (let a = 0; a < observation.candidates; a++) {
        const w = simulation.open.find(({ id }) => id === info.workloads[a])!;
        const c = info.nodes[a]!;
        const record = { ...simulation.nodes[c]!, freeGpus: simulation.free[c]! };
        expect(reasonAgainst(w.spec, record, info.round, true, 4_000)).toBe(INELIGIBLE[0]);
        const expected = features(w.spec, record, w.budgetMicro, info.round, simulation.counters);
        expect(observation.features.slice(a * FEATURES, (a + 1) * FEATURES)).toEqual(expected);
        checked++;
      }
    });
    expect(checked).toBeGreaterThan(100);
  });

  test('a node takes one workload a round, and never has fewer GPUs free than none', () => {
    const env = new AICChainEnv(MARKET);
    const taken = new Set<string>();
    let [observation, info] = env.reset({ seed: 7 });
    for (;;) {
      const { round } = info;
      const c = info.nodes[0]!;
      expect(observation.candidates).toBeGreaterThan(0);
      expect(taken.has(`${round}:${c}`)).toBe(false);
      taken.add(`${round}:${c}`);
      const step = env.step(0);
      env.simulation.free.forEach((free, n) => {
        expect(free).toBeGreaterThanOrEqual(0);
        expect(free).toBeLessThanOrEqual(env.simulation.nodes[n]!.gpus);
      });
      if (step.truncated) break;
      [observation, info] = [step.observation, step.info];
    }
    expect(taken.size).toBeGreaterThan(20);
  });

  test('the reward is the sum of its terms', () => {
    play(new AICChainEnv(MARKET), 8, ({ reward, info: { terms } }) => {
      for (const term of TERMS) expect(Number.isFinite(terms[term])).toBe(true);
      expect(reward).toBeCloseTo(welfareOf(terms) + terms.shaping, 12);
    });
  });

  test('a clock that runs out truncates, with an observation to bootstrap from', () => {
    const last = play(new AICChainEnv(MARKET), 9, () => {});
    expect(last).toMatchObject({ truncated: true, terminated: false });
    expect(last.info.round).toBeGreaterThanOrEqual(MARKET.horizonRounds);
    expect(last.observation.candidates).toBeGreaterThan(0);
  });

  test('the end of all work terminates', () => {
    const env = new AICChainEnv({ ...MARKET, workloadLimit: 5, horizonRounds: 10_000 });
    const last = play(env, 10, () => {});
    expect(last).toMatchObject({ truncated: false, terminated: true });
    expect(env.simulation.idle).toBe(true);
    expect(env.simulation.endings.arrived).toBe(5);
    const { completed, expired, lost } = env.simulation.endings;
    expect(completed + expired + lost).toBe(5);
  });

  test('an episode in which there is nothing to match ends with its first step; training passes through', async () => {
    const seen = SEEN.map((one) => ({ ...one, budgetMicro: 0.35 * one.budgetMicro }));
    const poor = { ...scenarioOf(FIVE_NODES, seen), workloadLimit: 1, openRounds: 2 };
    const env = new AICChainEnv(poor);
    const seeds = Array.from({ length: 50 }, (_, i) => i + 1);
    const empty = seeds.find((seed) => env.reset({ seed })[0].candidates === 0)!;
    const [{ mask }] = env.reset({ seed: empty });
    expect(mask.indexOf(1)).toBe(env.deferAction);
    expect(env.step(env.deferAction)).toMatchObject({ terminated: true, truncated: false });
    const short = { updates: 2, environments: 8, steps: 32, minibatch: 64, validationSeeds: [1] };
    const { history } = await train(poor, short);
    for (const { reward, entropy, valueLoss, approxKl } of history)
      expect([reward, entropy, valueLoss, approxKl].every(Number.isFinite)).toBe(true);
  });

  test('shaping by a potential adds up to nothing but its ends', () => {
    const env = new AICChainEnv({ ...MARKET, workloadLimit: 20, horizonRounds: 10_000 });
    env.reset({ seed: 11 });
    const start = -MARKET.welfare.fragmentation * env.simulation.fragmentation();
    let sum = 0;
    play(env, 11, ({ info }) => {
      sum += info.terms.shaping;
    });
    expect(sum).toBeCloseTo(-start, 9);
  });

  test('more than 64 pairs: each workload has its best node among them, then its second, and so on', () => {
    const many = scenarioOf(
      Array.from({ length: 30 }, (_, i) => ({ ...FIVE_NODES[i % 5]! })),
      SEEN,
    );
    const env = new AICChainEnv(many);
    const [observation, info] = env.reset({ seed: 1, options: { round: 3 } });
    expect(observation.candidates).toBe(MAX_CANDIDATES);
    const { simulation } = env;
    const offered = Map.groupBy(
      Array.from({ length: MAX_CANDIDATES }, (_, a) => a),
      (a) => info.workloads[a]!,
    );
    const most = Math.max(...[...offered.values()].map((slots) => slots.length));
    for (const w of simulation.open) {
      const best = simulation.nodes
        .flatMap((_, c) => {
          const pair = simulation.pair(w, c);
          return pair === null ? [] : [{ c, weight: pair.weightMicro }];
        })
        .sort((a, b) => b.weight - a.weight || a.c - b.c);
      const nodes = (offered.get(w.id) ?? []).map((a) => info.nodes[a]!);
      expect(nodes).toEqual(
        best
          .slice(0, nodes.length)
          .map(({ c }) => c)
          .sort((a, b) => a - b),
      );
      expect(nodes.length).toBeGreaterThanOrEqual(Math.min(best.length, most - 1));
    }
  });
});

describe('VectorEnv', () => {
  test('starts over by itself and keeps the last observation of the episode that was cut off', () => {
    const envs = new VectorEnv({ ...MARKET, horizonRounds: 12 }, 2, 1);
    const twin = new VectorEnv({ ...MARKET, horizonRounds: 12 }, 2, 1);
    const first = envs.reset().map(([observation]) => observation.features.slice());
    twin.reset();
    expect(first[0]).not.toEqual(first[1]);
    let cut = 0;
    for (let i = 0; i < 200 && cut < 3; i++) {
      const step = envs.step(0, 0);
      const same = twin.step(0, 0);
      expect(step.reward).toBe(same.reward);
      expect(step.finalObservation === null).toBe(!step.truncated);
      if (step.finalObservation === null) continue;
      cut++;
      expect(step.finalObservation.candidates).toBeGreaterThan(0);
      expect(step.finalObservation.features).not.toBe(step.observation.features);
      expect(envs.environments[0]!.simulation.round).toBeLessThan(12);
    }
    expect(cut).toBe(3);
  });
});
