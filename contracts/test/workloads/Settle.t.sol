// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAIWorkloads} from "../../src/interfaces/IAIWorkloads.sol";
import {LedgerLines} from "../../src/types/LedgerLines.sol";
import {CloseReason, Entry, Status} from "../../src/types/Types.sol";
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

    function test_waitsForTheRoundToBeFinalWhateverTheClientSays() external {
        (uint32 workload,) = _running();
        uint32 lastRound = chain.roundOf(_round() - 1).lastChallengeRound;
        vm.prank(operator);
        workloads.complete(workload, RESULT);
        vm.prank(client);
        workloads.accept(workload);
        _refusedUntil(workload, lastRound + 1);
        _toRound(lastRound);
        _refusedUntil(workload, lastRound + 1);
        _toRound(lastRound + 1);
        workloads.settle(workload);
        _assertStatus(workload, Status.Settled);
    }

    // Many at once

    /// Each is paid as it would be alone; what is common is moved once.
    function test_manyArePaidLikeEach() external {
        uint32[] memory ids = _threeCompleted();
        _skipRounds(5);
        uint256 snapshot = vm.snapshotState();
        for (uint256 i = 0; i < ids.length; ++i) {
            workloads.settle(ids[i]);
        }
        uint256[7] memory alone = _balances();
        vm.assertTrue(vm.revertToState(snapshot));

        workloads.settleMany(ids);
        uint256[7] memory together = _balances();
        for (uint256 i = 0; i < alone.length; ++i) {
            vm.assertEq(together[i], alone[i]);
        }
        vm.assertEq(_escrowMicro(), 0);
        for (uint256 i = 0; i < ids.length; ++i) {
            _assertEnded(ids[i], Status.Settled, CloseReason.Completed);
        }
    }

    function test_manyPassesOverWhatIsNotDue() external {
        uint32[] memory ids = _threeCompleted();
        _skipRounds(5);
        workloads.settle(ids[1]);
        uint32[] memory named = new uint32[](6);
        (named[0], named[1], named[2]) = (_submit(_job()), ids[0], ids[1]);
        (named[3], named[4], named[5]) = (4_711, ids[2], ids[0]); // one that is not, and one twice
        uint256 open = workloads.workload(named[0]).escrowMicro;
        workloads.settleMany(named);
        _assertStatus(named[0], Status.Open);
        _assertStatus(ids[0], Status.Settled);
        _assertStatus(ids[2], Status.Settled);
        vm.assertEq(_escrowMicro(), open);
    }

    function test_manyEndsWhatTheClockHasEnded() external {
        (uint32 noShow, uint32 node) = _matched();
        uint32 expired = _submit(_job());
        _skipRounds(101);
        uint32[] memory ids = new uint32[](2);
        (ids[0], ids[1]) = (noShow, expired);
        workloads.settleMany(ids);
        _assertEnded(noShow, Status.Refunded, CloseReason.Expired);
        _assertEnded(expired, Status.Refunded, CloseReason.Expired);
        vm.assertEq(_freeGpus(node), 4);
        (uint32 open,) = workloads.countersAt(_round() + 1);
        vm.assertEq(open, 0);
        vm.assertEq(_escrowMicro(), 0);
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

    /// @dev On nodes of two owners.
    function _threeCompleted() private returns (uint32[] memory ids) {
        ids = new uint32[](3);
        uint32[3] memory on;
        on[0] = _register(4);
        on[1] = _registerAs(client, 4);
        on[2] = _register(8);
        uint32 first = _submitMany(3);
        _skipRounds(1);
        Entry[] memory entries = new Entry[](3);
        for (uint32 i = 0; i < 3; ++i) {
            ids[i] = first + i;
            entries[i] = _entry(ids[i], on[i], _costMicro(ids[i], on[i]) + i);
        }
        _post(entries);
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(nodes.ownerOf(on[i]));
            workloads.start(ids[i]);
        }
        vm.warp(block.timestamp + 100);
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(nodes.ownerOf(on[i]));
            workloads.complete(ids[i], RESULT);
        }
    }

    function _balances() private view returns (uint256[7] memory) {
        return [
            vault.availableMicro(operator),
            vault.availableMicro(client),
            vault.availableMicro(matcher),
            vault.balanceMicro(LedgerLines.communityFund()),
            vault.balanceMicro(LedgerLines.auditorPool()),
            vault.balanceMicro(LedgerLines.treasury()),
            vault.liabilitiesMicro()
        ];
    }

    function _refusedUntil(uint32 workload, uint256 roundOrTimestamp) private {
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.TooEarly.selector, workload, roundOrTimestamp));
        workloads.settle(workload);
    }
}
