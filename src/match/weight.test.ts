import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import vectors from '../../vectors/weight.json' with { type: 'json' };
import { decode, durationSec, INELIGIBLE, unpackNodeRecord, unpackWorkloadSpec } from '../domain/index.ts';
import { anyRecord, anySpec, SEEDED } from '../domain/testing/arbitraries.ts';
import { idleNode, smallJob } from '../domain/testing/pair.ts';
import { isFeasible, type PairInRound, weigh, weighPair } from './weight.ts';

const RATES = { maxPenaltyMicroPerGpuHour: 40_000_000, greenMicroPerKWh: 1_000_000 };
const anyRates = fc.record({
  maxPenaltyMicroPerGpuHour: fc.nat(1_000_000_000),
  greenMicroPerKWh: fc.nat(1_000_000_000),
});
const anyPenalty = fc.nat(65_535);
const anyBudget = fc.maxSafeNat();

const pair: PairInRound = {
  spec: smallJob,
  record: idleNode,
  round: 50,
  open: true,
  budgetMicro: 10_000_000,
  parameters: { ...RATES, flagBelowTrustBps: 4_000 },
};

describe('an ineligible pair', () => {
  test('has a reason and no weight; the policy is not called', () => {
    const unasked = () => {
      throw new Error('the policy was called');
    };
    for (const broken of [{ record: { ...idleNode, flagged: true } }, { open: false }]) {
      const weight = weighPair({ ...pair, ...broken }, unasked);
      expect(weight).toMatchObject({ durationSec: 3_934n, costMicro: 0n, penalty: 0, weightMicro: 0n });
      expect(isFeasible(weight)).toBe(false);
    }
  });

  test('has no duration while the node is not registered or not active', () => {
    for (const record of [undefined, { ...idleNode, active: false }])
      expect(weighPair({ ...pair, record }, () => 0).durationSec).toBe(0n);
  });
});

describe('the weight of a pair', () => {
  test('is the budget less cost, quality and green', () => {
    const gpuSec = 2 * 3_934;
    const weight = weighPair(pair, () => 65_535);
    expect(weight).toEqual({
      ineligible: 'None',
      durationSec: 3_934n,
      costMicro: BigInt(Math.ceil((1_000_000 * gpuSec) / 3_600)),
      penalty: 65_535,
      qualityMicro: BigInt(Math.ceil((40_000_000 * gpuSec) / 3_600)),
      greenMicro: BigInt(Math.ceil((decode(64) * gpuSec * 1_000_000) / 3_600_000)),
      weightMicro: 10_000_000n - 2_185_556n - 87_422_223n - 559_503n,
    });
    expect(isFeasible(weight)).toBe(false);
  });

  test('is feasible from 0 on', () => {
    const green = { ...idleNode, green: true };
    const { costMicro } = weigh(smallJob, green, 0, 0, RATES);
    const at = (budget: bigint) =>
      weighPair({ ...pair, record: green, budgetMicro: Number(budget) }, () => 0);
    expect([at(costMicro), at(costMicro - 1n)].map(isFeasible)).toEqual([true, false]);
  });

  test('rounds every charge up, by less than one', () => {
    fc.assert(
      fc.property(
        anySpec,
        anyRecord,
        anyBudget,
        anyPenalty,
        anyRates,
        (spec, record, budget, penalty, rates) => {
          const weight = weigh(spec, record, budget, penalty, rates);
          const gpuSec = BigInt(spec.gpus) * durationSec(spec, record);
          const isCeiling = (value: bigint, a: bigint, b: bigint) => value * b >= a && (value - 1n) * b < a;
          const quality = BigInt(penalty) * BigInt(rates.maxPenaltyMicroPerGpuHour) * gpuSec;
          const energy = BigInt(decode(record.wattsCode)) * gpuSec * BigInt(rates.greenMicroPerKWh);
          expect(isCeiling(weight.costMicro, BigInt(record.askMicroPerGpuHour) * gpuSec, 3_600n)).toBe(true);
          expect(isCeiling(weight.qualityMicro, quality, 65_535n * 3_600n)).toBe(true);
          expect(isCeiling(weight.greenMicro, record.green ? 0n : energy, 3_600_000n)).toBe(true);
          const charges = weight.costMicro + weight.qualityMicro + weight.greenMicro;
          expect(weight.weightMicro).toBe(BigInt(budget) - charges);
        },
      ),
      SEEDED,
    );
  });

  test('never rises with the ask, the penalty, the watts or a rate', () => {
    fc.assert(
      fc.property(
        anySpec,
        anyRecord,
        anyPenalty,
        anyRates,
        fc.nat(255),
        (spec, record, penalty, rates, more) => {
          const weight = (r = record, p = penalty, of = rates) => weigh(spec, r, 0, p, of).weightMicro;
          const base = weight();
          expect(
            weight({ ...record, askMicroPerGpuHour: record.askMicroPerGpuHour + more }),
          ).toBeLessThanOrEqual(base);
          expect(weight({ ...record, wattsCode: Math.max(record.wattsCode, more) })).toBeLessThanOrEqual(
            base,
          );
          expect(weight(record, Math.min(65_535, penalty + more))).toBeLessThanOrEqual(base);
          const dearer = { ...rates, greenMicroPerKWh: rates.greenMicroPerKWh + more };
          expect(weight(record, penalty, dearer)).toBeLessThanOrEqual(base);
          expect(weight({ ...record, green: true })).toBeGreaterThanOrEqual(base);
        },
      ),
      SEEDED,
    );
  });
});

test('invariant 09: the golden vectors', () => {
  const v = vectors;
  for (const [i, spec] of v.spec.entries()) {
    const weight = weighPair(
      {
        spec: unpackWorkloadSpec(BigInt(spec)),
        record: unpackNodeRecord(BigInt(v.record[i]!)),
        round: v.round[i]!,
        open: v.open[i]!,
        budgetMicro: v.budgetMicro[i]!,
        parameters: {
          maxPenaltyMicroPerGpuHour: v.maxPenaltyMicroPerGpuHour[i]!,
          greenMicroPerKWh: v.greenMicroPerKWh[i]!,
          flagBelowTrustBps: v.flagBelowTrustBps[i]!,
        },
      },
      () => v.penalty[i]!,
    );
    const reason = INELIGIBLE[v.ineligible[i]!]!;
    expect(weight, `row ${i}`).toEqual({
      ineligible: reason,
      durationSec: BigInt(v.durationSec[i]!),
      costMicro: BigInt(v.costMicro[i]!),
      penalty: reason === 'None' ? v.penalty[i] : 0,
      qualityMicro: BigInt(v.qualityMicro[i]!),
      greenMicro: BigInt(v.greenMicro[i]!),
      weightMicro: BigInt(v.weightMicro[i]!),
    });
  }
});
