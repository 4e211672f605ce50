import type { NodeRecord, WorkloadSpec } from '../../src/domain/index.ts';
import { RECORD_RANGES, SPEC_RANGES } from '../../src/domain/testing/ranges.ts';
import type { Random } from './random.ts';

/** Each field of `ranges` from `draw`. */
function fill<K extends string>(
  ranges: Readonly<Record<K, readonly [number, number]>>,
  draw: (min: number, max: number) => number,
): Record<K, number> {
  const fields = Object.entries<readonly [number, number]>(ranges);
  return Object.fromEntries(fields.map(([name, [min, max]]) => [name, draw(min, max)])) as Record<K, number>;
}

/** Every word that a record or spec can be, not only sensible ones; one workload in three is a lease. */
export function anySpec(random: Random): WorkloadSpec {
  const spec = fill(SPEC_RANGES, random.within);
  return { ...spec, leaseSec: random.chance(3) ? spec.leaseSec : 0 };
}

export function anyRecord(random: Random): NodeRecord {
  return {
    ...fill(RECORD_RANGES, random.within),
    active: !random.chance(8),
    flagged: random.chance(8),
    excluded: random.chance(8),
    green: random.chance(3),
  };
}

/** The pairs in which every field is at one end, then those in which one field alone is. */
export function extremePairs(): { spec: WorkloadSpec; record: NodeRecord }[] {
  const flags = { active: true, flagged: false, excluded: false };
  const least = (min: number) => min;
  const most = (_: number, max: number) => max;
  const middle = (min: number, max: number) => Math.floor((min + max) / 2);
  const pair = (draw: typeof most, green: boolean) => ({
    spec: fill(SPEC_RANGES, draw),
    record: { ...fill(RECORD_RANGES, draw), ...flags, green },
  });
  const pairs = [pair(least, false), pair(least, true), pair(most, false), pair(most, true)];
  for (const lease of [false, true]) {
    const { spec, record } = pair(middle, false);
    const base = { ...spec, leaseSec: lease ? spec.leaseSec : 0 };
    for (const [name, range] of Object.entries(SPEC_RANGES))
      for (const value of range) pairs.push({ spec: { ...base, [name]: value }, record });
    for (const [name, range] of Object.entries(RECORD_RANGES))
      for (const value of range) pairs.push({ spec: base, record: { ...record, [name]: value } });
  }
  return pairs;
}
