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
  refuseImpossible(spec, record, round, counters);
  const seconds = durationSec(spec, record);
  const compute = record.computeCode + 16 * record.computeShift;
  const left = record.freeGpus - spec.gpus;
  const transferMs = mulDivDown(spec.dataMB, 8_000, decode(record.bandwidthCode));
  let i = offset;

  into[i++] = lg16(spec.gpus);
  into[i++] = lg16OfShare(spec.computeGflop, 1_000, spec.gpus);
  into[i++] = lg16(1 + spec.dataMB);
  into[i++] = mulDivDown(spec.priority, 255, 10_000);
  into[i++] = Math.min(255, round - spec.submittedRound);
  into[i++] = lg16OfShare(budgetMicro, 3_600, spec.gpus * spec.maxDurationSec);

  into[i++] = lg16(record.freeGpus);
  into[i++] = lg16(record.gpus);
  into[i++] = compute;
  into[i++] = record.bandwidthCode;
  into[i++] = record.latencyCode;
  into[i++] = record.wattsCode - compute;
  into[i++] = mulDivDown(record.trustBps, 255, 10_000);
  into[i++] = record.green ? 255 : 0;
  into[i++] = mulDivDown(record.gpus - record.freeGpus, 255, record.gpus);

  into[i++] = lg16(seconds);
  // Beyond 2^53 the divisor is not exact, but the dividend is below 2^49: the share is 0 all the same.
  into[i++] = Math.min(255, mulDivDown(transferMs, 255, Number(seconds) * 1_000));
  into[i++] = lg16(1 + left);
  into[i++] = left === 0 ? 255 : 0;

  into[i++] = lg16(1 + counters.freeGpus);
  into[i++] = lg16(1 + counters.gpus);
  into[i++] = lg16(1 + counters.openWorkloads);
  into[i++] = counters.gpus === 0 ? 0 : mulDivDown(counters.gpus - counters.freeGpus, 255, counters.gpus);
  into[i] = record.memoryCode - spec.memoryCode;
  return into;
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

/** Pairs that no eligible pair can be; the arithmetic would wrap or divide by zero, on chain it reverts. */
function refuseImpossible(
  spec: WorkloadSpec,
  record: NodeRecord,
  round: number,
  counters: Pick<NetworkCounters, 'gpus' | 'freeGpus'>,
): void {
  const refuse = (what: string) => {
    throw new AICChainError('NoFeaturesOfPair', `no features of this pair: ${what}`);
  };
  if (spec.gpus === 0) refuse('the workload asks for 0 GPUs');
  if (spec.maxDurationSec === 0) refuse('the workload may last 0 seconds');
  if (record.freeGpus < spec.gpus) refuse(`${record.freeGpus} GPUs are free, ${spec.gpus} are asked for`);
  if (record.gpus < record.freeGpus) refuse(`${record.freeGpus} of ${record.gpus} GPUs are free`);
  if (round < spec.submittedRound) refuse(`round ${round} is before submission in ${spec.submittedRound}`);
  if (counters.gpus < counters.freeGpus)
    refuse(`${counters.freeGpus} of the network's ${counters.gpus} GPUs are free`);
}
