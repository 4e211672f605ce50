/**
 * The SDK of AICChain: everything that the command line does, as typed calls.
 *
 * Off chain, pure: `AICChain` (state → weights → round), `NetworkState`, `RLPolicyManager`, `AICChainEnv`.
 * On chain, by what a call is about: `connect()` gives a `NetworkClient` with `money` (`DualTokenSystem`), `nodes`
 * (`ComputeNodes`), `workloads` (`AIWorkloads`), `rounds`, `policies`, `reporting` (`TruthfulReporting`), `governance`.
 *
 * @example
 * import { connect, readDeployment } from 'aicchain';
 * const { network } = await connect({ rpcUrl: 'http://127.0.0.1:8545', deployment: readDeployment('network.json') });
 * console.log(await network.rounds.current());
 */
export * from './AICChain.ts';
// Nodes and auditors.
export { Agent, type AgentOptions, type JobSpec, NodeClient, parseJobSpec } from './agent/index.ts';
export { Auditor, measure, NetworkAuditorChain } from './auditor/index.ts';
// The chain.
export { type AIWorkload, AIWorkloads, type Submission } from './chain/AIWorkloads.ts';
export { Caller, type CallerOptions, type ContractCall } from './chain/Caller.ts';
export { ComputeNodes, type SignedGreenCertificate } from './chain/ComputeNodes.ts';
export { ChainClock, chainNow, epochOfRound, type MoveOptions, roundStart } from './chain/clock.ts';
export { compareLogs, type LogComparison, type LogDifference } from './chain/compareLogs.ts';
export { DualTokenSystem } from './chain/DualTokenSystem.ts';
export { type DeployOptions, deployNetwork, type Holder } from './chain/deploy.ts';
export { type Deployment, readDeployment, writeDeployment } from './chain/deployment.ts';
export { type EmbeddedChain, type EmbeddedChainOptions, startEmbeddedChain } from './chain/embedded.ts';
export { ContractRefusal } from './chain/failure.ts';
export { ChainFeed, type Follower } from './chain/feed.ts';
export { Governance, type Passage, type Proposal, type ProposalState } from './chain/Governance.ts';
export { type LineKind, ledgerLine, lineName } from './chain/ledgerLines.ts';
export { NetworkClient } from './chain/NetworkClient.ts';
export { Parameters } from './chain/Parameters.ts';
export { Policies } from './chain/Policies.ts';
export { type RoundOnChain, Rounds } from './chain/Rounds.ts';
export { type Synced, syncState } from './chain/sync.ts';
export { TruthfulReporting } from './chain/TruthfulReporting.ts';
export * from './connect.ts';
// What everything else talks about.
export * from './domain/index.ts';
export * from './domain/units.ts';
// Matching and policies.
export * from './match/index.ts';
// Who keeps the rounds.
export * from './matcher/index.ts';
export { compile } from './policy/compile.ts';
export { features, packFeatures, unpackFeatures } from './policy/features.ts';
export {
  loadPolicy,
  type Policy,
  policyHash,
  RLPolicyManager,
  verifyPolicy,
} from './policy/RLPolicyManager.ts';
export { decodeWeights, encodeWeights } from './policy/weightsBytes.ts';
// Money and truth, as pure arithmetic.
export * from './reports/index.ts';
export * from './settlement/index.ts';
export {
  type Head,
  NetworkState,
  type NodeState,
  type NodeState as ComputeNode,
  type WorkloadState,
} from './state/index.ts';
// Learning.
export {
  AICChainEnv,
  compare,
  DEFAULT_PPO,
  evaluate,
  type PpoOptions,
  type Scenario,
  scenarioOf,
  train,
} from './training/index.ts';
export {
  type Finding,
  logFromJson,
  logToJson,
  type RoundRange,
  type Verification,
} from './verify/index.ts';
export { violationOf, Watching } from './watcher/index.ts';
