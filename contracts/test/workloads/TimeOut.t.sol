// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAIWorkloads} from "../../src/interfaces/IAIWorkloads.sol";
import {CloseReason, Status} from "../../src/types/Types.sol";
import {FullNetwork} from "../base/FullNetwork.sol";
import {bound, vm} from "../base/Vm.sol";

contract TimeOutTest is FullNetwork {
    // Refusals

    function test_refusesWhatDoesNotRun() external {
        (uint32 workload,) = _completed();
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.WrongStatus.selector, workload, Status.Completed));
        _timeOut(workload, 0);
    }

    function test_refusesEverybodyButItsNode() external {
        (uint32 workload,) = _running();
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.NotItsNode.selector, workload, client));
        vm.prank(client);
        workloads.timeOut(workload, 0, RESULT);
    }

    function test_refusesBeforeTheOwedTimeIsOver() external {
        (uint32 workload,) = _running();
        uint256 until = block.timestamp + 152;
        vm.warp(until - 1);
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.TooEarly.selector, workload, until));
        _timeOut(workload, 5_000);
    }

    function test_refusesMoreThanAllTheWork() external {
        (uint32 workload,) = _running();
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.BadSubmission.selector, "doneBps", 10_001));
        _timeOut(workload, 10_001);
    }

    // What it does

    function test_aJobIsPaidTheWorkItDeclares(uint16 doneBps) external {
        doneBps = uint16(bound(doneBps, 0, 10_000));
        (uint32 workload, uint32 node) = _running();
        uint256 price = workloads.workload(workload).priceMicro;
        uint256 before = vault.availableMicro(operator);
        vm.warp(block.timestamp + 152);
        _timeOut(workload, doneBps);
        _assertEnded(workload, Status.TimedOut, CloseReason.TimedOut);
        vm.assertEq(workloads.workload(workload).doneBps, doneBps);
        vm.assertEq(_freeGpus(node), 4);
        _skipRounds(5);
        workloads.settle(workload);
        vm.assertEq(vault.availableMicro(operator), before + price * doneBps / 10_000);
        vm.assertEq(_escrowMicro(), 0);
    }

    function test_aLeaseIsPaidItsPrice() external {
        (uint32 workload,) = _runningWith(_lease());
        uint256 price = workloads.workload(workload).priceMicro;
        uint256 before = vault.availableMicro(operator);
        vm.warp(block.timestamp + 200);
        _timeOut(workload, 0);
        _skipRounds(5);
        workloads.settle(workload);
        vm.assertEq(vault.availableMicro(operator), before + price);
    }

    function _timeOut(uint32 workload, uint16 doneBps) private {
        vm.prank(operator);
        workloads.timeOut(workload, doneBps, RESULT);
    }
}
