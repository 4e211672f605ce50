import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FEATURES } from '../domain/index.ts';
import { priceGreedyMatcher } from '../match/baselines/priceGreedy.ts';
import { reasonAgainst } from '../match/eligibility.ts';
import { weigh } from '../match/weight.ts';
import { features } from '../policy/features.ts';
import { openbScenario } from './market.ts';
import { Simulation } from './Simulation.ts';
import type { Scenario } from './scenario.ts';
import { MARKET } from './testing/market.ts';
import { TERMS, welfareOf } from './welfare.ts';

const WORLD = openbScenario({ nodes: 12, load: 1, seed: 1, churn: { meanUpSec: 4 * 3_600 } });
const BUSY = openbScenario({
  nodes: 10,
  load: 1.3,
  seed: 2,
  profile: 'multigpu',
  arrivals: { kind: 'bursty', burst: 8, onSec: 600, offSec: 3_000 },
});
const SCENARIOS: Record<string, Scenario> = { small: MARKET, world: WORLD, busy: BUSY };
const scenarios = fc.constantFrom(...Object.keys(SCENARIOS));
const seeds = fc.nat({ max: 2 ** 31 });
const RUNS = { numRuns: 12, seed: 4 };

/** Clears each round as greedy matching does. */
function play(simulation: Simulation, rounds: number, each: () => void = () => {}): void {
  for (let i = 0; i < rounds; i++) {
    simulation.advance();
    for (const { workload, node, priceMicro } of priceGreedyMatcher.match(simulation.described())) {
      simulation.match(simulation.workload(workload), node - 1, priceMicro);
    }
    each();
  }
}

describe('Simulation refuses', () => {
  test('a pair that is not eligible, a workload twice, and one that has not arrived', () => {
    const simulation = new Simulation(MARKET);
    play(simulation, 5);
    while (simulation.open.length === 0) simulation.advance();
    simulation.advance();
    const workload = simulation.open.find((w) =>
      simulation.nodes.some((_, c) => simulation.isEligible(w, c)),
    )!;
    const node = simulation.nodes.findIndex((_, c) => simulation.isEligible(workload, c));
    simulation.match(workload, node);
    expect(() => simulation.match(workload, node)).toThrow('cannot run');
    expect(() => simulation.workload(100_000)).toThrow('has not arrived');
  });

  test('the state of another network', () => {
    const saved = new Simulation(WORLD).save();
    expect(() => new Simulation(MARKET).restore(saved)).toThrow('does not fit');
  });
});

describe('Simulation', () => {
  test('never gives more GPUs than there are, and records follow one round later', () => {
    fc.assert(
      fc.property(scenarios, seeds, (name, seed) => {
        const scenario = SCENARIOS[name]!;
        const simulation = new Simulation(scenario);
        simulation.reset(seed);
        play(simulation, 60, () => {
          simulation.nodes.forEach(({ gpus, freeGpus }, c) => {
            expect(simulation.free[c]).toBeGreaterThanOrEqual(0);
            expect(simulation.free[c]).toBeLessThanOrEqual(gpus);
            if (simulation.taken[c] === 0) expect(simulation.free[c]).toBe(freeGpus);
          });
        });
      }),
      RUNS,
    );
  });

  test('the same seed gives the same episode; trust stays in 0..10000; welfare is the sum of finite terms', () => {
    fc.assert(
      fc.property(scenarios, seeds, (name, seed) => {
        const scenario = SCENARIOS[name]!;
        const outcomes = [1, 2].map(() => {
          const simulation = new Simulation(scenario);
          simulation.reset(seed);
          play(simulation, 80, () => {
            for (const { trustBps } of simulation.nodes) {
              expect(trustBps).toBeGreaterThanOrEqual(0);
              expect(trustBps).toBeLessThanOrEqual(10_000);
            }
          });
          return simulation.outcome();
        });
        expect(outcomes[0]).toEqual(outcomes[1]);
        for (const term of TERMS) expect(Number.isFinite(outcomes[0]!.terms[term])).toBe(true);
        expect(outcomes[0]!.welfareMicro).toBe(welfareOf(outcomes[0]!.terms));
      }),
      RUNS,
    );
  });

  test('a workload ends exactly once, and stays as it ended', () => {
    fc.assert(
      fc.property(scenarios, seeds, (name, seed) => {
        const scenario = SCENARIOS[name]!;
        const simulation = new Simulation({ ...scenario, workloadLimit: 40 });
        simulation.reset(seed);
        const ended = new Map<number, string>();
        for (let i = 0; i < 4_000 && !simulation.isOver; i++) {
          play(simulation, 1);
          for (const { id, ending } of simulation.outcome().workloads) {
            if (ended.has(id)) expect(ending).toBe(ended.get(id));
            if (ending !== 'open' && ending !== 'running') ended.set(id, ending);
          }
        }
        expect(simulation.isOver).toBe(true);
        expect(ended.size).toBe(40);
        const { completed, expired, lost } = simulation.endings;
        expect(completed + expired + lost).toBe(40);
        const count = (kind: string) => [...ended.values()].filter((ending) => ending === kind).length;
        expect([count('completed'), count('expired'), count('lost')]).toEqual([completed, expired, lost]);
      }),
      RUNS,
    );
  });

  test('saved, played on, restored and played again: the same outcome', () => {
    fc.assert(
      fc.property(scenarios, seeds, (name, seed) => {
        const scenario = SCENARIOS[name]!;
        const simulation = new Simulation(scenario);
        simulation.reset(seed);
        play(simulation, 30);
        const saved = simulation.save();
        play(simulation, 80);
        const outcome = simulation.outcome();
        const other = new Simulation(scenario);
        other.restore(structuredClone(saved));
        play(other, 80);
        expect(other.outcome()).toEqual(outcome);
        simulation.restore(saved);
        play(simulation, 80);
        expect(simulation.outcome()).toEqual(outcome);
      }),
      RUNS,
    );
  });

  test('weights, eligibility and features are those of the network', () => {
    const simulation = new Simulation(WORLD);
    const into = new Int16Array(FEATURES);
    let checked = 0;
    for (let again = 0; again < 20; again++) {
      play(simulation, 3);
      simulation.advance();
      const { round, counters, scenario } = simulation;
      for (const workload of simulation.open) {
        const { spec, budgetMicro } = workload;
        simulation.nodes.forEach((record, c) => {
          const reason = reasonAgainst(spec, record, round, true, scenario.parameters.flagBelowTrustBps);
          expect(simulation.isEligible(workload, c)).toBe(reason === 'None');
          if (reason !== 'None') return;
          const weight = weigh(spec, record, budgetMicro, 0, scenario.parameters);
          const pair = simulation.pair(workload, c);
          expect(pair?.weightMicro ?? -1).toBe(Math.max(-1, Number(weight.weightMicro)));
          if (pair !== null) expect(pair.costMicro).toBe(Number(weight.costMicro));
          if (pair !== null) expect(pair.durationSec).toBe(Number(weight.durationSec));
          simulation.writeFeatures(workload, c, into, 0);
          expect(into).toEqual(features(spec, record, budgetMicro, round, counters));
          checked++;
        });
      }
    }
    expect(checked).toBeGreaterThan(100);
  });

  test('records that did not change are the same objects', () => {
    const simulation = new Simulation(WORLD);
    simulation.advance();
    const before = [...simulation.nodes];
    simulation.advance();
    const kept = simulation.nodes.filter((record, c) => record === before[c]).length;
    expect(kept).toBeGreaterThan(0);
    simulation.nodes.forEach((record, c) => {
      if (record !== before[c]) expect(record).not.toEqual(before[c]);
      expect(simulation.bound[c]).toEqual({ id: c + 1, record });
    });
  });

  test('deciders do not change arrivals: whoever matches meets the same workloads', () => {
    const [busy, idle] = [new Simulation(BUSY), new Simulation(BUSY)];
    busy.reset(5);
    idle.reset(5);
    play(busy, 60);
    for (let i = 0; i < 60; i++) idle.advance();
    const submitted = (simulation: Simulation) =>
      simulation
        .outcome()
        .workloads.map(({ submittedSec, gpus, priority }) => [submittedSec, gpus, priority]);
    expect(submitted(busy)).toEqual(submitted(idle));
  });

  test('useful is the GPU time of its own workloads that completed; other work is only held', () => {
    const idle = new Simulation(WORLD);
    for (let i = 0; i < 200; i++) idle.advance();
    expect(idle.outcome().heldGpuSec).toBeGreaterThan(0);
    expect(idle.outcome().usefulGpuSec).toBe(0);
    const simulation = new Simulation(WORLD);
    play(simulation, 200);
    const { workloads, usefulGpuSec } = simulation.outcome();
    const own = workloads.reduce(
      (sum, { gpus, startedSec, completedSec }) =>
        sum + (completedSec === null ? 0 : gpus * (completedSec - startedSec!)),
      0,
    );
    expect(own).toBeGreaterThan(0);
    expect(usefulGpuSec).toBeCloseTo(own, 3);
  });

  test('trust predicts failures: the less trusted half fails more often', () => {
    const [least, most] = [
      { runs: 0, failed: 0 },
      { runs: 0, failed: 0 },
    ];
    const scenario = openbScenario({ nodes: 40, load: 0.8, seed: 4 });
    for (let seed = 1; seed <= 3; seed++) {
      const simulation = new Simulation(scenario);
      simulation.reset(seed);
      for (let i = 0; i < 150; i++) {
        simulation.advance();
        for (const { workload: id, node } of priceGreedyMatcher.match(simulation.described())) {
          const workload = simulation.workload(id);
          const half = simulation.nodes[node - 1]!.trustBps < 8_000 ? least : most;
          simulation.match(workload, node - 1);
          half.runs++;
          if (workload.completedSec === null) half.failed++;
        }
      }
    }
    expect(Math.min(least.runs, most.runs)).toBeGreaterThan(100);
    expect(least.failed / least.runs).toBeGreaterThan(1.5 * (most.failed / most.runs));
  });

  test('a node that goes down turns stale, comes back, and its runs fail', () => {
    const simulation = new Simulation(
      openbScenario({ nodes: 12, load: 1, seed: 1, churn: { meanUpSec: 3_600 } }),
    );
    const stale = new Set<number>();
    let back = 0;
    play(simulation, 200, () => {
      simulation.nodes.forEach(({ freshUntilRound }, c) => {
        if (freshUntilRound < simulation.round) stale.add(c);
        else if (stale.delete(c)) back++;
      });
    });
    expect(back).toBeGreaterThan(5);
    const { failedRuns } = simulation.endings;
    const calm = new Simulation(openbScenario({ nodes: 12, load: 1, seed: 1, churn: null }));
    play(calm, 200);
    expect(failedRuns).toBeGreaterThan(2 * calm.endings.failedRuns);
    expect(simulation.outcome().offeredGpuSec).toBeLessThan(calm.outcome().offeredGpuSec);
  });

  test('what nodes claim too much, audits take from the record', () => {
    const scenario = openbScenario({
      nodes: 12,
      load: 0.5,
      seed: 1,
      reliability: { overclaimShare: 1, overclaimMost: 0.2 },
      audits: { epochRounds: 5, oldestEpochs: 0 },
    });
    const simulation = new Simulation(scenario);
    const unaudited = simulation.nodes.map(({ computeCode }) => computeCode);
    for (let i = 0; i < 12; i++) simulation.advance();
    const claimed = scenario.nodes.map(({ computeCode }) => computeCode);
    simulation.nodes.forEach(({ computeCode }, c) => {
      expect(unaudited[c]).toBeLessThan(claimed[c]!); // the floor of the class
      expect(computeCode).toBeLessThanOrEqual(claimed[c]!);
      expect(computeCode).toBeGreaterThan(unaudited[c]!);
    });
    expect(simulation.nodes.some(({ computeCode }, c) => computeCode < claimed[c]!)).toBe(true);
  });
});
