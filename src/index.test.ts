import { describe, expect, it } from 'vitest';
import * as sdk from './index.ts';

describe('the SDK', () => {
  it.each([
    'AICChain',
    'NetworkState',
    'NetworkClient',
    'DualTokenSystem',
    'TruthfulReporting',
    'RLPolicyManager',
    'ComputeNodes',
    'AIWorkloads',
    'AICChainEnv',
    'connect',
    'deployNetwork',
    'startEmbeddedChain',
    'train',
    'certifiedMatcher',
  ] as const)('has %s', (name) => {
    expect(sdk[name]).toBeDefined();
  });
});
