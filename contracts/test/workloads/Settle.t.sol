// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAIWorkloads} from "../../src/interfaces/IAIWorkloads.sol";
import {LedgerLines} from "../../src/types/LedgerLines.sol";
import {CloseReason, Status} from "../../src/types/Types.sol";
import {FullNetwork} from "../base/FullNetwork.sol";
import {vm} from "../base/Vm.sol";

contract SettleTest is FullNetwork {
    // Refusals

    function test_refusesAWorkloadThatIsNot() external {
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.UnknownWorkload.selector, 1));
        workloads.settle(1);
    }

    function test_refusesWhatNothingIsDueOf() external {
        (uint32 workload, uint32 node) = _open();
        _refusedUntil(workload, _round() + 100);
        _match(workload, node, 0);
        _refusedUntil(workload, _round() + 5);
        vm.prank(operator);
        workloads.start(workload);
        _refusedUntil(workload, block.timestamp + 152 + 60);
        vm.prank(operator);
        workloads.complete(workload, RESULT);
        _refusedUntil(workload, _round() + 5);
    }

    function test_refusesTheSecondTime() external {
        (uint32 workload,) = _completed();
        _skipRounds(5);
        workloads.settle(workload);
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.WrongStatus.selector, workload, Status.Settled));
        workloads.settle(workload);
    }

    // Payment

    function test_paysEverybody() external {
        (uint32 workload,) = _completed();
        IAIWorkloads.Workload memory w = workloads.workload(workload);
        uint256 price = w.priceMicro;
        vm.assertEq(price, 156_112); // 202 GPU-seconds at 1 AICC an hour, rounded up, and 0.1 AICC more
        uint256[3] memory before =
            [vault.availableMicro(operator), vault.availableMicro(matcher), vault.availableMicro(client)];
        _skipRounds(5);
        vm.prank(outsider);
        workloads.settle(workload);

        _assertEnded(workload, Status.Settled, CloseReason.Completed);
        vm.assertEq(vault.availableMicro(operator) - before[0], price);
        vm.assertEq(vault.availableMicro(matcher) - before[1], 10_000);
        vm.assertEq(vault.balanceMicro(LedgerLines.communityFund()), 3_122 + 3_902);
        vm.assertEq(vault.balanceMicro(LedgerLines.auditorPool()), 3_122);
        vm.assertEq(vault.balanceMicro(LedgerLines.treasury()), 780);
        vm.assertEq(
            vault.availableMicro(client) - before[2],
            w.escrowMicro - price - 10_000 - 3_122 - 3_902 - 3_122 - 780
        );
        vm.assertEq(_escrowMicro(), 0);
    }

    function test_needNotWaitForAClientWhoAccepted() external {
        (uint32 workload,) = _completed();
        vm.prank(client);
        workloads.accept(workload);
        workloads.settle(workload);
        _assertStatus(workload, Status.Settled);
    }

    function test_aClientAcceptsOnlyWhatHasEnded() external {
        (uint32 workload,) = _running();
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.WrongStatus.selector, workload, Status.Running));
        vm.prank(client);
        workloads.accept(workload);
    }

    // What the clock ends

    function test_expiryRefundsAll() external {
        uint256 before = vault.availableMicro(client);
        (uint32 workload,) = _open();
        _skipRounds(100);
        workloads.settle(workload);
        _assertEnded(workload, Status.Refunded, CloseReason.Expired);
        vm.assertEq(vault.availableMicro(client), before);
    }

    function test_noShowCostsTheNodeAndOpensAgainSinceItsBooking() external {
        uint256 before = vault.availableMicro(client);
        (uint32 workload, uint32 node) = _matched();
        uint256 stake = nodes.stakeMicroOf(node);
        uint32 booked = _round() + 5;
        _toRound(booked + 3);
        vm.expectEmit(address(workloads));
        emit IAIWorkloads.WorkloadReopened(workload, CloseReason.NoShow, booked);
        workloads.settle(workload);
        _assertEnded(workload, Status.Open, CloseReason.NoShow);
        vm.assertTrue(workloads.isOpenAt(workload, booked));
        vm.assertEq(nodes.stakeMicroOf(node), stake - ONE);
        vm.assertEq(vault.availableMicro(client), before - _escrowMicro() + ONE);
        vm.assertEq(_freeGpus(node), 4);
    }

    function test_aNoShowAfterTheClientsPatienceRefunds() external {
        IAIWorkloads.Submission memory s = _job();
        s.openRounds = 4;
        (uint32 workload,) = _matchedWith(s);
        _skipRounds(5);
        workloads.settle(workload);
        _assertEnded(workload, Status.Refunded, CloseReason.NoShow);
    }

    function test_aLateSettlerFindsTheNoShowExpired() external {
        (uint32 workload,) = _matched();
        _skipRounds(300);
        workloads.settle(workload);
        _assertEnded(workload, Status.Refunded, CloseReason.Expired);
        vm.assertEq(_escrowMicro(), 0);
    }

    function test_theFourthNoShowIsTheLast() external {
        (uint32 workload, uint32 node) = _matched();
        for (uint256 i = 1; i < 4; ++i) {
            _skipRounds(4);
            _heartbeat(node); // it is there, but does not start
            _skipRounds(1);
            workloads.settle(workload);
            _assertStatus(workload, Status.Open);
            _skipRounds(1);
            _match(workload, node, 0);
        }
        _skipRounds(5);
        vm.assertFalse(workloads.isOpenAt(workload, _round()));
        workloads.settle(workload);
        _assertEnded(workload, Status.Refunded, CloseReason.NoShow);
    }

    function test_anAbandonedRunIsTheNodesFault() external {
        (uint32 workload, uint32 node) = _running();
        vm.warp(block.timestamp + 152 + 60);
        workloads.settle(workload);
        _assertEnded(workload, Status.Open, CloseReason.NodeFault);
        vm.assertEq(_freeGpus(node), 4);
    }

    function _refusedUntil(uint32 workload, uint256 roundOrTimestamp) private {
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.TooEarly.selector, workload, roundOrTimestamp));
        workloads.settle(workload);
    }
}
