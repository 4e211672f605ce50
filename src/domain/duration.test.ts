import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode } from './codes.ts';
import { durationSec, fastDurationSec } from './duration.ts';
import { anyRecord, anySpec, SEEDED } from './testing/arbitraries.ts';
import { idleNode, smallJob } from './testing/pair.ts';
import { RECORD_RANGES, SPEC_RANGES, UINT32 } from './testing/ranges.ts';
import type { NodeRecord, WorkloadSpec } from './types.ts';

describe('duration', () => {
  test('is latency, transfer and work, rounded up once', () => {
    // 16 µs + 8,000 Mbit at 16 Mbps + 3.6e9 Mflop at 2 · 524,288 MFLOPS = 500 + 3,433.2… s
    expect(durationSec(smallJob, idleNode)).toBe(3_934n);
  });

  test('of nothing to do is a second: the latency, rounded up', () => {
    expect(durationSec({ ...smallJob, computeGflop: 0, dataMB: 0 }, idleNode)).toBe(1n);
  });

  test('of a lease is its length, on any node', () => {
    fc.assert(
      fc.property(anySpec, anyRecord, fc.integer({ min: 1 }), (spec, record, leaseSec) => {
        expect(durationSec({ ...spec, leaseSec }, record)).toBe(BigInt(leaseSec));
      }),
      SEEDED,
    );
  });

  test('of a job is the ceiling of the sum of three fractions', () => {
    fc.assert(
      fc.property(anySpec, anyRecord, (spec, record) => {
        const job = { ...spec, leaseSec: 0 };
        expect(durationSec(job, record)).toBe(ceiling(sum(secondsOf(job, record))));
      }),
      SEEDED,
    );
  });

  test('never grows with more GPUs, bandwidth or compute', () => {
    fc.assert(
      fc.property(anySpec, anyRecord, fc.nat(255), (spec, record, code) => {
        const job = { ...spec, leaseSec: 0 };
        const seconds = durationSec(job, record);
        const better = {
          ...record,
          bandwidthCode: Math.max(record.bandwidthCode, code),
          computeCode: Math.max(record.computeCode, code),
          latencyCode: Math.min(record.latencyCode, code),
        };
        expect(durationSec(job, better)).toBeLessThanOrEqual(seconds);
        expect(durationSec({ ...job, gpus: job.gpus + 1 }, record)).toBeLessThanOrEqual(seconds);
      }),
      SEEDED,
    );
  });
});

describe('the duration as a number', () => {
  const plainly = (spec: WorkloadSpec, record: NodeRecord) => {
    const seconds = durationSec(spec, record);
    return seconds > UINT32 ? Number.POSITIVE_INFINITY : Number(seconds);
  };

  test('is the same, or Infinity where it leaves 32 bits', () => {
    fc.assert(
      fc.property(anySpec, anyRecord, fc.nat(48), (spec, record, bits) => {
        const small = { ...spec, computeGflop: Math.floor(spec.computeGflop / 2 ** bits) };
        for (const job of [spec, small]) expect(fastDurationSec(job, record)).toBe(plainly(job, record));
      }),
      { ...SEEDED, numRuns: 3_000 },
    );
  });

  test('is the same at the edges of every field', () => {
    for (const gpus of SPEC_RANGES.gpus)
      for (const computeGflop of edges(SPEC_RANGES.computeGflop))
        for (const dataMB of edges(SPEC_RANGES.dataMB))
          for (const leaseSec of SPEC_RANGES.leaseSec)
            for (const bandwidthCode of RECORD_RANGES.bandwidthCode)
              for (const latencyCode of RECORD_RANGES.latencyCode)
                for (const computeCode of RECORD_RANGES.computeCode)
                  for (const computeShift of RECORD_RANGES.computeShift) {
                    const spec = { ...smallJob, gpus, computeGflop, dataMB, leaseSec };
                    const record = { ...idleNode, bandwidthCode, latencyCode, computeCode, computeShift };
                    expect(fastDurationSec(spec, record)).toBe(plainly(spec, record));
                  }
  });

  test('is exact where the three fractions add up to whole seconds, and a Gflop beside', () => {
    // 25 µs, and 40,000 Gflop a second: 40,000·n − 1 Gflop take n seconds less 25 µs.
    const node = { ...idleNode, latencyCode: 9, computeCode: 9 * 16 + 9, computeShift: 0 };
    for (const seconds of [1, 2, 3_600, 5_401, 2 ** 31 + 1, UINT32 - 1, UINT32, UINT32 + 1]) {
      for (const beside of [-1, 0, 1]) {
        const computeGflop = 40_000 * seconds - 1 + beside;
        const job = { ...smallJob, gpus: 3_125, dataMB: 0, computeGflop };
        const expected = beside > 0 ? seconds + 1 : seconds;
        expect(durationSec(job, node)).toBe(BigInt(expected));
        expect(fastDurationSec(job, node)).toBe(expected > UINT32 ? Number.POSITIVE_INFINITY : expected);
      }
    }
  });
});

const edges = ([min, max]: readonly [number, number]) => [min, min + 1, max - 1, max];

type Fraction = readonly [numerator: bigint, denominator: bigint];

/** Latency, transfer and work in seconds, each a fraction of its own. */
function secondsOf(spec: WorkloadSpec, record: NodeRecord): Fraction[] {
  const flops = BigInt(decode(record.computeCode)) * 2n ** BigInt(record.computeShift) * 1_000_000n;
  return [
    [BigInt(decode(record.latencyCode)), 1_000_000n],
    [BigInt(spec.dataMB) * 8n, BigInt(decode(record.bandwidthCode))],
    [BigInt(spec.computeGflop) * 1_000_000_000n, BigInt(spec.gpus) * flops],
  ];
}

const sum = (fractions: readonly Fraction[]): Fraction =>
  fractions.reduce(([a, b], [c, d]) => [a * d + c * b, b * d]);

const ceiling = ([a, b]: Fraction): bigint => a / b + (a % b === 0n ? 0n : 1n);
