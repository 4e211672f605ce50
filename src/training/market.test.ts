import { describe, expect, test } from 'vitest';
import { AICChainEnv, MAX_CANDIDATES } from './AICChainEnv.ts';
import { type ArrivalProcess, Arrivals } from './arrivals.ts';
import { EventQueue } from './EventQueue.ts';
import { type OPENB_GPUS, openbScenario } from './market.ts';
import { Random } from './random.ts';
import { syntheticRegions } from './regions.ts';
import { Simulation } from './Simulation.ts';
import { scenarioOf } from './scenario.ts';
import { FIVE_NODES, node, SEEN, workload } from './testing/market.ts';
import { scenarioOfTrace } from './traceScenario.ts';

const OPENB = { nodes: 40, load: 1, seed: 1 };
const NODES = [
  { name: 'a', gpus: 8, gpuModel: 'G2', memoryMiB: null },
  { name: 'b', gpus: 2, gpuModel: 'T4', memoryMiB: null },
];
const JOBS = Array.from({ length: 50 }, (_, i) => ({
  submittedSec: i * i,
  gpus: i % 10 === 0 ? 4 : 1,
  runSec: 300 + 10 * i,
  gpuModels: i % 7 === 0 ? ['T4', 'G2'] : [],
  memoryMiB: null,
  priority: i === 1 ? 9_000 : null,
}));

describe('a scenario refuses', () => {
  test.each([
    [{ ...OPENB, nodes: 9 }, '9 nodes'],
    [{ ...OPENB, nodes: 100_001 }, '100001 nodes'],
    [{ ...OPENB, load: 0 }, 'load 0 is not above 0'],
    [{ ...OPENB, load: Number.NaN }, 'load NaN'],
    [{ ...OPENB, profile: 'tpu' as 'default' }, 'no profile "tpu"'],
    [{ ...OPENB, asks: { T4: [] } }, 'asks for T4 is empty'],
    [{ ...OPENB, asks: { T4: [0.1, -1] } }, 'ask of -1'],
    [{ ...OPENB, regions: { rttMs: [[1, 2]], gCo2PerKWh: [3] } }, 'row 0 of the round trips has 2 of 1'],
    [{ ...OPENB, regions: { rttMs: [[1]], gCo2PerKWh: [] } }, '1 regions have 0 carbon'],
    [{ ...OPENB, reliability: { overclaimShare: 2 } }, 'overclaimShare is 2'],
    [{ ...OPENB, churn: { meanUpSec: 0 } }, 'meanUpSec is 0'],
    [{ ...OPENB, horizonRounds: 0 }, 'horizonRounds is 0'],
    [{ ...OPENB, arrivals: { kind: 'bursty', burst: 0, onSec: 1, offSec: 1 } as const }, 'burst of bursty'],
  ])('%j', (options, message) => {
    expect(() => openbScenario(options)).toThrow(message);
  });

  test('a job that no node can hold, naming the job and why', () => {
    const large = [...JOBS.slice(0, 3), { ...JOBS[0]!, gpus: 16 }];
    expect(() => scenarioOfTrace(NODES, large, { load: 1, seed: 1 })).toThrow(
      'no node can hold job 3: it needs 16 GPUs in one node',
    );
    const elsewhere = [{ ...JOBS[0]!, gpuModels: ['P100'] }, JOBS[1]!];
    expect(() => scenarioOfTrace(NODES, elsewhere, { load: 1, seed: 1 })).toThrow(
      'job 0: it is allowed on no class',
    );
    const both = [{ ...JOBS[0]!, gpus: 4, gpuModels: ['T4'] }, JOBS[1]!];
    expect(() => scenarioOfTrace(NODES, both, { load: 1, seed: 1 })).toThrow(
      'none of the 1 nodes that are left',
    );
  });

  test('a trace without GPUs, of unknown models, or with more nodes asked for than it has', () => {
    const options = { load: 1, seed: 1 };
    expect(() => scenarioOfTrace([{ ...NODES[0]!, gpus: 0 }], JOBS, options)).toThrow('none of the 1 nodes');
    expect(() => scenarioOfTrace([{ ...NODES[0]!, gpuModel: 'X9' }], JOBS, options)).toThrow('"X9"');
    expect(() => scenarioOfTrace([{ ...NODES[0]!, gpuModel: null }], JOBS, options)).toThrow(
      'which GPUs node a has',
    );
    expect(() => scenarioOfTrace(NODES, JOBS, { ...options, nodes: 3 })).toThrow('3 nodes cannot be drawn');
    expect(() => scenarioOfTrace(NODES, JOBS.slice(0, 1), options)).toThrow('a trace of 1 jobs');
  });

  test('a live network whose nodes can hold none of its workloads; others are left out', () => {
    const tooLarge = { spec: workload(64, 1_000, 1), budgetMicro: 1 };
    expect(() => scenarioOf(FIVE_NODES, [tooLarge])).toThrow('the first needs 64 GPUs in one node');
    expect(scenarioOf(FIVE_NODES, [tooLarge, ...SEEN]).workloads.kinds).toHaveLength(SEEN.length);
    expect(() => scenarioOf([], SEEN)).toThrow('at least one node');
    expect(() => scenarioOf(FIVE_NODES, SEEN, { load: 0 })).toThrow('arrivalsPerRound is 0');
    expect(() => scenarioOf([node({ gpus: 1, tflops: 1, askAicc: 1 })], [])).toThrow('at least one workload');
  });
});

describe('arrivals follow the rate', () => {
  const count = (process: ArrivalProcess, seed: number, sec: number) => {
    const arrivals = new Arrivals(process, 0.5, new Random(seed));
    let n = 0;
    while (arrivals.next().timeSec < sec) n++;
    return n;
  };
  const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
  const SEC = 100_000;
  const mean = 0.5 * SEC;
  const burst = 8;
  const [onSec, offSec] = [600, 3_000];
  // Var N(T) → λT + 2T (r1 − r2)² p q / (1/on + 1/off), with r1, r2 the two rates and p, q how often each holds.
  const p = onSec / (onSec + offSec);
  const offRate = 0.5 / (p * burst + 1 - p);
  const modulated = (2 * ((burst - 1) * offRate) ** 2 * p * (1 - p)) / (1 / onSec + 1 / offSec);

  test.each([
    ['poisson', { kind: 'poisson' }, mean],
    ['bursty', { kind: 'bursty', burst, onSec, offSec }, mean + modulated * SEC],
  ] as const)('%s: within 5 deviations of the mean over seeds', (_, process, variance) => {
    const total = SEEDS.reduce((sum, seed) => sum + count(process, seed, SEC), 0);
    expect(Math.abs(total - SEEDS.length * mean)).toBeLessThan(5 * Math.sqrt(SEEDS.length * variance));
  });

  test('bursty arrivals come more unevenly than Poisson ones', () => {
    const spread = (process: ArrivalProcess) => {
      const counts = Array.from({ length: 60 }, (_, i) => count(process, i + 1, 2_000));
      const average = counts.reduce((sum, n) => sum + n) / counts.length;
      return counts.reduce((sum, n) => sum + (n - average) ** 2, 0) / counts.length / average;
    };
    expect(spread({ kind: 'bursty', burst, onSec, offSec })).toBeGreaterThan(5 * spread({ kind: 'poisson' }));
  });

  test('a trace is replayed in its order from a random job on, round again, at the rate', () => {
    const submittedSec = JOBS.map((job) => job.submittedSec);
    const arrivals = new Arrivals({ kind: 'trace', submittedSec }, 0.5, new Random(2));
    const seen = Array.from({ length: 500 }, () => arrivals.next());
    seen.forEach(({ job }, i) => {
      if (i > 0) expect(job).toBe((seen[i - 1]!.job! + 1) % 50);
    });
    expect(seen.at(-1)!.timeSec / 500).toBeCloseTo(2, 1);
    const starts = new Set(
      [1, 2, 3, 4, 5].map(
        (seed) => new Arrivals({ kind: 'trace', submittedSec }, 1, new Random(seed)).next().job,
      ),
    );
    expect(starts.size).toBeGreaterThan(2);
  });

  test('in a market the load is what arrives over what there is', () => {
    const arrived = (load: number) => {
      const simulation = new Simulation(openbScenario({ ...OPENB, load }));
      for (let i = 0; i < 300; i++) simulation.advance();
      return simulation.endings.arrived;
    };
    const [low, high] = [arrived(0.5), arrived(1)];
    // The difference of N(2m) and 2·N(m) has variance 2m + 4m.
    expect(Math.abs(high - 2 * low)).toBeLessThan(5 * Math.sqrt(6 * low));
  });
});

describe('openbScenario', () => {
  test('has the mix of the trace: nodes, GPU requests, models', () => {
    const scenario = openbScenario({ nodes: 1_213, load: 1, seed: 1 });
    const large = scenario.nodes.filter(({ gpus }) => gpus === 8).length;
    expect(Math.abs(large - (549 + 39 + 21 + 8))).toBeLessThanOrEqual(4);
    const gpus = scenario.nodes.reduce((sum, one) => sum + one.gpus, 0);
    expect(Math.abs(gpus - 6_212)).toBeLessThanOrEqual(40); // what the trace's node list adds up to
    const manyGpus = (profile: keyof typeof OPENB_GPUS) => {
      const { kinds } = openbScenario({ ...OPENB, profile }).workloads;
      const [all, multi] = [kinds, kinds.filter(({ spec }) => spec.gpus > 1)].map((of) =>
        of.reduce((sum, { spec }) => sum + spec.gpus, 0),
      );
      return multi! / all!;
    };
    expect(manyGpus('default')).toBeLessThan(0.08);
    expect(manyGpus('multigpu')).toBeGreaterThan(0.2);
    expect(manyGpus('multigpu')).toBeLessThan(0.32);
  });

  test('is the same for the same seed and another for another', () => {
    expect(openbScenario(OPENB)).toEqual(openbScenario(OPENB));
    expect(openbScenario(OPENB).workloads).not.toEqual(openbScenario({ ...OPENB, seed: 2 }).workloads);
  });

  test('starts warm: part of the GPUs are held by other work, as the load says', () => {
    const simulation = new Simulation(openbScenario({ ...OPENB, load: 0.7 }));
    const free = simulation.free.reduce((sum, gpus) => sum + gpus, 0);
    expect(1 - free / simulation.totalGpus).toBeCloseTo(0.7, 1);
    expect(simulation.outcome().workloads).toEqual([]);
  });

  test('asks are those given, where asks are given', () => {
    const asks = { G2: [0.5, 0.6] };
    const simulation = new Simulation(openbScenario({ ...OPENB, asks }));
    simulation.scenario.nodes.forEach(({ gpus, classId, memoryCode }, c) => {
      const isG2 = simulation.scenario.world!.sites[c]!.model.name === 'G2';
      expect(gpus * classId * memoryCode).toBeGreaterThanOrEqual(0);
      if (isG2) expect([500_000, 600_000]).toContain(simulation.nodes[c]!.askMicroPerGpuHour);
    });
  });

  test('two thousand nodes: decisions come from classes, full of distinct workloads, and are reproducible', () => {
    const scenario = openbScenario({ nodes: 2_000, load: 1, seed: 1, warmShare: 0.9 });
    const log = () => {
      const env = new AICChainEnv(scenario);
      let [observation, info] = env.reset({ seed: 1, options: { round: 1 } });
      const rewards: number[] = [];
      for (let i = 0; i < 150; i++) {
        for (let a = 0; a < observation.candidates; a++) {
          const pair = env.simulation.pair(env.simulation.workload(info.workloads[a]!), info.nodes[a]!);
          if (i % 30 === 0) expect(pair!.weightMicro / scenario.moneyUnitMicro).toBe(observation.weight[a]);
        }
        const step = env.step(observation.candidates > 0 ? 0 : env.deferAction);
        rewards.push(step.reward);
        [observation, info] = [step.observation, step.info];
      }
      expect(new Set(info.workloads).size).toBeGreaterThan(MAX_CANDIDATES / 2);
      return rewards;
    };
    expect(log()).toEqual(log());
  });
});

describe('scenarioOfTrace', () => {
  test('keeps the jobs, their models and known priorities, and cuts the longest', () => {
    const { workloads, arrivals } = scenarioOfTrace(NODES, JOBS, { load: 1, seed: 1, longestSec: 400 });
    expect(workloads.kinds.map(({ spec }) => spec.gpus)).toEqual(JOBS.map(({ gpus }) => gpus));
    expect(workloads.kinds[1]!.priority).toBe(9_000);
    expect(workloads.kinds[7]!.spec.classMask).not.toBe(0);
    expect(arrivals.kind).toBe('trace');
    const perGpu = workloads.kinds.map(({ spec }) => spec.computeGflop / spec.gpus);
    expect(Math.max(...perGpu) / perGpu[0]!).toBeCloseTo(400 / 300, 3);
  });

  test('plays', () => {
    const env = new AICChainEnv(scenarioOfTrace(NODES, JOBS, { load: 1, seed: 1, replay: 'poisson' }));
    env.reset({ seed: 1 });
    while (!env.step(0).truncated);
    expect(env.simulation.endings.arrived).toBeGreaterThan(10);
  });
});

describe('syntheticRegions', () => {
  test('are as far apart as data centres are', () => {
    const { rttMs, gCo2PerKWh } = syntheticRegions(64, 1);
    const apart = rttMs.flatMap((row, a) => row.filter((_, b) => a !== b)).sort((a, b) => a - b);
    const at = (quantile: number) => apart[Math.floor(quantile * (apart.length - 1))]!;
    expect(Math.abs(at(0.5) - 140)).toBeLessThan(25);
    expect(Math.abs(at(0.9) - 250)).toBeLessThan(40);
    for (const [a, row] of rttMs.entries())
      for (const [b, ms] of row.entries()) expect(ms).toBe(rttMs[b]![a]);
    const carbon = [...gCo2PerKWh].sort((a, b) => a - b);
    expect(Math.abs(carbon[32]! - 374)).toBeLessThan(30); // the middle of 123 zones
  });
});

describe('EventQueue', () => {
  test('gives events back by time, kind and id, whatever order they came in', () => {
    const random = new Random(1);
    const queue = new EventQueue();
    const events = Array.from({ length: 500 }, (_, id) => ({
      timeSec: random.integer(20),
      kind: random.integer(4),
      id,
    }));
    for (const event of events) queue.push(event);
    const order = events.map(() => queue.pop()!);
    const sorted = [...events].sort((a, b) => a.timeSec - b.timeSec || a.kind - b.kind || a.id - b.id);
    expect(order).toEqual(sorted);
    expect(queue.pop()).toBeUndefined();
  });
});
