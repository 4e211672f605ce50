// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IParameters} from "../interfaces/IParameters.sol";
import {IDualTokenSystem} from "../interfaces/IDualTokenSystem.sol";
import {IComputeNodes} from "../interfaces/IComputeNodes.sol";
import {IAIWorkloads} from "../interfaces/IAIWorkloads.sol";
import {IRLPolicyManager} from "../interfaces/IRLPolicyManager.sol";
import {IAICChain} from "../interfaces/IAICChain.sol";
import {ITruthfulReporting} from "../interfaces/ITruthfulReporting.sol";

/// @notice The clock and the addresses of one network. All are known before anything is deployed (the deployer's
/// nonces give the addresses), so every contract holds them as immutables and nobody can rewire the network later.
struct NetworkConfig {
    uint64 genesis;
    uint32 roundSec;
    uint32 epochRounds;
    address timelock;
    address aicc;
    address parameters;
    address vault;
    address nodes;
    address workloads;
    address policies;
    address chain;
    address reporting;
}

/// @notice Base of every network contract: the round clock and who the others are.
abstract contract Networked {
    uint64 public immutable GENESIS;
    uint32 public immutable ROUND_SEC;
    uint32 public immutable EPOCH_ROUNDS;
    address public immutable TIMELOCK;
    IParameters public immutable PARAMETERS;
    IDualTokenSystem public immutable VAULT;
    IComputeNodes public immutable NODES;
    IAIWorkloads public immutable WORKLOADS;
    IRLPolicyManager public immutable POLICIES;
    IAICChain public immutable CHAIN;
    ITruthfulReporting public immutable REPORTING;

    constructor(NetworkConfig memory config) {
        GENESIS = config.genesis;
        ROUND_SEC = config.roundSec;
        EPOCH_ROUNDS = config.epochRounds;
        TIMELOCK = config.timelock;
        PARAMETERS = IParameters(config.parameters);
        VAULT = IDualTokenSystem(config.vault);
        NODES = IComputeNodes(config.nodes);
        WORKLOADS = IAIWorkloads(config.workloads);
        POLICIES = IRLPolicyManager(config.policies);
        CHAIN = IAICChain(config.chain);
        REPORTING = ITruthfulReporting(config.reporting);
    }

    function _round() internal view returns (uint32) {
        return uint32((block.timestamp - GENESIS) / ROUND_SEC);
    }

    function _epoch() internal view returns (uint32) {
        return _round() / EPOCH_ROUNDS;
    }
}
