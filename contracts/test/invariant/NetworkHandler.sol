// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ComputeNodes} from "../../src/ComputeNodes.sol";
import {DualTokenSystem} from "../../src/DualTokenSystem.sol";
import {Parameters} from "../../src/Parameters.sol";
import {NetworkConfig} from "../../src/base/Networked.sol";
import {IComputeNodes} from "../../src/interfaces/IComputeNodes.sol";
import {Parameter} from "../../src/generated/ParameterTable.sol";
import {Match, LedgerLine, Claims, Measured, NodeRecord} from "../../src/types/Types.sol";
import {Matches} from "../../src/types/MatchLib.sol";
import {LedgerLines} from "../../src/types/LedgerLines.sol";
import {vm, bound} from "../base/Vm.sol";

/// @notice Everything that can happen to nodes and to the vault, in any order, by everybody who may; and what a naive
/// bookkeeper who sees all of it would write down.
contract NetworkHandler {
    uint32 public constant MAX_NODES = 3;
    uint32 public constant CONTESTS = 3;

    ComputeNodes private immutable nodes;
    DualTokenSystem private immutable vault;
    Parameters private immutable parameters;
    NetworkConfig private config;
    address[] public owners;

    // The bookkeeper
    mapping(uint32 node => uint16) public usedGpus;
    mapping(uint32 node => bool) public leaving;
    mapping(uint32 node => uint256) public stakeFreeFromRound;
    mapping(uint32 node => uint256) public stakeMicro;
    uint256 public stakesThatLeftTooEarly;
    uint256 public pastsThatChanged;

    /// @dev Runs an operation between two looks at the present: nothing may change what binds now.
    modifier presentStands() {
        bytes32 before = _present();
        _;
        if (_present() != before) ++pastsThatChanged;
    }

    constructor(
        ComputeNodes nodes_,
        DualTokenSystem vault_,
        Parameters parameters_,
        NetworkConfig memory config_,
        address[] memory owners_
    ) {
        nodes = nodes_;
        vault = vault_;
        parameters = parameters_;
        config = config_;
        owners = owners_;
    }

    // Time

    function skipRounds(uint256 rounds) external {
        vm.warp(block.timestamp + bound(rounds, 1, 12) * config.roundSec);
    }

    // Operators

    function register(uint256 who, uint256 gpus, uint8 compute) external presentStands {
        if (nodes.nodeCount() == MAX_NODES) return;
        uint16 count = uint16(bound(gpus, 1, 16));
        vm.prank(owners[bound(who, 0, owners.length - 1)]);
        uint32 node = nodes.register(Claims(count, 0, 100, compute, 50, 50, 50), 1_000, "");
        stakeMicro[node] = parameters.current(Parameter.minNodeStakeMicroPerGpu) * count;
    }

    function heartbeat(uint256 which) external presentStands {
        uint32 node = _asOwner(which);
        nodes.heartbeat(node);
    }

    function setAsk(uint256 which, uint32 ask) external presentStands {
        uint32 node = _asOwner(which);
        nodes.setAsk(node, ask);
    }

    function pauseAndResume(uint256 which, bool pausing) external presentStands {
        uint32 node = _asOwner(which);
        pausing ? nodes.pause(node) : nodes.resume(node);
    }

    function restake(uint256 which) external presentStands {
        uint32 node = _asOwner(which);
        nodes.restake(node);
        stakeMicro[node] += parameters.current(Parameter.minNodeStakeMicroPerGpu) * nodes.claimsOf(node).gpus;
    }

    function requestExit(uint256 which) external presentStands {
        uint32 node = _asOwner(which);
        nodes.requestExit(node);
        leaving[node] = true;
        stakeFreeFromRound[node] = round() + parameters.current(Parameter.unbondingRounds);
    }

    function withdrawStake(uint256 which) external presentStands {
        uint32 node = _asOwner(which);
        nodes.withdrawStake(node);
        if (!leaving[node] || usedGpus[node] != 0 || round() < stakeFreeFromRound[node]) {
            ++stakesThatLeftTooEarly;
        }
        stakeMicro[node] = 0;
    }

    // Network contracts

    /// @dev Up to one GPU more than are free.
    function occupy(uint256 which, uint256 gpus) external presentStands {
        uint32 node = _node(which);
        uint16 count = uint16(bound(gpus, 0, nodes.recordAt(node, round() + 1).freeGpus() + 1));
        vm.prank(config.workloads);
        nodes.occupy(round(), _matches(node, count));
        usedGpus[node] += count;
    }

    /// @dev Up to one GPU more than are used.
    function release(uint256 which, uint256 gpus) external presentStands {
        uint32 node = _node(which);
        uint16 count = uint16(bound(gpus, 0, usedGpus[node] + 1));
        vm.prank(config.workloads);
        nodes.release(_matches(node, count));
        usedGpus[node] -= count;
    }

    function penalise(uint256 which, uint256 amountMicro, uint256 who) external presentStands {
        uint32 node = _node(which);
        address to = owners[bound(who, 0, owners.length - 1)];
        vm.prank(config.workloads);
        stakeMicro[node] -= nodes.penalise(node, uint64(bound(amountMicro, 0, 10_000_000)), to);
    }

    /// @dev Some audits in a row, all clean or all as bad as can be.
    function audit(uint256 which, uint256 times, bool answered, uint64 measured, bool lied)
        external
        presentStands
    {
        uint32 node = _node(which);
        for (uint256 i = bound(times, 1, 8); i > 0; --i) {
            vm.prank(config.reporting);
            nodes.applyAudit(
                node, Measured(answered, uint32(measured), uint32(measured), measured), lied ? 10_000 : 0
            );
        }
    }

    // Money

    function deposit(uint256 who, uint256 amountMicro) external {
        vm.prank(owners[bound(who, 0, owners.length - 1)]);
        vault.deposit(bound(amountMicro, 0, 1e12));
    }

    function withdraw(uint256 who, uint256 amountMicro) external {
        address owner = owners[bound(who, 0, owners.length - 1)];
        vm.prank(owner);
        vault.withdraw(bound(amountMicro, 0, 1e12));
    }

    function lock(uint256 who, uint256 contest, uint256 amountMicro) external {
        address owner = owners[bound(who, 0, owners.length - 1)];
        vm.prank(config.workloads);
        vault.move(LedgerLines.available(owner), _contestBond(contest), bound(amountMicro, 0, 1e12));
    }

    /// @dev To any line at all, a node's stake among them.
    function pay(uint256 contest, uint256 to, uint256 amountMicro) external {
        uint256 most = vault.balanceMicro(_contestBond(contest));
        vm.prank(config.workloads);
        vault.move(_contestBond(contest), line(to), bound(amountMicro, 0, most + 1));
    }

    function burn(uint256 contest, uint256 amountMicro) external {
        uint256 most = vault.balanceMicro(_contestBond(contest));
        vm.prank(config.workloads);
        vault.move(_contestBond(contest), LedgerLines.burned(), bound(amountMicro, 0, most));
        vault.burnAll();
    }

    function spend(uint256 to, uint256 amountMicro, address caller, bool asTimelock) external {
        uint256 most = vault.balanceMicro(LedgerLines.communityFund());
        vm.prank(asTimelock ? config.timelock : caller);
        vault.move(LedgerLines.communityFund(), line(to), bound(amountMicro, 0, most));
    }

    // Views

    function round() public view returns (uint32) {
        return uint32((block.timestamp - config.genesis) / config.roundSec);
    }

    /// @dev Every line that anything here can put money in.
    function lineCount() public view returns (uint256) {
        return owners.length + CONTESTS + 2 + MAX_NODES;
    }

    function line(uint256 index) public view returns (LedgerLine) {
        index %= lineCount();
        if (index < owners.length) return LedgerLines.available(owners[index]);
        index -= owners.length;
        if (index < CONTESTS) return LedgerLines.contestBond(uint32(index + 1));
        index -= CONTESTS;
        if (index == 0) return LedgerLines.communityFund();
        if (index == 1) return LedgerLines.treasury();
        return LedgerLines.nodeStake(uint32(index - 1));
    }

    function _present() private view returns (bytes32 hash) {
        uint32 now_ = round();
        (uint64 gpus, uint64 freeGpus) = nodes.networkGpusAt(now_);
        hash = keccak256(abi.encode(gpus, freeGpus));
        for (uint32 node = 1; node <= MAX_NODES; ++node) {
            hash = keccak256(abi.encode(hash, nodes.recordAt(node, now_)));
        }
    }

    function _contestBond(uint256 which) private pure returns (LedgerLine) {
        return LedgerLines.contestBond(uint32(bound(which, 1, CONTESTS)));
    }

    function _matches(uint32 node, uint16 gpus) private pure returns (Match[] memory matches) {
        matches = new Match[](1);
        matches[0] = Matches.pack(0, node, 0, gpus, 0);
    }

    function _node(uint256 which) private view returns (uint32) {
        return uint32(bound(which, 1, nodes.nodeCount() == 0 ? 1 : nodes.nodeCount()));
    }

    function _asOwner(uint256 which) private returns (uint32 node) {
        node = _node(which);
        vm.prank(nodes.ownerOf(node));
    }
}
