import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode } from './codes.ts';
import { durationSec } from './duration.ts';
import { anyRecord, anySpec, SEEDED } from './testing/arbitraries.ts';
import { idleNode, smallJob } from './testing/pair.ts';
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
