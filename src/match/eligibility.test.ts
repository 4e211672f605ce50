import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { INELIGIBLE, type NodeRecord, type WorkloadSpec } from '../domain/index.ts';
import { anyRecord, anySpec, SEEDED } from '../domain/testing/arbitraries.ts';
import { idleNode, smallJob } from '../domain/testing/pair.ts';
import { reasonAgainst } from './eligibility.ts';

const ROUND = 50;
const FLAG_BELOW_BPS = 4_000;

/** Each rule broken alone, in the order in which they are looked at. */
const BROKEN: Readonly<Record<string, { record?: Partial<NodeRecord>; spec?: Partial<WorkloadSpec> }>> = {
  Inactive: { record: { active: false } },
  Excluded: { record: { excluded: true } },
  Flagged: { record: { flagged: true } },
  Stale: { record: { freshUntilRound: ROUND - 1 } },
  TrustTooLow: { record: { trustBps: FLAG_BELOW_BPS - 1 } },
  ClassNotAllowed: { spec: { classMask: 0b10111 } },
  TooFewGpus: { record: { gpus: 1 } },
  NoFreeGpus: { record: { freeGpus: 1 } },
  TooLittleMemory: { record: { memoryCode: smallJob.memoryCode - 1 } },
  TooSlow: { spec: { maxDurationSec: 3_933 } },
};

const reason = (
  record: NodeRecord | undefined,
  spec: WorkloadSpec = smallJob,
  open = true,
  flagBelowTrustBps = FLAG_BELOW_BPS,
) => reasonAgainst(spec, record, ROUND, open, flagBelowTrustBps);

describe('a node may not take a workload', () => {
  test('that is not registered', () => expect(reason(undefined)).toBe('NotRegistered'));

  test.each(Object.entries(BROKEN))('%s', (name, { record, spec }) => {
    expect(reason({ ...idleNode, ...record }, { ...smallJob, ...spec })).toBe(name);
  });

  test('when the workload is not open', () =>
    expect(reason(idleNode, smallJob, false)).toBe('WorkloadNotOpen'));

  test('below the trust that the workload asks for, or that flags, whichever is more', () => {
    const spec = { ...smallJob, minTrustBps: 5_001 };
    expect(reason(idleNode, spec)).toBe('TrustTooLow');
    expect(reason(idleNode, smallJob, true, 5_001)).toBe('TrustTooLow');
    expect(reason(idleNode, { ...smallJob, minTrustBps: 5_000 }, true, 5_000)).toBe('None');
  });

  test('of a class that no bit of a mask can name, unless the mask is 0', () => {
    expect(reason({ ...idleNode, classId: 16 }, { ...smallJob, classMask: 0xffff })).toBe('ClassNotAllowed');
    expect(reason({ ...idleNode, classId: 35 }, { ...smallJob, classMask: 0b1000 })).toBe('ClassNotAllowed');
    expect(reason({ ...idleNode, classId: 255 })).toBe('None');
  });
});

describe('a node may take a workload', () => {
  test('when nothing stands against it, at the edge of every rule', () => {
    const record = {
      ...idleNode,
      gpus: 2,
      freeGpus: 2,
      trustBps: 4_000,
      memoryCode: 100,
      freshUntilRound: ROUND,
    };
    expect(reason(record, { ...smallJob, classMask: 0b1000, maxDurationSec: 3_934 })).toBe('None');
  });
});

test('of two broken rules the first is named', () => {
  const names = Object.keys(BROKEN);
  for (const [i, first] of names.entries())
    for (const second of names.slice(i + 1)) {
      const record = { ...idleNode, ...BROKEN[second]!.record, ...BROKEN[first]!.record };
      const spec = { ...smallJob, ...BROKEN[second]!.spec, ...BROKEN[first]!.spec };
      expect(reason(record, spec)).toBe(first);
    }
});

test('a lower ask, price or priority never changes the reason', () => {
  fc.assert(
    fc.property(anySpec, anyRecord, fc.nat(), fc.nat(10_000), (spec, record, ask, priority) => {
      const before = reason(record, spec);
      expect(INELIGIBLE).toContain(before);
      expect(reason({ ...record, askMicroPerGpuHour: ask }, { ...spec, priority })).toBe(before);
    }),
    SEEDED,
  );
});
