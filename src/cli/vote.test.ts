import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeDeployment } from '../chain/deployment.ts';
import { startTestNetwork, type TestNetwork } from '../chain/testing/testNetwork.ts';
import { cli, temporaryFolder } from './testing/cli.ts';

let network: TestNetwork;
let data: string;
const aicchain = (...args: string[]) => cli('--data', data, ...args);
beforeAll(async () => {
  data = temporaryFolder();
  network = await startTestNetwork([]);
  const file = join(data, 'network.json');
  writeDeployment(file, network.deployment);
  await aicchain('wallet', 'create', 'me');
  await aicchain(
    '--rpc',
    network.chain.rpcUrl,
    '--wallet',
    'me',
    'context',
    'add',
    'lab',
    '--deployment',
    file,
    '--manual-clock',
  );
});
afterAll(async () => {
  await network.stop();
  rmSync(data, { recursive: true, force: true });
});

describe('a vote from the command line', () => {
  it('needs votes', async () => {
    const { code, stderr } = await aicchain('vote', 'greenMicroPerKWh', '5');
    expect([code, stderr.split('\n')[0]]).toEqual([1, expect.stringMatching(/holds no AICG$/)]);
  });

  it('goes through all its steps, and says where it moves the clock', async () => {
    await aicchain('wallet', 'faucet');
    const { code, stdout } = await aicchain('vote', 'greenMicroPerKWh', '20000000');
    expect(code).toBe(0);
    const step = expect.stringMatching(/^\(the chain's clock is moved \d+ s: /);
    expect(stdout.trimEnd().split('\n')).toEqual([
      step,
      expect.stringMatching(/^proposed: /),
      step,
      '1 voted',
      step,
      'queued in the timelock',
      step,
      'executed',
      expect.stringMatching(/^greenMicroPerKWh: 0 → 20000000 micro-AICC\/kWh, from round \d+ on\.$/),
    ]);
  });

  it('refuses a step that is too large, before anything is proposed', async () => {
    const { code, stderr } = await aicchain('vote', 'greenMicroPerKWh', '900000000');
    expect([code, stderr.split('\n')[0]]).toEqual([
      2,
      'error: greenMicroPerKWh may change by at most 200000000 at once, it is 20000000',
    ]);
  });
});
