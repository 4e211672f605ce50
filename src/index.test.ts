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
  ])('has %s', (name) => {
    expect(Object.keys(sdk)).toContain(name);
  });
});
