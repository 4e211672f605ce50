import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readAccount, readConfig } from './config.ts';

const CONFIG = { rpcUrl: 'http://127.0.0.1:8545', deployment: 'net.json', nodeId: 1, keyFile: 'key' };

function folderWith(config: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), 'aicchain-config-'));
  if (config !== undefined)
    writeFileSync(join(folder, 'node.json'), typeof config === 'string' ? config : JSON.stringify(config));
  return folder;
}

describe('node.json is refused', () => {
  test.each([
    ['cannot be read', undefined],
    ['is not JSON', '{"rpcUrl": '],
    ['is not an object', null],
    ['needs rpcUrl, a string', { ...CONFIG, rpcUrl: 1 }],
    ['needs nodeId, an integer from 1', { ...CONFIG, nodeId: 0 }],
    ['needs port, an integer from 0 to 65535', { ...CONFIG, port: 70_000 }],
    ['needs keyFile, a string', { ...CONFIG, keyFile: undefined }],
    ['has the unknown field prot', { ...CONFIG, prot: 1 }],
    ['has the unknown field profile.latency', { ...CONFIG, profile: { latency: 1 } }],
    ['needs profile.latencyUs to be a positive number', { ...CONFIG, profile: { latencyUs: -1 } }],
    ['needs fetchInputs to be true or false', { ...CONFIG, fetchInputs: 'yes' }],
  ])('that %s', (message, config) => {
    const folder = folderWith(config);
    expect(() => readConfig(folder)).toThrow(`${join(folder, 'node.json')} ${message}`);
  });

  test('whose key file holds no key', () => {
    const folder = folderWith(CONFIG);
    writeFileSync(join(folder, 'key'), '0x12');
    expect(() => readAccount(join(folder, 'key'))).toThrow('holds no private key');
  });
});

test('paths are relative to the data folder, and defaults are filled in', () => {
  const folder = folderWith(CONFIG);
  expect(readConfig(folder)).toEqual({
    ...CONFIG,
    deployment: join(folder, 'net.json'),
    keyFile: join(folder, 'key'),
    host: '127.0.0.1',
    port: 0,
    storeQuotaMB: 10_240,
    fetchInputs: false,
  });
});
