import type { NodeRecord, WorkloadSpec } from '../../src/domain/index.ts';
import type { Random } from './random.ts';

const UINT32 = 2 ** 32 - 1;
export const MAX_GPUS = 2 ** 12 - 1;
export const MAX_MICRO = 2 ** 53 - 1;

type Ranges<T> = {
  readonly [K in keyof T]: T[K] extends boolean ? never : readonly [min: number, max: number];
};
type Flags = 'active' | 'flagged' | 'excluded' | 'green';

/** Every value that a field of the packed word can hold and a submission may have. */
const SPEC_RANGES: Ranges<WorkloadSpec> = {
  gpus: [1, MAX_GPUS],
  memoryCode: [0, 255],
  classMask: [0, 2 ** 16 - 1],
  computeGflop: [0, 2 ** 48 - 1],
  dataMB: [0, UINT32],
  leaseSec: [0, UINT32],
  maxDurationSec: [1, UINT32],
  priority: [0, 10_000],
  minTrustBps: [0, 10_000],
  maxRetries: [0, 3],
  submittedRound: [0, UINT32],
};

const RECORD_RANGES: Ranges<Omit<NodeRecord, Flags>> = {
  gpus: [1, MAX_GPUS],
  freeGpus: [0, MAX_GPUS],
  memoryCode: [0, 255],
  computeCode: [0, 255],
  computeShift: [0, 24],
  bandwidthCode: [0, 255],
  latencyCode: [0, 255],
  wattsCode: [0, 255],
  classId: [0, 255],
  trustBps: [0, 10_000],
  freshUntilRound: [0, UINT32],
  askMicroPerGpuHour: [0, 2 ** 40 - 1],
  matchedRound: [0, UINT32],
  matchedEntry: [0, 2 ** 16 - 1],
};

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
