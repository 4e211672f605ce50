import type { Abi } from 'viem';
import type { ContractKey } from './deployment.ts';
import { aiccAbi } from './generated/AICC.ts';
import { aicChainAbi } from './generated/AICChain.ts';
import { aicgAbi } from './generated/AICG.ts';
import { aicGovernorAbi } from './generated/AICGovernor.ts';
import { aiWorkloadsAbi } from './generated/AIWorkloads.ts';
import { computeNodesAbi } from './generated/ComputeNodes.ts';
import { dualTokenSystemAbi } from './generated/DualTokenSystem.ts';
import { parametersAbi } from './generated/Parameters.ts';
import { rlPolicyManagerAbi } from './generated/RLPolicyManager.ts';
import { timelockControllerAbi } from './generated/TimelockController.ts';
import { truthfulReportingAbi } from './generated/TruthfulReporting.ts';

/** What each contract of a network answers to. */
export const ABIS = {
  aicc: aiccAbi,
  aicg: aicgAbi,
  timelock: timelockControllerAbi,
  governor: aicGovernorAbi,
  parameters: parametersAbi,
  vault: dualTokenSystemAbi,
  nodes: computeNodesAbi,
  workloads: aiWorkloadsAbi,
  policies: rlPolicyManagerAbi,
  chain: aicChainAbi,
  reporting: truthfulReportingAbi,
} as const satisfies Record<ContractKey, Abi>;

/** Every custom error of the network: contracts call each other, so any call may end with any of them. */
export const ERRORS: Abi = (Object.values(ABIS) as Abi[]).flat().filter((item) => item.type === 'error');
