// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {AICC} from "../../src/AICC.sol";
import {AICG} from "../../src/AICG.sol";
import {AICGovernor} from "../../src/AICGovernor.sol";
import {ComputeNodes} from "../../src/ComputeNodes.sol";
import {DualTokenSystem} from "../../src/DualTokenSystem.sol";
import {Parameters} from "../../src/Parameters.sol";
import {NetworkConfig} from "../../src/base/Networked.sol";
import {IComputeNodes} from "../../src/interfaces/IComputeNodes.sol";
import {ParameterTable} from "../../src/generated/ParameterTable.sol";
import {Match, Claims, GpuClass, NodeRecord, MAX_MICRO, WEI_PER_MICRO} from "../../src/types/Types.sol";
import {Matches} from "../../src/types/MatchLib.sol";
import {vm} from "./Vm.sol";

/// @notice A network and its actors. Every contract has a deployer of its own, whose first deployment it is, so that all
/// addresses are known before anything is deployed and none depends on what else is. Contracts whose hook is left empty
/// are plain addresses that a test pranks as; to have the real one, override its hook and deploy under `_asDeployer(name)`.
abstract contract NetworkFixture {
    uint32 internal constant ROUND_SEC = 10;
    uint32 internal constant EPOCH_ROUNDS = 12;
    uint256 internal constant START = 1_700_000_000;
    uint64 internal constant GENESIS = uint64(START) - 5 * ROUND_SEC; // tests begin in round 5
    uint256 internal constant ONE = 1_000_000; // an AICC in micro
    uint256 internal constant FUNDS_MICRO = 1_000_000 * ONE;
    uint256 internal constant GREEN_ISSUER_KEY = 0x6EEE;

    NetworkConfig internal config;
    TimelockController internal timelock;
    AICC internal aicc;
    AICG internal aicg;
    AICGovernor internal governor;
    Parameters internal parameters;
    DualTokenSystem internal vault;
    ComputeNodes internal nodes;

    address internal client = _actor("client");
    address internal operator = _actor("operator");
    address internal voter = _actor("voter");
    address internal outsider = _actor("outsider");

    function setUp() public virtual {
        vm.warp(START);
        config = NetworkConfig({
            genesis: GENESIS,
            roundSec: ROUND_SEC,
            epochRounds: EPOCH_ROUNDS,
            timelock: _predicted("timelock"),
            aicc: _predicted("aicc"),
            parameters: _predicted("parameters"),
            vault: _predicted("vault"),
            nodes: _predicted("nodes"),
            workloads: _predicted("workloads"),
            policies: _predicted("policies"),
            chain: _predicted("chain"),
            reporting: _predicted("reporting")
        });
        _deployGovernance();
        _asDeployer("parameters");
        parameters = new Parameters(config, _initialParameters(), _cooldownsApply());
        _asDeployer("vault");
        vault = new DualTokenSystem(config);
        _asDeployer("nodes");
        nodes = new ComputeNodes(config, _gpuClasses(), vm.addr(GREEN_ISSUER_KEY));
        _deployWorkloads();
        _deployPolicies();
        _deployChain();
        _deployReporting();
        _fund(client);
        _fund(operator);
    }

    // What a test may change -----------------------------------------------------------------------------------

    function _deployWorkloads() internal virtual {}
    function _deployPolicies() internal virtual {}
    function _deployChain() internal virtual {}
    function _deployReporting() internal virtual {}

    function _initialParameters() internal pure virtual returns (uint256[] memory) {
        return ParameterTable.devDefaults();
    }

    function _cooldownsApply() internal pure virtual returns (bool) {
        return false;
    }

    /// @dev Class 0 counts for little until audited, class 1 for nearly what is claimed below.
    function _gpuClasses() internal pure virtual returns (GpuClass[] memory classes) {
        classes = new GpuClass[](2);
        classes[0] = GpuClass({
            name: "small",
            computeShift: 8,
            floorComputeCode: 64,
            floorBandwidthCode: 32,
            ceilingLatencyCode: 200,
            minWattsCode: 40
        });
        classes[1] = GpuClass({
            name: "large",
            computeShift: 10,
            floorComputeCode: 128,
            floorBandwidthCode: 96,
            ceilingLatencyCode: 160,
            minWattsCode: 60
        });
    }

    // Time -----------------------------------------------------------------------------------------------------

    function _round() internal view returns (uint32) {
        return uint32((block.timestamp - GENESIS) / ROUND_SEC);
    }

    function _toRound(uint32 round) internal {
        vm.warp(GENESIS + uint256(round) * ROUND_SEC);
    }

    function _skipRounds(uint32 rounds) internal {
        _toRound(_round() + rounds);
    }

    // Actors ---------------------------------------------------------------------------------------------------

    function _actor(string memory name) internal returns (address actor) {
        actor = vm.addr(uint256(keccak256(bytes(name))));
        vm.label(actor, name);
    }

    /// @dev FUNDS_MICRO in the actor's available line, and as much in its wallet, approved to the vault.
    function _fund(address actor) internal {
        vm.stopPrank();
        vm.prank(_deployer("aicc"));
        aicc.transfer(actor, 2 * FUNDS_MICRO * WEI_PER_MICRO);
        vm.startPrank(actor);
        aicc.approve(address(vault), type(uint256).max);
        vault.deposit(FUNDS_MICRO);
        vm.stopPrank();
    }

    function _claims(uint16 gpus) internal pure returns (Claims memory) {
        return Claims({
            gpus: gpus,
            classId: 0,
            memoryCode: 160,
            computeCode: 140,
            bandwidthCode: 100,
            latencyCode: 120,
            wattsCode: 70
        });
    }

    function _register(uint16 gpus) internal returns (uint32) {
        return _registerAs(operator, gpus);
    }

    function _registerAs(address owner, uint16 gpus) internal returns (uint32) {
        vm.prank(owner);
        return nodes.register(_claims(gpus), uint64(ONE), "https://127.0.0.1:8787");
    }

    function _occupation(uint32 node, uint16 gpus, uint16 entry)
        internal
        pure
        returns (Match[] memory occupations)
    {
        occupations = new Match[](1);
        occupations[0] = Matches.pack(0, node, entry, gpus, 0);
    }

    /// @dev The record as the next round will see it.
    function _nextRecord(uint32 node) internal view returns (NodeRecord) {
        return nodes.recordAt(node, _round() + 1);
    }

    // Deployment -----------------------------------------------------------------------------------------------

    /// @dev Until the next call of it or stopPrank: a single prank does not reach a linked `new`.
    function _asDeployer(string memory name) internal {
        vm.stopPrank();
        vm.startPrank(_deployer(name));
    }

    function _predicted(string memory name) internal returns (address predicted) {
        predicted = vm.computeCreateAddress(_deployer(name), 0);
        vm.label(predicted, name);
    }

    function _deployer(string memory name) private pure returns (address) {
        return vm.addr(uint256(keccak256(bytes.concat("deployer of ", bytes(name)))));
    }

    /// @dev As on a public network: the governor alone proposes to the timelock, anybody executes, nobody administers.
    function _deployGovernance() private {
        address[] memory proposers = new address[](1);
        proposers[0] = _predicted("governor");
        address[] memory executors = new address[](1);
        _asDeployer("timelock");
        timelock = new TimelockController(60, proposers, executors, address(0));
        _asDeployer("aicc");
        aicc = new AICC(MAX_MICRO * WEI_PER_MICRO);
        _asDeployer("aicg");
        aicg = new AICG(1_000_000 ether);
        _asDeployer("governor");
        governor = new AICGovernor(aicg, timelock, 10, 100, 1_000 ether, 4, 50);
        vm.stopPrank();
        vm.prank(_deployer("aicg"));
        aicg.transfer(voter, 100_000 ether);
    }
}
