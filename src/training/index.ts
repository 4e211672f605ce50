/** Learning: the market as an environment, PPO of the integer network, evaluation by the deployed rule. */
export * from './AICChainEnv.ts';
export * from './evaluate.ts';
export * from './metrics.ts';
export * from './outcome.ts';
export * from './ppo.ts';
export * from './random.ts';
export * from './scenario.ts';
export * from './spaces.ts';
export * from './standings.ts';
export * from './statistics.ts';
export * from './traces/index.ts';
export * from './VectorEnv.ts';
export * from './welfare.ts';
export * from './workloads.ts';
