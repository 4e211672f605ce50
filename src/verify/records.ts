import {
  type Claims,
  codeCeilClamped,
  codeFloorClamped,
  type EventOf,
  type GpuClass,
  type Measured,
  type NodeRecord,
  type ParameterValues,
  unpackNodeRecord,
} from '../domain/index.ts';
import { known, type NetworkState, type NodeState } from '../state/index.ts';
import type { Expect } from './Finding.ts';

/** `NodeRegistered`: the next id, with the stake that its GPUs ask for. */
export function checkRegistration(
  state: NetworkState,
  { node, claims, stakeMicro }: EventOf<'NodeRegistered'>,
  { minNodeStakeMicroPerGpu }: ParameterValues,
  expect: Expect,
): void {
  expect('node.id', state.nodes.size + 1, node);
  expect('node.gpus', true, claims.gpus > 0);
  expect('node.stakeMicro', minNodeStakeMicroPerGpu * claims.gpus, stakeMicro);
}

/** What the record that is written with `NodeRegistered` shows, but for its codes and its ask. */
export function firstRecord(
  { claims }: EventOf<'NodeRegistered'>,
  round: number,
  parameters: ParameterValues,
): Partial<NodeRecord> {
  const { initialTrustBps, flagBelowTrustBps, freshnessRounds } = parameters;
  return {
    freeGpus: claims.gpus,
    trustBps: initialTrustBps,
    active: true,
    flagged: initialTrustBps < flagBelowTrustBps,
    excluded: false,
    green: false,
    freshUntilRound: round + freshnessRounds,
    matchedRound: 0,
    matchedEntry: 0,
  };
}

/**
 * `NodeRecordWritten`: it binds from the next round, claims no more than it may, and differs from the record before
 * only by what was said (`due`) or lies in its owner's hands: the ask, a pause, a heartbeat. Free GPUs are the books'.
 */
export function checkRecord(
  state: NetworkState,
  event: EventOf<'NodeRecordWritten'>,
  round: number,
  due: Partial<NodeRecord> | undefined,
  expect: Expect,
): void {
  const node = known(state.nodes, event.node, 'node');
  const record = unpackNodeRecord(event.record);
  expect('record.fromRound', round + 1, event.fromRound);
  expect('record.exists', true, record !== undefined);
  if (record === undefined) return;
  const before = node.records.newest?.record;
  const gpuClass = known(state.classes, node.claims.classId, 'class');
  const derived = {
    ...boundedCodes(node.claims, gpuClass, node.measured),
    ...(before && carriedOver(before)),
    ...due,
    ...(node.stakeFreeFromRound > 0 && { active: false, freshUntilRound: 0 }),
  };
  for (const [field, value] of Object.entries(derived)) {
    expect(`record.${field}`, value, record[field as keyof NodeRecord]);
  }
  if (before === undefined) return;
  const freshest = Math.max(before.freshUntilRound, round + state.parametersAt(round).freshnessRounds);
  expect('record.isFreshTooLong', false, record.freshUntilRound > freshest);
  checkGreen(node, before, record, round, due, expect);
}

/** What only an audit changes, or a match, which is told by itself. */
function carriedOver(record: NodeRecord): Partial<NodeRecord> {
  const { trustBps, flagged, excluded, matchedRound, matchedEntry } = record;
  return { trustBps, flagged, excluded, matchedRound, matchedEntry };
}

/** Whoever is green is never fresh longer than its certificate; a heartbeat takes the flag off once it has lapsed. */
function checkGreen(
  { greenUntilRound }: NodeState,
  before: NodeRecord,
  record: NodeRecord,
  round: number,
  due: Partial<NodeRecord> | undefined,
  expect: Expect,
) {
  if (record.green) expect('record.green', true, record.freshUntilRound <= greenUntilRound);
  else if (before.green && due?.green === undefined)
    expect('record.green', greenUntilRound > round, record.green);
}

/** The codes that the match may use: the claim, never better than the audit or, before the first one, the class floor. */
function boundedCodes(claims: Claims, gpuClass: GpuClass, measured: Measured | undefined) {
  const shift = 2 ** gpuClass.computeShift;
  const bound = measured
    ? {
        compute: codeFloorClamped(Math.floor(measured.computeMflops / shift)),
        bandwidth: codeFloorClamped(measured.bandwidthMbps),
        latency: codeCeilClamped(measured.latencyUs),
      }
    : {
        compute: gpuClass.floorComputeCode,
        bandwidth: gpuClass.floorBandwidthCode,
        latency: gpuClass.ceilingLatencyCode,
      };
  return {
    gpus: claims.gpus,
    classId: claims.classId,
    memoryCode: claims.memoryCode,
    computeShift: gpuClass.computeShift,
    computeCode: Math.min(claims.computeCode, bound.compute),
    bandwidthCode: Math.min(claims.bandwidthCode, bound.bandwidth),
    latencyCode: Math.max(claims.latencyCode, bound.latency),
    wattsCode: Math.max(claims.wattsCode, gpuClass.minWattsCode),
  } satisfies Partial<NodeRecord>;
}
