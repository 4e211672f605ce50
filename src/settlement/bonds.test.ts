import { expect, test } from 'vitest';
import { challengeBondMicro, NO_VOIDS, remembered, roundBondMicro, voidedIn } from './bonds.ts';

const parameters = {
  minMatcherBondMicro: 10,
  matcherBondBps: 1_000,
  challengeBondMicro: 7,
  voidMemoryRounds: 60,
  maxBondDoublings: 4,
};

test('a round locks its share of the prices, or the least bond', () => {
  expect(roundBondMicro(0, NO_VOIDS, 5, parameters)).toBe(10);
  expect(roundBondMicro(109, NO_VOIDS, 5, parameters)).toBe(10);
  expect(roundBondMicro(1_239, NO_VOIDS, 5, parameters)).toBe(123);
});

test('both bonds double with each voided round, at most four times', () => {
  let voids = NO_VOIDS;
  const bonds = [0, 1, 2, 3, 4, 5].map(() => {
    const pair = [roundBondMicro(1_230, voids, 100, parameters), challengeBondMicro(voids, 100, parameters)];
    voids = voidedIn(voids, 100, parameters);
    return pair;
  });
  expect(bonds).toEqual([
    [123, 7],
    [246, 14],
    [492, 28],
    [984, 56],
    [1_968, 112],
    [1_968, 112],
  ]);
});

test('one voided round is forgotten each voidMemoryRounds, counted from the last one', () => {
  const two = voidedIn(voidedIn(NO_VOIDS, 100, parameters), 110, parameters);
  expect([110, 169, 170, 229, 230, 1_000].map((round) => remembered(two, round, parameters))).toEqual([
    2, 2, 1, 1, 0, 0,
  ]);
  // What was forgotten stays so after the next one.
  expect(voidedIn(two, 170, parameters)).toEqual({ voids: 2, lastVoidRound: 170 });
});
