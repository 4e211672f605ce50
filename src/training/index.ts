/** Learning: the market as an environment, PPO of the integer network, evaluation by the deployed rule. */
export * from './AICChainEnv.ts';
export * from './Checkpoint.ts';
export * from './evaluate.ts';
export * from './inlinePool.ts';
export * from './ppo.ts';
export * from './random.ts';
export * from './scenario.ts';
export * from './spaces.ts';
export * from './statistics.ts';
export * from './traces/index.ts';
export * from './updateOnBatch.ts';
export * from './VectorEnv.ts';
export * from './WorkerPool.ts';
export * from './welfare.ts';
export * from './workloads.ts';
