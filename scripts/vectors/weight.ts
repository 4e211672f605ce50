import {
  durationSec,
  INELIGIBLE,
  type Ineligible,
  type NodeRecord,
  packNodeRecord,
  packWorkloadSpec,
  type WorkloadSpec,
} from '../../src/domain/index.ts';
import { MAX_MICRO, UINT32 } from '../../src/domain/testing/ranges.ts';
import { type PairInRound, weighPair } from '../../src/match/weight.ts';
import { anyRecord, anySpec, extremePairs } from './pairs.ts';
import { type Random, randomFrom } from './random.ts';
import { columnsOf, hex } from './table.ts';

const ANY = 300;
const ELIGIBLE = 500;
const OF_EACH_REASON = 25;
const MAX_RATE_MICRO = 1_000_000_000;

export function weightVectors() {
  const random = randomFrom(3);
  const draw = () => inRound(random, anySpec(random), anyRecord(random));
  const pairs = [
    ...extremePairs().map(({ spec, record }) => inRound(random, spec, record)),
    ...extremePairs().map(({ spec, record }) => eligible(inRound(random, spec, record))),
    ...times(ANY, draw),
    ...times(ELIGIBLE, () => eligible(draw())),
    ...INELIGIBLE.flatMap((reason) =>
      times(OF_EACH_REASON, () => breaking(random, reason, eligible(draw()))),
    ),
  ];
  const rows = pairs.map((pair) => weightCase(pair, random.within(0, 65_535)));
  for (const [reason, name] of INELIGIBLE.entries())
    if (!rows.some(({ ineligible }) => ineligible === reason)) throw new Error(`no case of ${name}`);
  return columnsOf(rows);
}

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

function inRound(
  random: Random,
  spec: WorkloadSpec,
  record: NodeRecord,
): PairInRound & { record: NodeRecord } {
  return {
    spec,
    record,
    round: random.within(0, UINT32),
    open: !random.chance(8),
    budgetMicro: random.within(0, MAX_MICRO),
    parameters: {
      maxPenaltyMicroPerGpuHour: random.within(0, MAX_RATE_MICRO),
      greenMicroPerKWh: random.within(0, MAX_RATE_MICRO),
      flagBelowTrustBps: random.within(0, 10_000),
    },
  };
}

/** The same pair without what stands against it. */
function eligible(pair: PairInRound & { record: NodeRecord }): PairInRound & { record: NodeRecord } {
  const { record, parameters, round } = pair;
  const gpus = Math.min(pair.spec.gpus, Math.max(1, record.freeGpus), record.gpus);
  const spec = {
    ...pair.spec,
    gpus,
    classMask: 0,
    memoryCode: Math.min(pair.spec.memoryCode, record.memoryCode),
  };
  const trustBps = Math.max(record.trustBps, spec.minTrustBps, parameters.flagBelowTrustBps);
  const able: NodeRecord = {
    ...record,
    ...{ active: true, flagged: false, excluded: false },
    trustBps,
    freshUntilRound: Math.max(record.freshUntilRound, round),
    freeGpus: Math.max(record.freeGpus, gpus),
  };
  const seconds = durationSec(spec, able);
  const computeGflop = seconds > UINT32 ? 0 : spec.computeGflop;
  const dataMB = seconds > UINT32 ? 0 : spec.dataMB;
  const light = { ...spec, computeGflop, dataMB };
  const maxDurationSec = Math.max(spec.maxDurationSec, Number(durationSec(light, able)));
  return { ...pair, spec: { ...light, maxDurationSec }, record: able, open: true };
}

/** An eligible pair with one rule broken, at its edge where it has one. */
function breaking(
  random: Random,
  reason: Ineligible,
  pair: PairInRound & { record: NodeRecord },
): PairInRound {
  const { spec, record, round } = pair;
  const of = (changes: Partial<NodeRecord>, wants: Partial<WorkloadSpec> = {}) => ({
    ...pair,
    record: { ...record, ...changes },
    spec: { ...spec, ...wants },
  });
  switch (reason) {
    case 'None':
      return pair;
    case 'NotRegistered':
      return { ...pair, record: undefined };
    case 'Inactive':
      return of({ active: false });
    case 'Excluded':
      return of({ excluded: true, flagged: random.chance(2) });
    case 'Flagged':
      return of({ flagged: true });
    case 'Stale':
      return { ...of({ freshUntilRound: Math.max(1, round) - 1 }), round: Math.max(1, round) };
    case 'TrustTooLow':
      return of({ trustBps: 4_999 }, { minTrustBps: 5_000 });
    case 'ClassNotAllowed':
      return of({}, { classMask: 0xffff & ~(1 << record.classId) || 1 });
    case 'TooFewGpus':
      return of({ gpus: 7, freeGpus: 7 }, { gpus: 8 });
    case 'NoFreeGpus':
      return of({ gpus: 8, freeGpus: 7 }, { gpus: 8 });
    case 'TooLittleMemory':
      return of({ memoryCode: 99 }, { memoryCode: 100 });
    case 'WorkloadNotOpen':
      return { ...pair, open: false };
    case 'TooSlow':
      return of({}, { leaseSec: 101, maxDurationSec: 100 });
  }
}

function weightCase(pair: PairInRound, penalty: number) {
  const weight = weighPair(pair, () => penalty);
  return {
    spec: hex(packWorkloadSpec(pair.spec)),
    record: hex(pair.record === undefined ? 0n : packNodeRecord(pair.record)),
    round: pair.round,
    open: pair.open,
    budgetMicro: pair.budgetMicro,
    penalty,
    ...pair.parameters,
    ineligible: INELIGIBLE.indexOf(weight.ineligible),
    durationSec: weight.durationSec,
    costMicro: weight.costMicro,
    qualityMicro: weight.qualityMicro,
    greenMicro: weight.greenMicro,
    weightMicro: weight.weightMicro,
  };
}
