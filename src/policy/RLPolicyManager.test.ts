import { describe, expect, test } from 'vitest';
import vectors from '../../vectors/network.json' with { type: 'json' };
import type { Hex } from '../domain/index.ts';
import { unpackFeatures } from './features.ts';
import { loadPolicy, policyHash, RLPolicyManager, verifyPolicy } from './RLPolicyManager.ts';

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.slice(2), 'hex'));
const [golden, other] = vectors.networks as [(typeof vectors.networks)[0], (typeof vectors.networks)[0]];
const weights = bytesOf(golden.weights);
const codeHash = golden.codeHash as Hex;

describe('refused are', () => {
  test('weights that are no network', () => {
    expect(() => loadPolicy(weights.subarray(1))).toThrow();
    expect(() => loadPolicy(new Uint8Array())).toThrow();
  });

  test('weights that compile to another code, with both hashes', () => {
    expect(() => verifyPolicy(weights, other.codeHash as Hex)).toThrow(
      `${codeHash}, not to ${other.codeHash}`,
    );
    const changed = Uint8Array.from(weights, (byte, i) => (i === weights.length - 1 ? byte ^ 1 : byte));
    expect(() => verifyPolicy(changed, codeHash)).toThrow(`not to ${codeHash}`);
  });

  test('policies that nobody admitted', () => {
    expect(() => new RLPolicyManager().penalty(1, new Int16Array(24))).toThrow('policy 1 was never admitted');
  });
});

describe('a policy', () => {
  test('compiles to the golden code, and its hash names it', () => {
    const policy = verifyPolicy(weights, codeHash.toUpperCase().replace('0X', '0x') as Hex);
    expect(policy.code).toEqual(bytesOf(golden.code));
    expect(policyHash(policy.code)).toBe(codeHash);
  });

  test('once admitted scores under its id; policy 0 is price alone', () => {
    const policies = new RLPolicyManager();
    policies.admit(3, weights, codeHash);
    const features = golden.features.map((x) => unpackFeatures(bytesOf(x)));
    expect(features.map((x) => policies.penalty(3, x))).toEqual(golden.penalty);
    expect(policies.penalty(0, features[0]!)).toBe(0);
    expect(policies.policy(0)).toBeUndefined();
  });
});
