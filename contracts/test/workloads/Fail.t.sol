// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAIWorkloads} from "../../src/interfaces/IAIWorkloads.sol";
import {CloseReason, Status} from "../../src/types/Types.sol";
import {FullNetwork} from "../base/FullNetwork.sol";
import {vm} from "../base/Vm.sol";

contract FailTest is FullNetwork {
    // Refusals

    function test_refusesWhatDoesNotRun() external {
        (uint32 workload,) = _matched();
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.WrongStatus.selector, workload, Status.Matched));
        _fail(workload, false);
    }

    function test_refusesEverybodyButItsNode() external {
        (uint32 workload,) = _running();
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.NotItsNode.selector, workload, client));
        vm.prank(client);
        workloads.fail(workload, true, 0, RESULT);
    }

    function test_refusesMoreThanAllTheWork() external {
        (uint32 workload,) = _running();
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.BadSubmission.selector, "doneBps", 10_001));
        vm.prank(operator);
        workloads.fail(workload, true, 10_001, RESULT);
    }

    // The node's fault

    function test_nodeFaultOpensItAgainFromTheNextRound() external {
        (uint32 workload, uint32 node) = _running();
        uint256 escrow = _escrowMicro();
        vm.expectEmit(address(workloads));
        emit IAIWorkloads.WorkloadReopened(workload, CloseReason.NodeFault, _round() + 1);
        _fail(workload, false);
        _assertEnded(workload, Status.Open, CloseReason.NodeFault);
        vm.assertFalse(workloads.isOpenAt(workload, _round()));
        vm.assertTrue(workloads.isOpenAt(workload, _round() + 1));
        vm.assertEq(_escrowMicro(), escrow);
        vm.assertEq(_freeGpus(node), 4);
    }

    function test_nodeFaultWithoutRetriesRefunds() external {
        uint256 before = vault.availableMicro(client);
        IAIWorkloads.Submission memory s = _job();
        s.maxRetries = 0;
        (uint32 workload,) = _runningWith(s);
        _fail(workload, false);
        _assertEnded(workload, Status.Refunded, CloseReason.NodeFault);
        vm.assertEq(vault.availableMicro(client), before);
    }

    function test_nodeFaultAfterTheClientsPatienceRefunds() external {
        IAIWorkloads.Submission memory s = _job();
        s.openRounds = 2;
        (uint32 workload,) = _runningWith(s); // submitted, matched and started in three rounds
        _fail(workload, false);
        _assertEnded(workload, Status.Refunded, CloseReason.NodeFault);
    }

    function test_matchesLastUntilRetriesDo() external {
        IAIWorkloads.Submission memory s = _job();
        s.maxRetries = 3;
        (uint32 workload, uint32 node) = _runningWith(s);
        for (uint256 retry = 1; retry <= 3; ++retry) {
            _fail(workload, false);
            _assertStatus(workload, Status.Open);
            _skipRounds(1);
            _match(workload, node, 0);
            vm.prank(operator);
            workloads.start(workload);
            vm.assertEq(workloads.workload(workload).matches, retry + 1);
        }
        _fail(workload, false);
        _assertEnded(workload, Status.Refunded, CloseReason.NodeFault);
    }

    // The client's fault

    function test_clientFaultPaysProRataByTime() external {
        (uint32 workload,) = _running();
        uint256 price = workloads.workload(workload).priceMicro;
        uint256 before = vault.availableMicro(operator);
        vm.warp(block.timestamp + 40); // of 101 seconds
        _fail(workload, true);
        _assertEnded(workload, Status.Failed, CloseReason.ClientFault);
        _skipRounds(5);
        workloads.settle(workload);
        vm.assertEq(vault.availableMicro(operator), before + price * 40 / 101);
    }

    function test_clientFaultNeverPaysMoreThanThePrice() external {
        (uint32 workload,) = _running();
        uint256 price = workloads.workload(workload).priceMicro;
        uint256 before = vault.availableMicro(operator);
        vm.warp(block.timestamp + 180);
        _fail(workload, true);
        _skipRounds(5);
        workloads.settle(workload);
        vm.assertEq(vault.availableMicro(operator), before + price);
    }

    function _fail(uint32 workload, bool clientFault) private {
        vm.prank(operator);
        workloads.fail(workload, clientFault, 0, RESULT);
    }
}
