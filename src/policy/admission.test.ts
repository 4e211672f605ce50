import { describe, expect, test } from 'vitest';
import vectors from '../../vectors/policies.json' with { type: 'json' };
import { priorityHurts, requireAdmissible } from './admission.ts';
import { loadPolicy } from './RLPolicyManager.ts';

const policies = vectors.policies.map(({ name, weights }) => ({
  name,
  policy: loadPolicy(Uint8Array.from(Buffer.from(weights.slice(2), 'hex'))),
}));
const named = (wanted: string) => policies.find(({ name }) => name === wanted)!.policy;

describe('a policy whose penalty rises with priority', () => {
  test('is refused with the first case that the chain finds', () => {
    // The same case as in contracts/test/policies/Register.t.sol.
    expect(priorityHurts(named('priority raises 8'))).toEqual({
      vector: 0,
      before: 0,
      afterwards: 64,
      priority: 64,
    });
    expect(() => requireAdmissible(named('priority raises 8'))).toThrow(
      'priority 64 of 255 raises the penalty from 0 to 64 (check vector 0); the chain would refuse the policy',
    );
  });
});

test.each(policies.filter(({ name }) => /ignored|lowest 16|highest 32/.test(name)))(
  '$name: admitted',
  ({ policy }) => {
    expect(priorityHurts(policy)).toBeUndefined();
  },
);
