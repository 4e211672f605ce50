import { describe, expect, test } from 'vitest';
import { OWNER } from '../chainDouble.fixture.ts';
import { openSession, verifySession } from './session.ts';

const DAY_SEC = 86_400;
const NOW_SEC = 1_767_225_600;
const expected = { node: 1, chainId: 31337, address: OWNER.address };
const open = () => openSession(OWNER, { node: 1, chainId: 31337, nowSec: NOW_SEC });

describe('a session', () => {
  test('is refused once its time is over', async () => {
    const { certificate } = await open();
    const late = { ...expected, nowSec: NOW_SEC + 8 * DAY_SEC };
    await expect(verifySession(certificate, late)).rejects.toMatchObject({ code: 'BAD_SESSION' });
  });

  test('is renewed while it is half over, with the same key: answers under way stay good', async () => {
    const session = await open();
    const old = session.certificate;
    await session.renew(NOW_SEC + 3 * DAY_SEC);
    expect(session.certificate).toBe(old);
    const isSigned = await verifySession(old, { ...expected, nowSec: NOW_SEC });
    await session.renew(NOW_SEC + 4 * DAY_SEC);
    expect(session.certificate.expiresSec).toBe(NOW_SEC + 11 * DAY_SEC);
    expect(isSigned('ping', session.sign('ping'))).toBe(true);
    const nowSec = NOW_SEC + 10 * DAY_SEC;
    const isSignedLater = await verifySession(session.certificate, { ...expected, nowSec });
    expect(isSignedLater('ping', session.sign('ping'))).toBe(true);
    expect(isSignedLater('pong', session.sign('ping'))).toBe(false);
  });
});
