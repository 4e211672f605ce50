import {
  codeCeil,
  codeCeilClamped,
  codeFloor,
  codeFloorClamped,
  decode,
  LARGEST_CODED,
  lg16,
  SMALLEST_CODED,
} from '../../src/domain/index.ts';
import { randomFrom } from './random.ts';
import { columnsOf } from './table.ts';

const CASES = 400;

export function codesVectors() {
  const random = randomFrom(1);
  const all = Array.from({ length: 256 }, (_, code) => ({ code, value: decode(code) }));
  const nearCodes = all.flatMap(({ value }) => [value, value + 1]).filter((value) => value <= LARGEST_CODED);
  const coded = [
    ...nearCodes,
    ...Array.from({ length: CASES }, () => random.within(SMALLEST_CODED, LARGEST_CODED)),
  ];
  const measured = [0, 1, 15, 16, LARGEST_CODED, LARGEST_CODED + 1, 2 ** 32 - 1, Number.MAX_SAFE_INTEGER];
  const powers = Array.from({ length: 70 }, (_, e) => [
    2n ** BigInt(e) - 1n,
    2n ** BigInt(e),
    2n ** BigInt(e) + 1n,
  ]);
  const logs = [
    ...powers.flat(),
    ...Array.from({ length: CASES }, () => BigInt(random.within(0, 2 ** 53 - 1))),
  ];
  return {
    decode: columnsOf(all),
    code: columnsOf(coded.map((value) => ({ value, floor: codeFloor(value), ceil: codeCeil(value) }))),
    clamped: columnsOf(
      measured.map((value) => ({ value, floor: codeFloorClamped(value), ceil: codeCeilClamped(value) })),
    ),
    lg16: columnsOf(logs.map((x) => ({ x, lg16: lg16(x) }))),
  };
}
