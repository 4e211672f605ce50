import fc from 'fast-check';
import type { NodeRecord, WorkloadSpec } from '../index.ts';
import { RECORD_RANGES, SPEC_RANGES } from './ranges.ts';

/** Seed and size of every property: the same cases on every machine. */
export const SEEDED = { seed: 0xa1cc, numRuns: 300 } as const;

/** Every spec that a submission may have; one in two is a job. */
export const anySpec: fc.Arbitrary<WorkloadSpec> = fc
  .record({ ...within(SPEC_RANGES), job: fc.boolean() })
  .map(({ job, ...spec }) => ({ ...spec, leaseSec: job ? 0 : spec.leaseSec }));

/** Every record that the packed word can hold. */
export const anyRecord: fc.Arbitrary<NodeRecord> = fc.record({
  ...within(RECORD_RANGES),
  active: fc.boolean(),
  flagged: fc.boolean(),
  excluded: fc.boolean(),
  green: fc.boolean(),
});

function within<K extends string>(ranges: Readonly<Record<K, readonly [number, number]>>) {
  const fields = Object.entries<readonly [number, number]>(ranges);
  return Object.fromEntries(fields.map(([name, [min, max]]) => [name, fc.integer({ min, max })])) as Record<
    K,
    fc.Arbitrary<number>
  >;
}
