/** A reproducible stream (mulberry32): the same seed gives the same vectors on any machine. */
export interface Random {
  /** An integer in [0, n), n up to 2^53. */
  below(n: number): number;
  /** An integer in [min, max]: its ends often, else of every magnitude alike, so that small and large values both occur. */
  within(min: number, max: number): number;
  chance(of: number): boolean;
  pick<T>(values: readonly T[]): T;
}

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const uint32 = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z = (z + Math.imul(z ^ (z >>> 7), z | 61)) ^ z;
    return (z ^ (z >>> 14)) >>> 0;
  };
  const below = (n: number) => (uint32() * 2 ** 21 + (uint32() >>> 11)) % n;
  const within = (min: number, max: number) => {
    const kind = below(16);
    if (kind === 0) return min;
    if (kind === 1) return max;
    const bits = below(Math.ceil(Math.log2(max - min + 2))) + 1;
    return min + Math.min(max - min, below(2 ** bits));
  };
  return {
    below,
    within,
    chance: (of) => below(of) === 0,
    pick: (values) => values[below(values.length)]!,
  };
}
