// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAIWorkloads} from "../../src/interfaces/IAIWorkloads.sol";
import {CloseReason, Status} from "../../src/types/Types.sol";
import {FullNetwork} from "../base/FullNetwork.sol";
import {vm} from "../base/Vm.sol";

contract CompleteTest is FullNetwork {
    // Refusals

    function test_refusesWhatDoesNotRun() external {
        (uint32 workload,) = _matched();
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.WrongStatus.selector, workload, Status.Matched));
        _complete(workload);
    }

    function test_refusesEverybodyButItsNode() external {
        (uint32 workload,) = _running();
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.NotItsNode.selector, workload, outsider));
        vm.prank(outsider);
        workloads.complete(workload, RESULT);
    }

    function test_refusesALeaseBeforeItsTime() external {
        (uint32 workload,) = _runningWith(_lease());
        uint256 until = block.timestamp + 200;
        vm.warp(until - 1);
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.TooEarly.selector, workload, until));
        _complete(workload);
    }

    /// A client that ends a lease early pays for the time it had, whatever the node says in the same round.
    function test_refusesALeaseThatWasCancelledBeforeItsTime() external {
        (uint32 workload,) = _runningWith(_lease());
        uint256 until = block.timestamp + 200;
        vm.prank(client);
        workloads.cancel(workload);
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.TooEarly.selector, workload, until));
        _complete(workload);
    }

    function test_refusesTheSecondTime() external {
        (uint32 workload,) = _completed();
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.WrongStatus.selector, workload, Status.Completed));
        _complete(workload);
    }

    // What it does

    function test_endsTheRunAndFreesTheNode() external {
        (uint32 workload, uint32 node) = _running();
        vm.expectEmit(address(workloads));
        emit IAIWorkloads.WorkloadEnded(workload, Status.Completed, CloseReason.Completed, 10_000, RESULT);
        _complete(workload);
        _assertEnded(workload, Status.Completed, CloseReason.Completed);
        vm.assertEq(workloads.workload(workload).endedAt, block.timestamp);
        vm.assertEq(_freeGpus(node), 4);
    }

    function test_movesNoMoneyYet() external {
        (uint32 workload,) = _running();
        uint256 escrow = _escrowMicro();
        _complete(workload);
        vm.assertEq(_escrowMicro(), escrow);
    }

    function test_aLeaseAfterItsTimeIsComplete() external {
        (uint32 workload,) = _runningWith(_lease());
        vm.warp(block.timestamp + 200);
        _complete(workload);
        _assertStatus(workload, Status.Completed);
    }

    // Many at once

    function test_completesManyOfOneOwner() external {
        uint32[] memory ids = new uint32[](2);
        uint32 node;
        (ids[0], node) = _running();
        ids[1] = _submit(_job());
        _skipRounds(1);
        _match(ids[1], node, 0);
        bytes32[] memory results = new bytes32[](2);
        (results[0], results[1]) = (RESULT, keccak256("another"));
        vm.startPrank(operator);
        workloads.start(ids[1]);
        vm.expectEmit(address(workloads));
        emit IAIWorkloads.WorkloadEnded(ids[0], Status.Completed, CloseReason.Completed, 10_000, results[0]);
        vm.expectEmit(address(workloads));
        emit IAIWorkloads.WorkloadEnded(ids[1], Status.Completed, CloseReason.Completed, 10_000, results[1]);
        workloads.completeMany(ids, results);
        vm.assertEq(_freeGpus(node), 4);
        (, uint64 freeGpus) = nodes.networkGpusAt(_round() + 1);
        vm.assertEq(freeGpus, 4);
    }

    function test_completesAllOrNone() external {
        uint32[] memory ids = new uint32[](2);
        (ids[0],) = _running();
        ids[1] = ids[0];
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.WrongStatus.selector, ids[0], Status.Completed));
        vm.prank(operator);
        workloads.completeMany(ids, new bytes32[](2));
        _assertStatus(ids[0], Status.Running);
    }

    function test_refusesHashesThatDoNotGoWithTheWorkloads() external {
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.WrongHashCount.selector, 2, 1));
        workloads.completeMany(new uint32[](2), new bytes32[](1));
    }

    function _complete(uint32 workload) private {
        vm.prank(operator);
        workloads.complete(workload, RESULT);
    }
}
