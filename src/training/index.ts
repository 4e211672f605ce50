/** Learning: the market as an environment, PPO of the integer network, evaluation by the deployed rule. */
export * from './AICChainEnv.ts';
export * from './arrivals.ts';
export {
  dualBound,
  type Hindsight,
  hindsightOf,
  type Luck,
} from './bounds/index.ts';
export * from './evaluate.ts';
export { GPU_MODELS, type GpuModel, gpuModel, type OwnAsks } from './gpuModels.ts';
export { LONGEST_SEC, OPENB_GPUS, OPENB_NODES, type OpenbOptions, openbScenario } from './market.ts';
export * from './marketScenario.ts';
export type * from './outcome.ts';
export * from './ppo.ts';
export * from './random.ts';
export * from './regions.ts';
export { type Prospect, Simulation, type SimulationState } from './Simulation.ts';
export * from './scenario.ts';
export * from './spaces.ts';
export * from './statistics.ts';
export * from './traceScenario.ts';
export * from './traces/index.ts';
export * from './VectorEnv.ts';
export * from './welfare.ts';
export * from './workloads.ts';
export type * from './world.ts';
