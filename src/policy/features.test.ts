import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import vectors from '../../vectors/features.json' with { type: 'json' };
import { FEATURES, PRIORITY_FEATURE, unpackNodeRecord, unpackWorkloadSpec } from '../domain/index.ts';
import { anyRecord, anySpec, SEEDED } from '../domain/testing/arbitraries.ts';
import { idleNode, smallJob } from '../domain/testing/pair.ts';
import { MAX_MICRO, UINT32 } from '../domain/testing/ranges.ts';
import { features, packFeatures, unpackFeatures, writeFeatures } from './features.ts';

const COUNTERS = { gpus: 100, freeGpus: 40, openWorkloads: 7 };
const BUDGET = 10_000_000;
const ROUND = 50;

const anyCounters = fc
  .record({ gpus: fc.nat(2 ** 31 - 1), used: fc.nat(2 ** 31 - 1), openWorkloads: fc.nat(UINT32) })
  .map(({ gpus, used, openWorkloads }) => ({ gpus, freeGpus: Math.max(0, gpus - used), openWorkloads }));

/** Pairs that have features: enough GPUs free. */
const anyPair = fc
  .record({ spec: anySpec, record: anyRecord, left: fc.nat(4_095), used: fc.nat(4_095) })
  .map(({ spec, record, left, used }) => {
    const freeGpus = Math.min(4_095, spec.gpus + left);
    return { spec, record: { ...record, freeGpus, gpus: Math.min(4_095, freeGpus + used) } };
  });

describe('there are no features', () => {
  test.each([
    ['0 GPUs are asked for', { gpus: 0 }, {}, 'asks for 0 GPUs'],
    ['it may not last', { maxDurationSec: 0 }, {}, 'may last 0 seconds'],
    ['too few GPUs are free', {}, { freeGpus: 1 }, '1 GPUs are free, 2 are asked for'],
    ['more GPUs are free than there are', {}, { gpus: 7 }, '8 of 7 GPUs are free'],
    ['the round is before the submission', { submittedRound: 51 }, {}, 'round 50 is before submission in 51'],
  ])('where %s', (_, spec, record, message) => {
    const pair = [
      { ...smallJob, ...spec },
      { ...idleNode, ...record },
    ] as const;
    expect(() => features(...pair, BUDGET, ROUND, COUNTERS)).toThrow(message);
  });

  test('where more GPUs of the network are free than there are', () => {
    const counters = { ...COUNTERS, freeGpus: 101 };
    expect(() => features(smallJob, idleNode, BUDGET, ROUND, counters)).toThrow("101 of the network's 100");
  });

  test('in other than 48 bytes', () => {
    expect(() => unpackFeatures(new Uint8Array(47))).toThrow('47 bytes');
  });
});

describe('features', () => {
  test('are in the order of the protocol page', () => {
    const node = { ...idleNode, gpus: 10, green: true };
    const found = features({ ...smallJob, priority: 2_000 }, node, BUDGET, ROUND, COUNTERS);
    expect([...found]).toEqual([
      ...[16, 490, 159, 51, 40, 345],
      ...[48, 52, 240, 0, 0, 64 - 240, 127, 255, 51],
      ...[190, 32, 44, 0],
      ...[84, 105, 48, 153, 60],
    ]);
  });

  test('say when a node is filled exactly, and cap what waited and transferred long', () => {
    const spec = { ...smallJob, gpus: 8, computeGflop: 0 };
    const found = features(spec, idleNode, BUDGET, 1_000, { gpus: 0, freeGpus: 0, openWorkloads: 0 });
    expect([found[4], found[16], found[17], found[18], found[22]]).toEqual([255, 254, 0, 255, 0]);
  });

  test('never depend on an ask, nor on what is no feature', () => {
    fc.assert(
      fc.property(
        anyPair,
        anyCounters,
        fc.nat(MAX_MICRO),
        fc.nat(),
        ({ spec, record }, counters, budget, ask) => {
          const round = spec.submittedRound;
          const other = { ...record, askMicroPerGpuHour: ask, matchedRound: ask, freshUntilRound: ask };
          expect(features(spec, other, budget, round, counters)).toEqual(
            features(spec, record, budget, round, counters),
          );
        },
      ),
      SEEDED,
    );
  });

  test('stay in the ranges for which networks are trained', () => {
    fc.assert(
      fc.property(anyPair, anyCounters, fc.nat(MAX_MICRO), ({ spec, record }, counters, budget) => {
        const found = features(spec, record, budget, spec.submittedRound, counters);
        expect(Math.max(...found)).toBeLessThanOrEqual(1_100);
        expect(Math.min(...found)).toBeGreaterThanOrEqual(-700);
        for (const share of [PRIORITY_FEATURE, 4, 12, 13, 14, 16, 18, 22]) {
          expect(found[share]).toBeGreaterThanOrEqual(0);
          expect(found[share]).toBeLessThanOrEqual(255);
        }
      }),
      SEEDED,
    );
  });

  test('pack to 48 big-endian bytes and back', () => {
    const values = Int16Array.from({ length: FEATURES }, (_, i) => (i % 2 === 0 ? -i * 1_000 : 32_767 - i));
    const bytes = packFeatures(values);
    expect([...bytes.subarray(2, 6)]).toEqual([0x7f, 0xfe, 0xf8, 0x30]);
    expect(unpackFeatures(bytes)).toEqual(values);
  });

  test('can be written into a larger array', () => {
    const batch = writeFeatures(
      new Int16Array(3 * FEATURES),
      FEATURES,
      smallJob,
      idleNode,
      BUDGET,
      ROUND,
      COUNTERS,
    );
    expect(batch.slice(FEATURES, 2 * FEATURES)).toEqual(
      features(smallJob, idleNode, BUDGET, ROUND, COUNTERS),
    );
    expect(batch.slice(0, FEATURES)).toEqual(new Int16Array(FEATURES));
    expect(batch.slice(2 * FEATURES)).toEqual(new Int16Array(FEATURES));
  });
});

test('invariant 09: the golden vectors', () => {
  const v = vectors;
  for (const [i, spec] of v.spec.entries()) {
    const found = features(
      unpackWorkloadSpec(BigInt(spec)),
      unpackNodeRecord(BigInt(v.record[i]!))!,
      v.budgetMicro[i]!,
      v.round[i]!,
      { gpus: v.gpus[i]!, freeGpus: v.freeGpus[i]!, openWorkloads: v.openWorkloads[i]! },
    );
    expect(`0x${Buffer.from(packFeatures(found)).toString('hex')}`, `row ${i}`).toBe(v.features[i]);
  }
});
