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

    function _complete(uint32 workload) private {
        vm.prank(operator);
        workloads.complete(workload, RESULT);
    }
}
