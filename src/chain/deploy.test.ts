import { keccak256, stringToHex, zeroAddress, zeroHash } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PARAMETERS } from '../domain/parameters.ts';
import { MICRO_PER_AICC } from '../domain/units.ts';
import { DEV_DEPLOYER_KEY } from './devAccounts.ts';
import type { NetworkClient } from './NetworkClient.ts';
import { DEFAULT_CLASSES } from './profiles.ts';
import { startTestNetwork, type TestNetwork } from './testing/testNetwork.ts';

let network: TestNetwork;
let anyone: NetworkClient;
beforeAll(async () => {
  network = await startTestNetwork(['anyone'], { parameters: { freshnessRounds: 20 } });
  anyone = network.client('anyone');
});
afterAll(() => network.stop());

const role = (name: string) => (name === 'DEFAULT_ADMIN' ? zeroHash : keccak256(stringToHex(`${name}_ROLE`)));
const has = (name: string, account: `0x${string}`) =>
  anyone.caller.read('timelock', 'hasRole', [role(name), account]);

describe('a deployment', () => {
  it('leaves its deployer without any power: only the governor proposes, only the timelock administers itself', async () => {
    const deployer = privateKeyToAccount(DEV_DEPLOYER_KEY).address;
    const { governor, timelock } = network.deployment.addresses;
    for (const name of ['DEFAULT_ADMIN', 'PROPOSER', 'CANCELLER', 'EXECUTOR'])
      expect(await has(name, deployer)).toBe(false);
    expect(await has('PROPOSER', governor)).toBe(true);
    expect(await has('CANCELLER', governor)).toBe(true);
    expect(await has('EXECUTOR', zeroAddress)).toBe(true);
    expect(await has('DEFAULT_ADMIN', timelock)).toBe(true);
    const asDeployer = anyone.as(DEV_DEPLOYER_KEY);
    await expect(
      asDeployer.caller.send(asDeployer.parameters.setCall('greenMicroPerKWh', 1)),
    ).rejects.toMatchObject({
      code: 'OnlyTimelock',
    });
  });

  it('puts every contract at its predicted address, each knowing the others', async () => {
    const { addresses } = network.deployment;
    for (const contract of [
      'parameters',
      'vault',
      'nodes',
      'workloads',
      'policies',
      'chain',
      'reporting',
    ] as const) {
      expect(await anyone.caller.read(contract, 'TIMELOCK', [])).toBe(addresses.timelock);
      expect(await anyone.caller.read(contract, 'REPORTING', [])).toBe(addresses.reporting);
    }
    expect(await anyone.caller.read('governor', 'token', [])).toBe(addresses.aicg);
  });

  it('binds the parameters of its profile, with the exceptions asked for', async () => {
    const values = await anyone.parameters.all();
    for (const { name, dev } of PARAMETERS)
      expect([name, values[name]]).toEqual([name, name === 'freshnessRounds' ? 20 : dev]);
  });

  it('has the classes of hardware', async () => {
    for (const [id, gpuClass] of DEFAULT_CLASSES.entries())
      expect(await anyone.nodes.gpuClass(id)).toEqual(gpuClass);
  });

  it('distributes the tokens', async () => {
    expect(await anyone.money.aiccMicro()).toBe(10_000 * MICRO_PER_AICC);
    expect(await anyone.money.aicgWei()).toBe(10n ** 24n);
  });

  it('says its parameters and classes as events from its first block on', async () => {
    const names = (await anyone.events()).map(({ name }) => name);
    expect(names.filter((name) => name === 'ParameterWritten')).toHaveLength(PARAMETERS.length);
    expect(names.filter((name) => name === 'GpuClassAdded')).toHaveLength(DEFAULT_CLASSES.length);
  });
});
