/** Learning: the market as an environment, PPO of the integer network, evaluation by the deployed rule. */
  dualBound,
  type Hindsight,
  hindsightOf,
  type Luck,
} from './bounds/index.ts';
export * from './AICChainEnv.ts';
export * from './arrivals.ts';
export * from './Checkpoint.ts';
export * from './evaluate.ts';
export * from './inlinePool.ts';
export * from './marketScenario.ts';
export * from './play.ts';
export * from './ppo.ts';
export * from './random.ts';
export * from './regions.ts';
export * from './scenario.ts';
export * from './spaces.ts';
export * from './statistics.ts';
export * from './traces/index.ts';
export * from './traceScenario.ts';
export * from './tune.ts';
export * from './updateOnBatch.ts';
export * from './VectorEnv.ts';
export * from './welfare.ts';
export * from './WorkerPool.ts';
export * from './workloads.ts';
export type * from './outcome.ts';
export type * from './world.ts';
export {
export { GPU_MODELS, type GpuModel, gpuModel, type OwnAsks } from './gpuModels.ts';
export { LONGEST_SEC, OPENB_GPUS, OPENB_NODES, type OpenbOptions, openbScenario } from './market.ts';
export { Simulation, type SimulationState } from './Simulation.ts';
export { type Endings, type Prospect, Simulation, type SimulationState } from './Simulation.ts';
