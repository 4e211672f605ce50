// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IComputeNodes} from "../../src/interfaces/IComputeNodes.sol";
import {Parameter} from "../../src/generated/ParameterTable.sol";
import {NodeRecord} from "../../src/types/Types.sol";
import {NetworkFixture} from "../base/NetworkFixture.sol";
import {vm} from "../base/Vm.sol";

contract ExitTest is NetworkFixture {
    uint32 private node;
    uint32 private unbonding;

    function setUp() public override {
        super.setUp();
        node = _register(4);
        unbonding = uint32(parameters.current(Parameter.unbondingRounds));
    }

    function test_refusesAnybodyButTheOwner() external {
        vm.startPrank(outsider);
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.NotOwner.selector, node, outsider));
        nodes.requestExit(node);
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.NotOwner.selector, node, outsider));
        nodes.withdrawStake(node);
    }

    function test_refusesToLeaveTwice() external {
        vm.startPrank(operator);
        nodes.requestExit(node);
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.AlreadyExiting.selector, node));
        nodes.requestExit(node);
    }

    function test_refusesTheStakeOfANodeThatStays() external {
        _skipRounds(10_000);
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.StakeLocked.selector, node, type(uint32).max));
        nodes.withdrawStake(node);
    }

    function test_refusesTheStakeUntilItIsUnbonded() external {
        vm.startPrank(operator);
        nodes.requestExit(node);
        uint32 freeFrom = _round() + unbonding;
        _toRound(freeFrom - 1);
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.StakeLocked.selector, node, freeFrom));
        nodes.withdrawStake(node);
    }

    function test_refusesTheStakeWhileSomethingRuns() external {
        vm.prank(config.workloads);
        nodes.occupy(_round(), _occupation(node, 3, 0));
        vm.prank(operator);
        nodes.requestExit(node);
        _skipRounds(unbonding);
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.StillBusy.selector, node, 3));
        nodes.withdrawStake(node);

        vm.prank(config.workloads);
        nodes.release(_occupation(node, 3, 0));
        vm.prank(operator);
        nodes.withdrawStake(node);
        vm.assertEq(vault.availableMicro(operator), FUNDS_MICRO);
    }

    /// It may still have been matched in the round in which it asked to leave: the record of that round stands.
    function test_isInactiveAndNeverFreshFromTheNextRound() external {
        _skipRounds(1);
        NodeRecord before = nodes.recordAt(node, _round());
        vm.prank(operator);
        nodes.requestExit(node);
        vm.assertEq(NodeRecord.unwrap(nodes.recordAt(node, _round())), NodeRecord.unwrap(before));
        vm.assertEq(_nextRecord(node).flags(), 0);
        vm.assertEq(_nextRecord(node).freshUntilRound(), 0);
    }

    function test_leavesTheCountersForGood() external {
        uint32 staying = _register(2);
        vm.startPrank(config.workloads);
        nodes.occupy(_round(), _occupation(node, 3, 0));
        nodes.occupy(_round(), _occupation(staying, 1, 1));
        vm.stopPrank();
        vm.prank(operator);
        nodes.requestExit(node);
        _expectCounters(2, 1);

        // What still ends, or was matched in the round of the exit, no longer counts.
        vm.startPrank(config.workloads);
        nodes.occupy(_round(), _occupation(node, 1, 2));
        nodes.release(_occupation(node, 4, 0));
        nodes.release(_occupation(staying, 1, 0));
        _expectCounters(2, 2);
    }

    function test_givesTheStakeBackOnce() external {
        vm.startPrank(operator);
        nodes.requestExit(node);
        _skipRounds(unbonding);
        nodes.withdrawStake(node);
        nodes.withdrawStake(node);
        vm.assertEq(nodes.stakeMicroOf(node), 0);
        vm.assertEq(vault.availableMicro(operator), FUNDS_MICRO);
    }

    function _expectCounters(uint64 wantGpus, uint64 wantFreeGpus) private view {
        (uint64 gpus, uint64 freeGpus) = nodes.networkGpusAt(_round() + 1);
        vm.assertEq(gpus, wantGpus);
        vm.assertEq(freeGpus, wantFreeGpus);
    }
}
