export * from './compile.ts';
export * from './featureNames.ts';
export * from './features.ts';
export * from './network.ts';
export * from './RLPolicyManager.ts';
export * from './scores.ts';
export * from './weightsBytes.ts';
