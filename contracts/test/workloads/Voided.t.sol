// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAIWorkloads} from "../../src/interfaces/IAIWorkloads.sol";
import {HISTORY_ROUNDS} from "../../src/libraries/RoundHistory.sol";
import {LedgerLines} from "../../src/types/LedgerLines.sol";
import {ChallengeKind, CloseReason, ContestGround, Entry, Status} from "../../src/types/Types.sol";
import {FullNetwork} from "../base/FullNetwork.sol";
import {vm} from "../base/Vm.sol";

/// @notice What becomes of the matches of a round that was refuted.
contract VoidedTest is FullNetwork {
    uint64 private constant EXTRA = 100_000; // of the price above the cost

    function setUp() public override {
        super.setUp();
        _fund(outsider); // who challenges
    }

    // Matched, not started

    function test_refusesToStartIt() external {
        (uint32 workload,) = _matched();
        uint32 round = _round();
        _void(workload);
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.MatchVoided.selector, workload, round));
        vm.prank(operator);
        workloads.start(workload);
    }

    function test_settleOpensItAgainFromTheNextRoundAtNobodysCost() external {
        (uint32 workload, uint32 node) = _matched();
        uint256 stakeMicro = nodes.stakeMicroOf(node);
        uint256 escrowMicro = _escrowMicro();
        _skipRounds(1);
        _void(workload);
        uint32 next = _round() + 1;
        vm.expectEmit(address(workloads));
        emit IAIWorkloads.WorkloadReopened(workload, CloseReason.RoundVoided, next);
        workloads.settle(workload);

        _assertEnded(workload, Status.Open, CloseReason.RoundVoided);
        vm.assertFalse(workloads.isOpenAt(workload, next - 1));
        vm.assertTrue(workloads.isOpenAt(workload, next));
        vm.assertEq(_freeGpus(node), 4);
        vm.assertEq(nodes.stakeMicroOf(node), stakeMicro);
        vm.assertEq(_escrowMicro(), escrowMicro);
        (uint32 open,) = workloads.countersAt(next);
        vm.assertEq(open, 1);
    }

    function test_isMatchedAnewAndRuns() external {
        (uint32 workload, uint32 node) = _matched();
        _void(workload);
        workloads.settle(workload);
        _skipRounds(1);
        _match(workload, node, 0);
        vm.prank(operator);
        workloads.start(workload);
        _assertStatus(workload, Status.Running);
        vm.assertEq(workloads.workload(workload).matches, 2);
    }

    /// Nobody called `settle`: the opening that the match had booked comes all the same, and the next match undoes the last.
    function test_undoneItIsOpenAgainWhenItsMatchHadBooked() external {
        (uint32 workload, uint32 node) = _matched();
        uint256 stakeMicro = nodes.stakeMicroOf(node);
        uint32 booked = _round() + 5;
        _void(workload);
        vm.assertFalse(workloads.isOpenAt(workload, booked - 1));
        _toRound(booked - 1);
        uint32 other = _register(4);
        _toRound(booked);
        vm.expectEmit(address(workloads));
        emit IAIWorkloads.WorkloadReopened(workload, CloseReason.RoundVoided, booked);
        _match(workload, other, 0);
        _assertStatus(workload, Status.Matched);
        vm.assertEq(nodes.stakeMicroOf(node), stakeMicro);
        vm.assertEq(_freeGpus(node), 4);
    }

    function test_aNoShowInItCostsNothing() external {
        (uint32 workload, uint32 node) = _matched();
        uint256 stakeMicro = nodes.stakeMicroOf(node);
        uint32 booked = _round() + 5;
        _void(workload);
        _toRound(booked + 2);
        vm.expectEmit(address(workloads));
        emit IAIWorkloads.WorkloadReopened(workload, CloseReason.RoundVoided, booked);
        workloads.settle(workload);
        vm.assertEq(nodes.stakeMicroOf(node), stakeMicro);
        vm.assertTrue(workloads.isOpenAt(workload, booked));
    }

    function test_refundsWhereTheClientsPatienceIsOver() external {
        IAIWorkloads.Submission memory s = _job();
        s.openRounds = 1;
        (uint32 workload,) = _matchedWith(s);
        uint256 escrowMicro = _escrowMicro();
        _void(workload);
        uint256 before = vault.availableMicro(client);
        workloads.settle(workload);
        _assertEnded(workload, Status.Refunded, CloseReason.RoundVoided);
        vm.assertEq(vault.availableMicro(client), before + escrowMicro);
        vm.assertEq(_escrowMicro(), 0);
    }

    function test_refundsAfterTheFourthMatch() external {
        vm.prank(matcher);
        chain.bond(10 * BOND); // it doubles each time
        (uint32 workload, uint32 node) = _matched();
        for (uint256 i = 1; i < 4; ++i) {
            _void(workload);
            workloads.settle(workload);
            _assertStatus(workload, Status.Open);
            _skipRounds(1);
            _match(workload, node, EXTRA);
        }
        _void(workload);
        workloads.settle(workload);
        _assertEnded(workload, Status.Refunded, CloseReason.RoundVoided);
        vm.assertEq(_escrowMicro(), 0);
    }

    function test_itsClientMayCancelIt() external {
        (uint32 workload, uint32 node) = _matched();
        _void(workload);
        vm.prank(client);
        workloads.cancel(workload);
        _assertEnded(workload, Status.Refunded, CloseReason.CancelledByClient);
        vm.assertEq(_escrowMicro(), 0);
        vm.assertEq(_freeGpus(node), 4);
    }

    // Started

    function test_aRunIsPaidAtItsCostAndItsMatcherNot() external {
        (uint32 workload,) = _completed();
        IAIWorkloads.Workload memory w = workloads.workload(workload);
        uint64 costMicro = w.priceMicro - EXTRA;
        _voidUnfinished(workload);
        uint256[3] memory before =
            [vault.availableMicro(operator), vault.availableMicro(matcher), vault.availableMicro(client)];
        _skipRounds(5);
        workloads.settle(workload);
        _assertEnded(workload, Status.Settled, CloseReason.Completed);
        vm.assertEq(vault.availableMicro(operator), before[0] + costMicro);
        vm.assertEq(vault.availableMicro(matcher), before[1]);
        uint256 pooledMicro = vault.balanceMicro(LedgerLines.communityFund())
            + vault.balanceMicro(LedgerLines.auditorPool()) + vault.balanceMicro(LedgerLines.treasury());
        vm.assertEq(vault.availableMicro(client), before[2] + w.escrowMicro - costMicro - pooledMicro);
        vm.assertEq(_escrowMicro(), 0);
    }

    function test_aPartOfTheWorkIsPaidByItsPartOfTheCost() external {
        (uint32 workload,) = _running();
        uint64 costMicro = workloads.workload(workload).priceMicro - EXTRA;
        _voidUnfinished(workload);
        vm.warp(block.timestamp + 200);
        vm.prank(operator);
        workloads.timeOut(workload, 5_000, RESULT);
        uint256 before = vault.availableMicro(operator);
        _skipRounds(5);
        workloads.settle(workload);
        vm.assertEq(vault.availableMicro(operator), before + costMicro / 2);
    }

    function test_acceptingItBringsNothingForward() external {
        (uint32 workload,) = _running();
        uint32 lastRound = chain.roundOf(workloads.workload(workload).matchedRound).lastChallengeRound;
        vm.prank(operator);
        workloads.complete(workload, RESULT);
        vm.prank(client);
        workloads.accept(workload);
        _voidUnfinished(workload);
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.TooEarly.selector, workload, lastRound + 1));
        workloads.settle(workload);
    }

    /// The record that the cost came from has left the history: the price was between cost and budget, too.
    function test_whereTheHistoryEndsThePriceStands() external {
        (uint32 workload, uint32 node) = _running();
        uint64 priceMicro = workloads.workload(workload).priceMicro;
        _voidUnfinished(workload);
        vm.prank(operator);
        workloads.complete(workload, RESULT);
        for (uint256 i = 0; i < HISTORY_ROUNDS + 2; ++i) {
            _skipRounds(1);
            _heartbeat(node);
        }
        uint256 before = vault.availableMicro(operator);
        uint256 matcherBefore = vault.availableMicro(matcher);
        workloads.settle(workload);
        vm.assertEq(vault.availableMicro(operator), before + priceMicro);
        vm.assertEq(vault.availableMicro(matcher), matcherBefore);
    }

    function test_aContestOfItEndsAsAnyOther() external {
        (uint32 workload,) = _completed();
        uint64 costMicro = workloads.workload(workload).priceMicro - EXTRA;
        vm.prank(client);
        workloads.contest(workload, ContestGround.WrongResult);
        _voidUnfinished(workload);
        uint256 before = vault.availableMicro(operator);
        _skipRounds(9);
        workloads.settle(workload);
        _assertEnded(workload, Status.Settled, CloseReason.Completed);
        vm.assertEq(vault.availableMicro(operator), before + costMicro);
    }

    // Steps

    /// @dev Every round that `_match` posts can be refuted: its entries have no duals, so u + v is not their weight.
    function _void(uint32 workload) private {
        IAIWorkloads.Workload memory w = workloads.workload(workload);
        Entry[] memory entries = new Entry[](1);
        entries[0] = _entry(workload, w.node, w.priceMicro);
        vm.prank(outsider);
        vm.assertTrue(chain.challenge(w.matchedRound, entries, ChallengeKind.E2, workload, 0));
    }

    /// @dev Goes back in time to when the round can still be challenged: runs of the tests outlast its window.
    function _voidUnfinished(uint32 workload) private {
        uint256 now_ = block.timestamp;
        _toRound(workloads.workload(workload).matchedRound + 1);
        _void(workload);
        vm.warp(now_);
    }
}
