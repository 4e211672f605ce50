import type { WorkloadSpec } from './types.ts';
import { type Layout, packWord, unpackWord } from './word.ts';

/** Types.sol `WorkloadSpec`, low bits first; 242 bits. */
const LAYOUT = [
  ['gpus', 12],
  ['memoryCode', 8],
  ['classMask', 16],
  ['computeGflop', 48],
  ['dataMB', 32],
  ['leaseSec', 32],
  ['maxDurationSec', 32],
  ['priority', 14],
  ['minTrustBps', 14],
  ['maxRetries', 2],
  ['submittedRound', 32],
] as const satisfies Layout<string>;

/** The word of a spec, as `WorkloadSubmitted` carries it. */
export function packWorkloadSpec(spec: WorkloadSpec): bigint {
  return packWord(LAYOUT, spec);
}

export function unpackWorkloadSpec(word: bigint): WorkloadSpec {
  return unpackWord(LAYOUT, word);
}
