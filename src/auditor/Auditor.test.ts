import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Node } from '../agent/agent.fixture.ts';
import { OWNER } from '../agent/chainDouble.fixture.ts';
import type { Measurement } from '../reports/index.ts';
import { Auditor, type AuditorChain } from './Auditor.ts';

const CLAIMS = { latencyUs: 50_000, bandwidthMbps: 20, computeMflops: 20 };
const node = new Node();
beforeAll(() => node.start());
afterAll(() => node.stop());

/** Takes what is committed and revealed, and refuses a reveal of anything else. */
class Committee implements AuditorChain {
  readonly chainId = 31337;
  readonly auditor = '0x00000000000000000000000000000000000000aa';
  readonly committed = new Map<number, string>();
  readonly revealed = new Map<number, readonly Measurement[]>();
  readonly closed: number[] = [];

  async nodes() {
    const gone = 'http://127.0.0.1:1';
    return [
      { node: 1, address: OWNER.address, endpoint: node.endpoint, claims: CLAIMS },
      { node: 2, address: OWNER.address, endpoint: gone, claims: CLAIMS },
    ];
  }

  async commit(epoch: number, measurements: readonly Measurement[], salt: string) {
    this.committed.set(epoch, JSON.stringify([measurements, salt]));
  }

  async reveal(epoch: number, measurements: readonly Measurement[], salt: string) {
    if (this.committed.get(epoch) !== JSON.stringify([measurements, salt])) throw new Error('RevealMismatch');
    this.revealed.set(epoch, measurements);
  }

  async close(epoch: number) {
    this.closed.push(epoch);
  }
}

const folder = () => mkdtempSync(join(tmpdir(), 'aicchain-auditor-'));
const SEEN: Measurement[] = [{ node: 1, answered: true, ...CLAIMS }];

describe('an auditor does not reveal', () => {
  test('what it never committed', async () => {
    const auditor = new Auditor({ chain: new Committee(), dataDir: folder() });
    await expect(auditor.reveal(3)).rejects.toMatchObject({ code: 'NOTHING_COMMITTED' });
  });

  test('an epoch twice', async () => {
    const auditor = new Auditor({ chain: new Committee(), dataDir: folder() });
    await auditor.commit(3, SEEN);
    await auditor.reveal(3);
    await expect(auditor.reveal(3)).rejects.toMatchObject({ code: 'NOTHING_COMMITTED' });
  });
});

test('every node is measured, wherever it begins; who does not answer is said not to', async () => {
  const auditor = new Auditor({
    chain: new Committee(),
    dataDir: folder(),
    measuring: { tries: 1, probeMs: 20 },
  });
  const measurements = await auditor.measureAll(1);
  expect(measurements.map(({ node, answered }) => [node, answered])).toEqual([
    [1, true],
    [2, false],
  ]);
  expect(measurements[0]!.latencyUs).toBeLessThan(CLAIMS.latencyUs);
});

test('what was committed is revealed by the next life of the auditor', async () => {
  const chain = new Committee();
  const dataDir = folder();
  await new Auditor({ chain, dataDir }).commit(3, SEEN);
  const next = new Auditor({ chain, dataDir });
  expect(await next.reveal(3)).toEqual(SEEN);
  await next.close(3, [1]);
  expect(chain.revealed.get(3)).toEqual(SEEN);
  expect(chain.closed).toEqual([3]);
  expect(readdirSync(dataDir)).toEqual([]);
});

test('two commitments to the same measurements do not look alike', async () => {
  const chain = new Committee();
  const auditor = new Auditor({ chain, dataDir: folder() });
  await auditor.commit(3, SEEN);
  await auditor.commit(4, SEEN);
  expect(chain.committed.get(3)).not.toBe(chain.committed.get(4));
});
