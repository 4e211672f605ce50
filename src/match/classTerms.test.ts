import { describe, expect, test } from 'vitest';
import { ceilDiv } from '../domain/index.ts';
import { costMicro, greenMicro, qualityMicro, traitsOf } from './classTerms.ts';
import { randomRecord, randomSpec } from './testing/networks.ts';
import { integers } from './testing/rounds.ts';
import { weigh } from './weight.ts';

const next = integers(3);
/** Spread over the powers of two up to 2^bits, at the edges of whole hours now and then. */
const spread = (bits: number) => {
  const value = Math.floor((next(2 ** 32) / 2 ** 32) * 2 ** (next(bits) + 1));
  return next(3) === 0 ? Math.max(0, value - (value % 3_600) + next(3) - 1) : value;
};

describe('in numbers as in bigint', () => {
  test('the cost of an ask, or more than any budget where it is', () => {
    for (let i = 0; i < 200_000; i++) {
      const ask = spread(40);
      const gpuSec = spread(44);
      const exact = ceilDiv(BigInt(ask) * BigInt(gpuSec), 3_600n);
      const cost = costMicro(ask, gpuSec);
      if (exact <= Number.MAX_SAFE_INTEGER) expect(cost).toBe(Number(exact));
      else expect(cost).toBeGreaterThan(Number.MAX_SAFE_INTEGER);
    }
  });

  test('quality and green, over all penalties and parameters', () => {
    for (let i = 0; i < 50_000; i++) {
      const record = { ...randomRecord(next), wattsCode: next(256), freeGpus: 1 };
      const spec = { ...randomSpec(next), gpus: 1 + next(4_095), leaseSec: 1 + spread(31) };
      const penalty = next(65_536);
      const parameters = { maxPenaltyMicroPerGpuHour: spread(30), greenMicroPerKWh: spread(30) };
      const exact = weigh(spec, record, 0, penalty, parameters);
      const gpuSec = spec.gpus * spec.leaseSec;
      const same = (found: number, expected: bigint) => {
        if (expected <= Number.MAX_SAFE_INTEGER) expect(found).toBe(Number(expected));
        else expect(found).toBeGreaterThan(Number.MAX_SAFE_INTEGER);
      };
      same(qualityMicro(penalty, gpuSec, parameters), exact.qualityMicro);
      same(greenMicro(traitsOf(record), gpuSec, parameters), exact.greenMicro);
    }
  });
});
