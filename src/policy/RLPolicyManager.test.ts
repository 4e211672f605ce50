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

  test('a policy as registered, if its weights are not its code', () => {
    const registered = { codeHash: `0x${'1'.repeat(64)}` as Hex, weights: golden.weights as Hex };
    expect(() => new RLPolicyManager().policy(registered)).toThrow(`not to ${registered.codeHash}`);
  });
});

describe('a policy', () => {
  test('compiles to the golden code, and its hash names it', () => {
    const policy = verifyPolicy(weights, codeHash.toUpperCase().replace('0X', '0x') as Hex);
    expect(policy.code).toEqual(bytesOf(golden.code));
    expect(policyHash(policy.code)).toBe(codeHash);
  });

  test('as registered scores like its code, and is verified once', () => {
    const policies = new RLPolicyManager();
    const policy = policies.policy({ codeHash, weights: golden.weights as Hex });
    expect(golden.features.map((x) => policy.penalty(unpackFeatures(bytesOf(x))))).toEqual(golden.penalty);
    expect(policies.policy({ codeHash, weights: '0x' })).toBe(policy);
  });
});
