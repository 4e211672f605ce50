// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAIWorkloads} from "../../src/interfaces/IAIWorkloads.sol";
import {CloseReason, Entry, Status} from "../../src/types/Types.sol";
import {FullNetwork} from "../base/FullNetwork.sol";
import {vm} from "../base/Vm.sol";

contract CancelTest is FullNetwork {
    // Refusals

    function test_refusesAWorkloadThatIsNot() external {
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.UnknownWorkload.selector, 7));
        workloads.cancel(7);
    }

    function test_refusesEverybodyElse() external {
        (uint32 workload,) = _open();
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.NotClient.selector, workload, outsider));
        vm.prank(outsider);
        workloads.cancel(workload);
    }

    function test_refusesWhatHasEnded() external {
        (uint32 workload,) = _completed();
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.WrongStatus.selector, workload, Status.Completed));
        _cancel(workload);
    }

    // What it does

    function test_openRefundsAll() external {
        uint256 before = vault.availableMicro(client);
        (uint32 workload,) = _open();
        _cancel(workload);
        _assertEnded(workload, Status.Refunded, CloseReason.CancelledByClient);
        vm.assertEq(vault.availableMicro(client), before);
        vm.assertFalse(workloads.isOpenAt(workload, _round() + 1));
        (uint32 open,) = workloads.countersAt(_round() + 1);
        vm.assertEq(open, 0);
    }

    function test_bindsFromTheNextRoundSoThatItsRoundCanStillBePosted() external {
        (uint32 workload, uint32 node) = _open();
        _cancel(workload);
        vm.assertTrue(workloads.isOpenAt(workload, _round()));
        _match(workload, node, 0);
        _assertStatus(workload, Status.Refunded);
        vm.assertEq(_freeGpus(node), 4);
        (uint32 open,) = workloads.countersAt(_round() + 1);
        vm.assertEq(open, 0);
    }

    function test_ofOneLeavesTheOthersOfTheRoundAlone() external {
        (uint32 cancelled, uint32 first) = _open();
        (uint32 other, uint32 second) = _open();
        _skipRounds(1);
        _cancel(cancelled);
        Entry[] memory entries = new Entry[](2);
        entries[0] = _entry(cancelled, first, _costMicro(cancelled, first));
        entries[1] = _entry(other, second, _costMicro(other, second));
        _post(entries);
        _assertStatus(cancelled, Status.Refunded);
        _assertStatus(other, Status.Matched);
        vm.assertEq(workloads.workload(other).entry, 1);
        vm.assertEq(_freeGpus(first), 4);
        vm.assertEq(_freeGpus(second), 2);
    }

    function test_matchedRefundsAllAndFreesTheNode() external {
        uint256 before = vault.availableMicro(client);
        (uint32 workload, uint32 node) = _matched();
        vm.assertEq(_freeGpus(node), 2);
        _cancel(workload);
        _assertEnded(workload, Status.Refunded, CloseReason.CancelledByClient);
        vm.assertEq(vault.availableMicro(client), before);
        vm.assertEq(_freeGpus(node), 4);
        for (uint32 k = 1; k < 100; ++k) {
            vm.assertFalse(workloads.isOpenAt(workload, _round() + k));
        }
    }

    function test_afterANoShowTakesThePenaltyFirst() external {
        uint256 before = vault.availableMicro(client);
        (uint32 workload,) = _matched();
        _skipRounds(5);
        _cancel(workload);
        _assertEnded(workload, Status.Refunded, CloseReason.CancelledByClient);
        vm.assertEq(vault.availableMicro(client), before + ONE);
    }

    function test_afterItsTimeIsAnExpiry() external {
        (uint32 workload,) = _open();
        _skipRounds(100);
        _cancel(workload);
        _assertEnded(workload, Status.Refunded, CloseReason.Expired);
    }

    function test_runningPaysProRata() external {
        (uint32 workload, uint32 node) = _running();
        IAIWorkloads.Workload memory w = workloads.workload(workload);
        uint256 before = vault.availableMicro(operator);
        vm.warp(block.timestamp + 25); // of 101 seconds
        _cancel(workload);
        _assertEnded(workload, Status.Cancelled, CloseReason.CancelledByClient);
        vm.assertEq(_freeGpus(node), 4);
        _skipRounds(5);
        workloads.settle(workload);
        vm.assertEq(vault.availableMicro(operator), before + uint256(w.priceMicro) * 25 / 101);
    }

    function test_aCompletionInTheSameRoundWins() external {
        (uint32 workload, uint32 node) = _running();
        uint64 price = workloads.workload(workload).priceMicro;
        uint256 before = vault.availableMicro(operator);
        _cancel(workload);
        vm.prank(client);
        workloads.accept(workload); // nor does accepting the cancellation help
        // It waits for the next round at least; here, for its match to be final.
        uint32 dueFrom = chain.roundOf(workloads.workload(workload).matchedRound).lastChallengeRound + 1;
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.TooEarly.selector, workload, dueFrom));
        workloads.settle(workload);
        vm.prank(operator);
        workloads.complete(workload, RESULT);
        _assertEnded(workload, Status.Completed, CloseReason.Completed);
        vm.assertEq(_freeGpus(node), 4);
        _skipRounds(5);
        workloads.settle(workload);
        vm.assertEq(vault.availableMicro(operator), before + price);
    }

    function test_aCompletionInALaterRoundIsTooLate() external {
        (uint32 workload,) = _running();
        _cancel(workload);
        _skipRounds(1);
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.WrongStatus.selector, workload, Status.Cancelled));
        vm.prank(operator);
        workloads.complete(workload, RESULT);
    }

    function _cancel(uint32 workload) private {
        vm.prank(client);
        workloads.cancel(workload);
    }
}
