import type { NodeRecord } from './types.ts';
import { type Layout, packWord, unpackWord } from './word.ts';

/** Types.sol `NodeRecord`, low bits first; 216 bits. One of the five flag bits is spare. */
const LAYOUT = [
  ['gpus', 12],
  ['freeGpus', 12],
  ['memoryCode', 8],
  ['computeCode', 8],
  ['computeShift', 5],
  ['bandwidthCode', 8],
  ['latencyCode', 8],
  ['wattsCode', 8],
  ['classId', 8],
  ['trustBps', 14],
  ['active', 1],
  ['flagged', 1],
  ['excluded', 1],
  ['green', 1],
  ['spare', 1],
  ['freshUntilRound', 32],
  ['askMicroPerGpuHour', 40],
  ['matchedRound', 32],
  ['matchedEntry', 16],
] as const satisfies Layout<string>;

/** The word of a record, as `NodeRecordWritten` carries it. */
export function packNodeRecord(record: NodeRecord): bigint {
  return packWord(LAYOUT, {
    ...record,
    active: Number(record.active),
    flagged: Number(record.flagged),
    excluded: Number(record.excluded),
    green: Number(record.green),
    spare: 0,
  });
}

/** The record with `gpus` fewer that are free, taken by an entry of a round. */
export function occupied(record: NodeRecord, gpus: number, round: number, entry: number): NodeRecord {
  return { ...record, freeGpus: record.freeGpus - gpus, matchedRound: round, matchedEntry: entry };
}

/** The record of a word; undefined for the word 0, which is how the chain says "not registered". */
export function unpackNodeRecord(word: bigint): NodeRecord | undefined {
  if (word === 0n) return undefined;
  const { spare: _, ...fields } = unpackWord(LAYOUT, word);
  return {
    ...fields,
    active: fields.active === 1,
    flagged: fields.flagged === 1,
    excluded: fields.excluded === 1,
    green: fields.green === 1,
  };
}
