import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from './anvil.ts';
import { ChainClock, chainNow } from './clock.ts';
import { type EmbeddedChain, setAside, startEmbeddedChain } from './embedded.ts';
import { commandOf } from './processes.ts';
import { rpc } from './rpc.ts';

let folder: string;
const running: EmbeddedChain[] = [];
const start = async (options: Partial<Parameters<typeof startEmbeddedChain>[0]> = {}) => {
  const chain = await startEmbeddedChain({ dataDir: join(folder, 'chain'), clock: 'manual', ...options });
  running.push(chain);
  return chain;
};
const stopAll = async () => {
  for (const chain of running.splice(0)) await chain.stop();
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aicchain-embedded-'));
});
afterEach(async () => {
  await stopAll();
  rmSync(folder, { recursive: true, force: true });
});

const balance = (chain: EmbeddedChain, account: string) =>
  rpc<string>(chain.rpcUrl, 'eth_getBalance', [account, 'latest']);
const transfer = async (chain: EmbeddedChain, to: string) => {
  const [from] = await rpc<string[]>(chain.rpcUrl, 'eth_accounts', []);
  await rpc(chain.rpcUrl, 'eth_sendTransaction', [{ from, to, value: '0x5' }]);
  await rpc(chain.rpcUrl, 'evm_mine', []);
};
const someone = '0x00000000000000000000000000000000000000aa';

describe('an embedded chain refuses', () => {
  it('a folder that another chain uses', async () => {
    await start();
    await expect(start()).rejects.toMatchObject({ code: 'DATA_IN_USE', retryable: true });
  });

  it('a port that is taken, and leaves the folder free', async () => {
    const server = createServer((_, response) => response.end('{}'));
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    await expect(start({ port })).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      message: expect.stringContaining(String(port)),
    });
    await new Promise((resolve) => server.close(resolve));
    await start();
  });

  it('a damaged state file, naming it and the way out; setting it aside loses nothing', async () => {
    const { stateFile } = await start();
    await stopAll();
    const damaged = readFileSync(stateFile, 'utf8').slice(0, 500);
    writeFileSync(stateFile, damaged);
    await expect(start()).rejects.toMatchObject({
      code: 'STATE_CORRUPTED',
      message: expect.stringContaining(stateFile),
      hint: expect.stringContaining('--reset'),
    });
    const aside = setAside(join(folder, 'chain'));
    expect((await start()).isNew).toBe(true);
    expect(readFileSync(join(String(aside), 'state.json'), 'utf8')).toBe(damaged);
  });
});

describe('an embedded chain', () => {
  it('keeps its state, its blocks and its frozen clock over a restart', async () => {
    const first = await start();
    await transfer(first, someone);
    await new ChainClock(first.rpcUrl, { genesis: 0, roundSec: 1, epochRounds: 1 }).advanceTo(1_767_225_700);
    await stopAll();
    const second = await start();
    expect(second.isNew).toBe(false);
    expect(await balance(second, someone)).toBe('0x5');
    expect(await chainNow(second.rpcUrl)).toBe(1_767_225_700);
    await transfer(second, someone);
    expect(await chainNow(second.rpcUrl)).toBe(1_767_225_700);
    expect(await balance(second, someone)).toBe('0xa');
    expect(
      await rpc<{ number: string }>(second.rpcUrl, 'eth_getBlockByNumber', ['0x1', false]),
    ).toMatchObject({ number: '0x1' });
  });

  it('with a wall clock has the time of the day', async () => {
    const chain = await start({ clock: 'wall' });
    expect(Math.abs((await chainNow(chain.rpcUrl)) - Date.now() / 1_000)).toBeLessThan(5);
  });

  it('ends when its owner is killed, and the next start takes over', async () => {
    const dataDir = join(folder, 'chain');
    const script = `import { startEmbeddedChain } from '${new URL('./embedded.ts', import.meta.url)}';
      const chain = await startEmbeddedChain({ dataDir: ${JSON.stringify(dataDir)}, clock: 'manual' });
      console.log(chain.pid); setInterval(() => {}, 1000);`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = Number(await new Promise((resolve) => owner.stdout.once('data', resolve)));
    expect(commandOf(pid)).toContain(dataDir);
    const gone = new Promise((resolve) => owner.once('exit', resolve));
    owner.kill('SIGKILL');
    await gone;
    const chain = await start();
    expect(commandOf(pid)).toBeUndefined();
    expect(chain.isNew).toBe(false);
    expect(existsSync(join(dataDir, 'chain.lock'))).toBe(true);
  });

  it('moves its clock in steps and waits after each', async () => {
    const chain = await start();
    const clock = new ChainClock(chain.rpcUrl, { genesis: 1_767_225_600, roundSec: 4, epochRounds: 8 });
    const steps: number[] = [];
    const round = await clock.advanceRounds(10, { stepRounds: 4, onStep: (at) => void steps.push(at) });
    expect([round, steps]).toEqual([10, [4, 8, 10]]);
  });
});
