import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import featureVectors from '../../vectors/features.json' with { type: 'json' };
import networkVectors from '../../vectors/network.json' with { type: 'json' };
import { type NodeRecord, unpackNodeRecord, unpackWorkloadSpec, type WorkloadSpec } from '../domain/index.ts';
import { anyRecord, anySpec, SEEDED } from '../domain/testing/arbitraries.ts';
import { idleNode, smallJob } from '../domain/testing/pair.ts';
import { MAX_MICRO } from '../domain/testing/ranges.ts';
import { unpackFeatures } from './features.ts';
import { loadPolicy } from './RLPolicyManager.ts';
import { policyScores, type ScoringEngine } from './scores.ts';
import { livelyNetwork } from './testing/livelyNetwork.ts';
import { encodeWeights } from './weightsBytes.ts';

const ENGINES: readonly ScoringEngine[] = ['wasm', 'typescript'];
const COUNTERS = { gpus: 100, freeGpus: 40, openWorkloads: 7 };
const BUDGET = 10_000_000;
const ROUND = 50;
const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.slice(2), 'hex'));
const goldenPolicies = networkVectors.networks.map(({ weights }) => loadPolicy(bytesOf(weights)));
const policyOf = (hidden: number, seed: number) => loadPolicy(encodeWeights(livelyNetwork(hidden, seed)));

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

describe.each(ENGINES)('%s refuses', (engine) => {
  const policy = policyOf(8, 1);
  const penalties = (spec: Partial<WorkloadSpec>, record: Partial<NodeRecord>) =>
    policyScores(policy, ROUND, COUNTERS, engine).penalties(
      { ...smallJob, ...spec },
      BUDGET,
      [idleNode, { ...idleNode, ...record }],
      new Uint16Array(2),
    );

  test('a policy whose sums might leave int32', () => {
    const network = { ...policy.network, b1: Int32Array.of(0, 0, 0, 0, 0, 0, 0, 2 ** 20) };
    expect(() => policyScores({ ...policy, network }, ROUND, COUNTERS, engine)).toThrow('b1[7] is 1048576');
  });

  test('counters that cannot be', () => {
    const counters = { ...COUNTERS, freeGpus: 101 };
    expect(() =>
      policyScores(policy, ROUND, counters, engine).penalties(
        smallJob,
        BUDGET,
        [idleNode],
        new Uint16Array(1),
      ),
    ).toThrow("101 of the network's 100");
  });

  test.each([
    ['that asks for 0 GPUs', { gpus: 0 }, {}, 'asks for 0 GPUs'],
    ['that may not last', { maxDurationSec: 0 }, {}, 'may last 0 seconds'],
    ['with too few GPUs free', {}, { freeGpus: 1 }, '1 GPUs are free, 2 are asked for'],
    ['with more GPUs free than there are', {}, { gpus: 7 }, '8 of 7 GPUs are free'],
    ['before the submission', { submittedRound: 51 }, {}, 'round 50 is before submission in 51'],
  ])('a pair %s', (_, spec, record, message) => {
    expect(() => penalties(spec, record)).toThrow(message);
  });
});

describe('the engine is', () => {
  test('WebAssembly where there is SIMD', () => {
    expect(policyScores(policyOf(8, 1), ROUND, COUNTERS).engine).toBe('wasm');
  });

  test.each([
    ['no WebAssembly', undefined],
    ['no SIMD', { validate: () => false }],
  ])('TypeScript where there is %s, with the same penalties', async (_, WebAssembly) => {
    const policy = policyOf(8, 1);
    const [found, expected] = [new Uint16Array(1), new Uint16Array(1)];
    policyScores(policy, ROUND, COUNTERS, 'wasm').penalties(smallJob, BUDGET, [idleNode], expected);
    vi.resetModules();
    vi.stubGlobal('WebAssembly', WebAssembly);
    const scores = (await import('./scores.ts')).policyScores(policy, ROUND, COUNTERS);
    scores.penalties(smallJob, BUDGET, [idleNode], found);
    expect(scores.engine).toBe('typescript');
    expect(found).toEqual(expected);
  });
});

describe('invariant 09: the golden vectors', () => {
  test.each(ENGINES)(
    '%s gives the penalties of the golden features, under every golden network',
    (engine) => {
      const v = featureVectors;
      const into = new Uint16Array(1);
      for (const policy of engine === 'wasm' ? goldenPolicies : goldenPolicies.slice(0, 1))
        for (const [i, spec] of v.spec.entries()) {
          const counters = { gpus: v.gpus[i]!, freeGpus: v.freeGpus[i]!, openWorkloads: v.openWorkloads[i]! };
          const record = unpackNodeRecord(BigInt(v.record[i]!))!;
          policyScores(policy, v.round[i]!, counters, engine).penalties(
            unpackWorkloadSpec(BigInt(spec)),
            v.budgetMicro[i]!,
            [record],
            into,
          );
          expect(into[0], `row ${i}`).toBe(policy.penalty(unpackFeatures(bytesOf(v.features[i]!))));
        }
    },
  );
});

describe('scores', () => {
  test('without a policy are 0', () => {
    const into = new Uint16Array(3).fill(9);
    policyScores(undefined, ROUND, COUNTERS).penalties(smallJob, BUDGET, [idleNode, idleNode], into);
    expect([...into]).toEqual([0, 0, 9]);
  });

  test('are asked for by index, and leave the others alone', () => {
    const policy = policyOf(32, 5);
    const records = [idleNode, { ...idleNode, freeGpus: 0 }, { ...idleNode, green: true }];
    for (const engine of ENGINES) {
      const scores = policyScores(policy, ROUND, COUNTERS, engine);
      const [one, two, some] = [new Uint16Array(1), new Uint16Array(1), new Uint16Array(3).fill(7)];
      scores.penalties(smallJob, BUDGET, [records[0]!], one);
      scores.penalties(smallJob, BUDGET, [records[2]!], two);
      scores.penalties(smallJob, BUDGET, records, some, [2, 0]);
      expect([...some]).toEqual([one[0], 7, two[0]]);
      expect(one).not.toEqual(two);
    }
  });

  test('are the same from both engines, whatever came before: other records, workloads, rounds, policies', () => {
    const policies = [8, 24, 32, 64].map((hidden) => policyOf(hidden, hidden));
    const anyCall = fc.record({
      policy: fc.constantFrom(...policies),
      specs: fc.array(anySpec, { minLength: 1, maxLength: 3 }),
      records: fc.array(anyRecord, { minLength: 1, maxLength: 20 }),
      budgetMicro: fc.nat(MAX_MICRO),
      waited: fc.nat(300),
    });
    const seen = new Set<number>();
    fc.assert(
      fc.property(anyCall, ({ policy, specs, records, budgetMicro, waited }) => {
        for (const spec of specs) {
          const round = spec.submittedRound + waited;
          const eligible = records.flatMap((r, i) =>
            spec.gpus <= r.freeGpus && r.freeGpus <= r.gpus ? [i] : [],
          );
          const [wasm, plain] = ENGINES.map((engine) => {
            const into = new Uint16Array(records.length);
            policyScores(policy, round, COUNTERS, engine).penalties(
              spec,
              budgetMicro,
              records,
              into,
              eligible,
            );
            return into;
          });
          expect(wasm).toEqual(plain);
          for (const i of eligible) seen.add(wasm![i]!);
        }
      }),
      { ...SEEDED, numRuns: 1_000 },
    );
    expect(seen.size).toBeGreaterThan(1_000);
  });
});
