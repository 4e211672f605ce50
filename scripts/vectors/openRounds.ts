import { openAt, packOpenPairs } from '../../src/domain/index.ts';
import { type Random, randomFrom } from './random.ts';
import { columnsOf, hex } from './table.ts';

const CASES = 400;
const UINT32 = 2 ** 32 - 1;

export function openRoundsVectors() {
  const random = randomFrom(6);
  const words = [
    0n,
    ...Array.from({ length: CASES }, (_, i) => (i % 4 === 0 ? anyWord(random) : lifeWord(random))),
  ];
  return columnsOf(
    words.flatMap((word) => {
      const openUntilRound = random.chance(4) ? random.within(0, UINT32) : random.below(60);
      return [random.below(60), random.below(60), random.within(0, UINT32)].map((round) => ({
        openRounds: hex(word),
        openUntilRound,
        round,
        open: openAt(word, openUntilRound, round),
      }));
    }),
  );
}

/** Pairs as a workload's life writes them: ascending, only the last open-ended. */
function lifeWord(random: Random): bigint {
  const pairs = [];
  let at = 1 + random.below(5);
  for (let left = 1 + random.below(4); left > 0; left--) {
    const from = at;
    const to = from + 1 + random.below(9);
    pairs.push({ from, to: left === 1 && random.chance(2) ? 0 : to });
    at = to + random.below(6);
  }
  return packOpenPairs(pairs);
}

/** Pairs that nobody writes: unused ones between used ones, empty, overlapping. */
function anyWord(random: Random): bigint {
  const end = () => (random.chance(3) ? 0 : random.below(50));
  return packOpenPairs(Array.from({ length: 4 }, () => ({ from: end(), to: end() })));
}
