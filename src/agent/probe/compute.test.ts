import { expect, test } from 'vitest';
import { answerChallenge, flopOf } from './compute.ts';
import { payload, payloadHash } from './payload.ts';

const CHALLENGE = { seed: 'a', size: 24, layers: 5 };

test('seed, size and layers each change the answer, and nothing else does', async () => {
  const answers = await Promise.all([
    answerChallenge(CHALLENGE),
    answerChallenge({ ...CHALLENGE, seed: 'b' }),
    answerChallenge({ ...CHALLENGE, size: 25 }),
    answerChallenge({ ...CHALLENGE, layers: 6 }),
  ]);
  expect(new Set(answers).size).toBe(4);
  expect(await answerChallenge(CHALLENGE)).toBe(answers[0]);
});

test('the answer is the one that every version gives', async () => {
  expect(await answerChallenge(CHALLENGE)).toBe(
    '02a017cdc0882a11d8499be8b24691f5d951f0f0b8d38638c9babe3e0f80bf0e',
  );
});

test('work is counted as 2·n³ a layer', () => {
  expect(flopOf(CHALLENGE)).toBe(2 * 24 ** 3 * 5);
});

test('a payload has its length, and only the seed decides its bytes', async () => {
  let bytes = 0;
  for await (const chunk of payload('a', 100_001)) bytes += chunk.length;
  expect(bytes).toBe(100_001);
  expect(await payloadHash('a', 100_001)).toBe(await payloadHash('a', 100_001));
  expect(await payloadHash('a', 100_001)).not.toBe(await payloadHash('b', 100_001));
});
