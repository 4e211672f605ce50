import { describe, expect, test } from 'vitest';
import { AICChainEnv, type Info, type Observation, type ResetOptions, type Step } from './AICChainEnv.ts';
import { openbScenario } from './market.ts';
import { Random } from './random.ts';
import { contains, type Discrete, sample } from './spaces.ts';
import { MARKET } from './testing/market.ts';
import { VectorEnv } from './VectorEnv.ts';

// What Gymnasium's own check_env looks at, on a small market and on one with a world around it.
const SCENARIOS = { small: MARKET, openb: openbScenario({ nodes: 12, load: 1, seed: 3 }) };

const copied = ({ candidates, features, weight, penaltyScale, state, mask }: Observation) => ({
  candidates,
  features: features.slice(),
  weight: weight.slice(),
  penaltyScale: penaltyScale.slice(),
  state: state.slice(),
  mask: mask.slice(),
});

/** Plays actions sampled from the masked action space. */
function play(env: AICChainEnv, steps: number, seed: number, each: (step: Step) => void = () => {}): void {
  const random = new Random(seed);
  let mask = env.reset({ seed })[0].mask;
  for (let i = 0; i < steps; i++) {
    const step = env.step(sample(env.actionSpace, random, mask) as number);
    each(step);
    mask = step.terminated || step.truncated ? env.reset()[0].mask : step.observation.mask;
  }
}

describe.each(Object.entries(SCENARIOS))('Gymnasium’s contract on %s', (_, scenario) => {
  test('refuses a first reset without a seed, an unknown option by its name, and a bad one', () => {
    const env = new AICChainEnv(scenario);
    expect(() => env.reset()).toThrow('needs a seed');
    expect(() => env.reset({ seed: 1, options: { rounds: 3 } as ResetOptions })).toThrow(
      'no option "rounds"',
    );
    expect(() => env.reset({ seed: 1, options: { round: -1 } })).toThrow('"round" is -1');
    expect(() => env.reset({ seed: 1, options: { round: 2 } })).not.toThrow();
  });

  test('refuses steps before a reset, masked actions, and actions outside the space', () => {
    const env = new AICChainEnv(scenario);
    expect(() => env.step(env.deferAction)).toThrow('call reset');
    const [{ candidates }] = env.reset({ seed: 1 });
    for (const action of [candidates, -1, 0.5, Number.NaN, env.actionSpace.n]) {
      expect(() => env.step(action)).toThrow('masked');
    }
  });

  test('observations are in the space, with its dtypes, at reset and at every step', () => {
    const env = new AICChainEnv(scenario);
    expect(contains(env.observationSpace, env.reset({ seed: 2 })[0])).toBe(true);
    play(env, 300, 2, ({ observation }) => expect(contains(env.observationSpace, observation)).toBe(true));
  });

  test('rewards are finite, endings are booleans, info is an object with the mask of the observation', () => {
    const env = new AICChainEnv(scenario);
    const isInfo = (info: Info, { mask }: Observation) => typeof info === 'object' && info.mask === mask;
    const [observation, info] = env.reset({ seed: 3 });
    expect(isInfo(info, observation)).toBe(true);
    play(env, 300, 3, (step) => {
      expect(Number.isFinite(step.reward)).toBe(true);
      expect(typeof step.terminated).toBe('boolean');
      expect(typeof step.truncated).toBe('boolean');
      expect(step.terminated && step.truncated).toBe(false);
      expect(isInfo(step.info, step.observation)).toBe(true);
    });
  });

  test('the same seed gives the same first observation and the same steps; another seed gives others', () => {
    const [a, b] = [new AICChainEnv(scenario), new AICChainEnv(scenario)];
    play(b, 50, 9); // what was played before does not matter
    const first = copied(a.reset({ seed: 4 })[0]);
    expect(copied(b.reset({ seed: 4 })[0])).toEqual(first);
    expect(copied(b.reset({ seed: 5 })[0])).not.toEqual(first);
    const log = (env: AICChainEnv) => {
      const rewards: number[] = [];
      play(env, 200, 6, ({ reward }) => rewards.push(reward));
      return rewards;
    };
    expect(log(a)).toEqual(log(b));
  });

  test('a reset without a seed goes on to another episode, the same one after the same seed', () => {
    const [a, b] = [new AICChainEnv(scenario), new AICChainEnv(scenario)];
    const first = copied(a.reset({ seed: 7 })[0]);
    const second = copied(a.reset()[0]);
    expect(second).not.toEqual(first);
    b.reset({ seed: 7 });
    expect(copied(b.reset()[0])).toEqual(second);
  });

  test('samples of the spaces are in them, and sampled actions keep to the mask', () => {
    const env = new AICChainEnv(scenario);
    const random = new Random(8);
    for (let i = 0; i < 20; i++) {
      expect(contains(env.observationSpace, sample(env.observationSpace, random))).toBe(true);
      expect(contains(env.actionSpace, sample(env.actionSpace, random))).toBe(true);
    }
    const mask = new Uint8Array(env.actionSpace.n);
    mask[3] = 1;
    expect(sample(env.actionSpace, random, mask)).toBe(3);
  });

  test('what is not of the dtype, the shape or the bounds is in no space', () => {
    const { observationSpace, actionSpace } = new AICChainEnv(scenario);
    const { mask, weight } = observationSpace.spaces;
    expect(contains(mask!, new Float64Array(65))).toBe(false);
    expect(contains(mask!, new Uint8Array(64))).toBe(false);
    expect(contains(mask!, new Uint8Array(65).fill(2))).toBe(false);
    expect(contains(weight!, new Float64Array(64).fill(Number.NaN))).toBe(false);
    expect(contains(actionSpace, 1.5)).toBe(false);
  });

  test('there is nothing to render, and it says so', () => {
    expect(AICChainEnv.metadata.renderModes).toEqual([]);
    expect(new AICChainEnv(scenario).renderMode).toBeNull();
  });

  test('saved, played on, restored and played again: the same', () => {
    const env = new AICChainEnv({ ...scenario, horizonRounds: 40 });
    play(env, 60, 10);
    const saved = structuredClone(env.save());
    const other = new AICChainEnv({ ...scenario, horizonRounds: 40 });
    const goOn = (from: AICChainEnv) => {
      const random = new Random(11);
      const seen: unknown[] = [];
      let observation = from.restore(saved);
      seen.push(copied(observation));
      for (let i = 0; i < 200; i++) {
        const step = from.step(sample(from.actionSpace, random, observation.mask) as number);
        seen.push([copied(step.observation), step.reward, step.info.round]);
        observation = step.terminated || step.truncated ? from.reset()[0] : step.observation;
      }
      return seen;
    };
    const first = goOn(env);
    expect(goOn(env)).toEqual(first);
    expect(goOn(other)).toEqual(first);
  });
});

describe('VectorEnv', () => {
  test('starts over by itself: the next episode’s first observation, and the last of the old one beside it', () => {
    const envs = new VectorEnv({ ...MARKET, horizonRounds: 8 }, 2, 1);
    const [space, actions]: [AICChainEnv['observationSpace'], Discrete] = [
      envs.environments[0]!.observationSpace,
      envs.environments[0]!.actionSpace,
    ];
    const random = new Random(1);
    const current = envs.reset().map(([observation]) => observation);
    let ended = 0;
    for (let i = 0; i < 200; i++) {
      const e = i % 2;
      const step = envs.step(e, sample(actions, random, current[e]!.mask) as number);
      current[e] = step.observation;
      expect(contains(space, step.observation)).toBe(true);
      expect(step.finalObservation !== null).toBe(step.terminated || step.truncated);
      if (step.finalObservation === null) continue;
      ended++;
      expect(contains(space, step.finalObservation)).toBe(true);
      expect(envs.environments[e]!.simulation.round).toBeLessThan(8);
    }
    expect(ended).toBeGreaterThan(3);
  });

  test('saved and restored, goes on the same through the ends of episodes', () => {
    const scenario = { ...MARKET, horizonRounds: 8 };
    const envs = new VectorEnv(scenario, 2, 1);
    envs.reset();
    for (let i = 0; i < 30; i++) envs.step(i % 2, 0);
    const saved = structuredClone(envs.save());
    const goOn = (from: VectorEnv) => {
      const seen: unknown[] = from.restore(saved).map(copied);
      for (let i = 0; i < 100; i++) {
        const { observation, reward } = from.step(i % 2, 0);
        seen.push(copied(observation), reward);
      }
      return seen;
    };
    const first = goOn(envs);
    expect(goOn(new VectorEnv(scenario, 2, 99))).toEqual(first);
    expect(() => new VectorEnv(scenario, 3, 1).restore(saved)).toThrow('does not fit');
  });
});
