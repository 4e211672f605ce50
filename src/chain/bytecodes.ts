import type { Hex } from '../domain/ids.ts';
import type { ContractKey } from './deployment.ts';
import { aiccBytecode } from './generated/AICC.ts';
import { aicChainBytecode } from './generated/AICChain.ts';
import { aicgBytecode } from './generated/AICG.ts';
import { aicGovernorBytecode } from './generated/AICGovernor.ts';
import { aiWorkloadsBytecode } from './generated/AIWorkloads.ts';
import { computeNodesBytecode } from './generated/ComputeNodes.ts';
import { dualTokenSystemBytecode } from './generated/DualTokenSystem.ts';
import { parametersBytecode } from './generated/Parameters.ts';
import { rlPolicyManagerBytecode } from './generated/RLPolicyManager.ts';
import { timelockControllerBytecode } from './generated/TimelockController.ts';
import { truthfulReportingBytecode } from './generated/TruthfulReporting.ts';

/** Creation code of each contract of a network. */
export const BYTECODES: Readonly<Record<ContractKey, Hex>> = {
  aicc: aiccBytecode,
  aicg: aicgBytecode,
  timelock: timelockControllerBytecode,
  governor: aicGovernorBytecode,
  parameters: parametersBytecode,
  vault: dualTokenSystemBytecode,
  nodes: computeNodesBytecode,
  workloads: aiWorkloadsBytecode,
  policies: rlPolicyManagerBytecode,
  chain: aicChainBytecode,
  reporting: truthfulReportingBytecode,
};
