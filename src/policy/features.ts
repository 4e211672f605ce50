import {
  AICChainError,
  decode,
  durationSec,
  FEATURES,
  lg16,
  mulDivDown,
  type NetworkCounters,
  type NodeRecord,
  type WorkloadSpec,
} from '../domain/index.ts';

/** Bytes of packed features: 24 big-endian int16. */
export const FEATURE_BYTES = 2 * FEATURES;

/**
 * What the policy sees of an eligible pair in a round; the order is docs/PROTOCOL.md's. None depends on an ask.
 * `counters` are those that bind in the round.
 */
export function features(
  spec: WorkloadSpec,
  record: NodeRecord,
  budgetMicro: number,
  round: number,
  counters: Pick<NetworkCounters, 'gpus' | 'freeGpus' | 'openWorkloads'>,
): Int16Array {
  return writeFeatures(new Int16Array(FEATURES), 0, spec, record, budgetMicro, round, counters);
}

/** `features` into a caller's array from `offset`, for loops that must not allocate. Returns that array. */
export function writeFeatures(
  into: Int16Array,
  offset: number,
  spec: WorkloadSpec,
  record: NodeRecord,
  budgetMicro: number,
  round: number,
  counters: Pick<NetworkCounters, 'gpus' | 'freeGpus' | 'openWorkloads'>,
): Int16Array {
  refuseWorkload(spec, round);
  refuseCounters(counters);
  refusePair(spec, record);
  writeWorkloadFeatures(into, offset, spec, budgetMicro, round);
  writeNodeFeatures(into, offset + 6, record);
  writePairFeatures(into, offset + 15, spec, record, durationSec(spec, record), decode(record.bandwidthCode));
  writeNetworkFeatures(into, offset + 19, counters);
  into[offset + 23] = record.memoryCode - spec.memoryCode;
  return into;
}

/** Features 0..5. */
export function writeWorkloadFeatures(
  into: Int16Array,
  offset: number,
  spec: WorkloadSpec,
  budgetMicro: number,
  round: number,
): void {
  into[offset] = lg16(spec.gpus);
  into[offset + 1] = lg16OfShare(spec.computeGflop, 1_000, spec.gpus);
  into[offset + 2] = lg16(1 + spec.dataMB);
  into[offset + 3] = mulDivDown(spec.priority, 255, 10_000);
  into[offset + 4] = Math.min(255, round - spec.submittedRound);
  into[offset + 5] = lg16OfShare(budgetMicro, 3_600, spec.gpus * spec.maxDurationSec);
}

/** Features 6..14. */
export function writeNodeFeatures(into: Int16Array, offset: number, record: NodeRecord): void {
  const compute = record.computeCode + 16 * record.computeShift;
  into[offset] = lg16(record.freeGpus);
  into[offset + 1] = lg16(record.gpus);
  into[offset + 2] = compute;
  into[offset + 3] = record.bandwidthCode;
  into[offset + 4] = record.latencyCode;
  into[offset + 5] = record.wattsCode - compute;
  into[offset + 6] = mulDivDown(record.trustBps, 255, 10_000);
  into[offset + 7] = record.green ? 255 : 0;
  into[offset + 8] = mulDivDown(record.gpus - record.freeGpus, 255, record.gpus);
}

/** Features 15..18, of a pair that lasts `seconds`. */
export function writePairFeatures(
  into: Int16Array,
  offset: number,
  spec: WorkloadSpec,
  record: NodeRecord,
  seconds: number | bigint,
  bandwidthMbps: number,
): void {
  const transferMs = mulDivDown(spec.dataMB, 8_000, bandwidthMbps);
  const left = record.freeGpus - spec.gpus;
  into[offset] = lg16(seconds);
  // Beyond 2^53 the divisor is not exact, but the dividend is below 2^49: the share is 0 all the same.
  into[offset + 1] = Math.min(255, mulDivDown(transferMs, 255, Number(seconds) * 1_000));
  into[offset + 2] = lg16(1 + left);
  into[offset + 3] = left === 0 ? 255 : 0;
}

/** Features 19..22. */
export function writeNetworkFeatures(
  into: Int16Array,
  offset: number,
  { gpus, freeGpus, openWorkloads }: Pick<NetworkCounters, 'gpus' | 'freeGpus' | 'openWorkloads'>,
): void {
  into[offset] = lg16(1 + freeGpus);
  into[offset + 1] = lg16(1 + gpus);
  into[offset + 2] = lg16(1 + openWorkloads);
  into[offset + 3] = gpus === 0 ? 0 : mulDivDown(gpus - freeGpus, 255, gpus);
}

/** 48 bytes of calldata for the policy. */
export function packFeatures(values: Int16Array): Uint8Array {
  const bytes = new Uint8Array(FEATURE_BYTES);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < FEATURES; i++) view.setInt16(2 * i, values[i]!);
  return bytes;
}

export function unpackFeatures(bytes: Uint8Array): Int16Array {
  if (bytes.length !== FEATURE_BYTES)
    throw new AICChainError('BadFeatureBytes', `${bytes.length} bytes of features, not ${FEATURE_BYTES}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Int16Array.from({ length: FEATURES }, (_, i) => view.getInt16(2 * i));
}

/** lg16(1 + ⌊a·b / c⌋), where a·b and even the quotient may leave 2^53. */
function lg16OfShare(a: number, b: number, c: number): number {
  if (Number.isSafeInteger(a * b)) return lg16(1 + mulDivDown(a, b, c));
  return lg16(1n + (BigInt(a) * BigInt(b)) / BigInt(c));
}

// What no eligible pair can be; the arithmetic would wrap or divide by zero, on chain it reverts.

export function refuseWorkload(spec: WorkloadSpec, round: number): void {
  if (spec.gpus === 0) refuse('the workload asks for 0 GPUs');
  if (spec.maxDurationSec === 0) refuse('the workload may last 0 seconds');
  if (round < spec.submittedRound) refuse(`round ${round} is before submission in ${spec.submittedRound}`);
}

export function refusePair(spec: WorkloadSpec, record: NodeRecord): void {
  if (record.freeGpus < spec.gpus) refuse(`${record.freeGpus} GPUs are free, ${spec.gpus} are asked for`);
  if (record.gpus < record.freeGpus) refuse(`${record.freeGpus} of ${record.gpus} GPUs are free`);
}

export function refuseCounters(counters: Pick<NetworkCounters, 'gpus' | 'freeGpus'>): void {
  if (counters.gpus < counters.freeGpus)
    refuse(`${counters.freeGpus} of the network's ${counters.gpus} GPUs are free`);
}

function refuse(what: string): never {
  throw new AICChainError('NoFeaturesOfPair', `no features of this pair: ${what}`);
}
