import { describe, expect, test } from 'vitest';
import { CLIENT } from './chainDouble.fixture.ts';
import { contentHash } from './document.ts';
import { authenticate, EMPTY_BODY, type SignedRequest, signRequest } from './requestAuth.ts';

const NOW_SEC = 1_700_000_000;
const REQUEST: SignedRequest = {
  method: 'GET',
  path: '/workloads/7?x=1',
  bodyHash: EMPTY_BODY,
  node: 3,
  chainId: 31337,
  expiresSec: NOW_SEC + 60,
};
const at = { method: 'GET', path: '/workloads/7?x=1', node: 3, chainId: 31337, nowSec: NOW_SEC };

describe('a request is not taken for the signer', () => {
  test.each([
    ['at another path', { path: '/workloads/8?x=1' }],
    ['with another query', { path: '/workloads/7?x=2' }],
    ['with another method', { method: 'POST' }],
    ['at another node', { node: 4 }],
    ['on another chain', { chainId: 1 }],
  ])('%s', async (_, change) => {
    const { signer } = await authenticate(await signRequest(CLIENT, REQUEST), { ...at, ...change });
    expect(signer).not.toBe(CLIENT.address);
  });

  test('with another body', async () => {
    const headers = await signRequest(CLIENT, REQUEST);
    const other = { ...headers, 'x-body-hash': contentHash(Buffer.from('x')) };
    expect((await authenticate(other, at)).signer).not.toBe(CLIENT.address);
  });
});

describe('a request is refused', () => {
  test.each([
    ['expired', { ...at, nowSec: NOW_SEC + 91 }, 'expired'],
    ['good for too long', { ...at, nowSec: NOW_SEC - 271 }, 'more than 300 s ahead'],
  ])('%s', async (_, when, message) => {
    const headers = await signRequest(CLIENT, REQUEST);
    await expect(authenticate(headers, when)).rejects.toThrow(message);
  });

  test.each([{}, { authorization: 'Bearer x' }, { authorization: 'AICChain expires=1,signature=0x12' }])(
    'with headers %j',
    async (headers) => {
      await expect(authenticate(headers, at)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    },
  );

  test('with a signature that is none', async () => {
    const headers = { ...(await signRequest(CLIENT, REQUEST)) };
    headers.authorization = `AICChain expires=${REQUEST.expiresSec},signature=0x${'00'.repeat(65)}`;
    await expect(authenticate(headers, at)).rejects.toThrow('malformed');
  });
});

test('the signer is recovered, and clocks may differ a little', async () => {
  const headers = await signRequest(CLIENT, REQUEST);
  for (const nowSec of [NOW_SEC, NOW_SEC + 85, NOW_SEC - 265])
    expect(await authenticate(headers, { ...at, nowSec })).toEqual({
      signer: CLIENT.address,
      bodyHash: EMPTY_BODY,
    });
});
