import { packNodeRecord, packWorkloadSpec } from '../../src/domain/index.ts';
import { anyRecord, anySpec, extremePairs } from './pairs.ts';
import { randomFrom } from './random.ts';
import { columnsOf, hex } from './table.ts';

const CASES = 60;

/** Packed words beside their fields: the bit layouts of Types.sol. */
export function wordsVectors() {
  const random = randomFrom(9);
  const pairs = [
    ...extremePairs(),
    ...Array.from({ length: CASES }, () => ({ spec: anySpec(random), record: anyRecord(random) })),
  ];
  return {
    record: columnsOf(pairs.map(({ record }) => ({ word: hex(packNodeRecord(record)), ...record }))),
    spec: columnsOf(pairs.map(({ spec }) => ({ word: hex(packWorkloadSpec(spec)), ...spec }))),
  };
}
