// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ITruthfulReporting} from "../../src/interfaces/ITruthfulReporting.sol";
import {ContestGround, Status} from "../../src/types/Types.sol";
import {ReportingFixture} from "../base/ReportingFixture.sol";
import {vm} from "../base/Vm.sol";

contract VoteContestTest is ReportingFixture {
    uint32 private _workload;
    uint32 private _deadline;

    function setUp() public override {
        super.setUp();
        (_workload,) = _completed();
        _deadline = _round() + 8;
        vm.prank(client);
        workloads.contest(_workload, ContestGround.WrongResult);
    }

    // Refusals

    function test_refusesAContestThatIsNotOpen() external {
        vm.expectRevert(abi.encodeWithSelector(ITruthfulReporting.NoContest.selector, _workload + 1));
        _vote(auditors[0], _workload + 1, true);
    }

    function test_refusesAfterTheDeadline() external {
        _toRound(_deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(ITruthfulReporting.NoContest.selector, _workload));
        _vote(auditors[0], _workload, true);
    }

    function test_refusesWhoeverIsNoAuditor() external {
        _expectNotAuditor(outsider);
        _vote(outsider, _workload, true);
    }

    function test_refusesAnAuditorWhoJoinedAfterItOpened() external {
        _registerAuditor(client);
        _expectNotAuditor(client);
        _vote(client, _workload, true);
    }

    function test_refusesAnAuditorWhoHadLeft() external {
        vm.prank(auditors[0]);
        reporting.requestExit();
        vm.prank(address(workloads));
        reporting.openContest(_workload + 1, _deadline);
        _expectNotAuditor(auditors[0]);
        _vote(auditors[0], _workload + 1, true);
    }

    function test_refusesASecondVote() external {
        _vote(auditors[0], _workload, true);
        vm.expectRevert(
            abi.encodeWithSelector(ITruthfulReporting.AlreadyVoted.selector, _workload, auditors[0])
        );
        _vote(auditors[0], _workload, false);
    }

    function test_refusesOnceItIsDecided() external {
        _voteAll(3, true);
        vm.expectRevert(abi.encodeWithSelector(ITruthfulReporting.NoContest.selector, _workload));
        _vote(auditors[3], _workload, true);
    }

    function test_opensForTheWorkloadsContractAlone() external {
        vm.prank(outsider);
        vm.expectRevert(abi.encodeWithSelector(ITruthfulReporting.NotNetwork.selector, outsider));
        reporting.openContest(1, _deadline);
    }

    // What it does

    function test_majorityUpholdsAndTheClientIsRefunded() external {
        _voteAll(2, true);
        _assertStatus(_workload, Status.Contested);
        _vote(auditors[3], _workload, false);
        vm.expectEmit(address(reporting));
        emit ITruthfulReporting.ContestVoted(_workload, auditors[2], true);
        _vote(auditors[2], _workload, true);
        _assertStatus(_workload, Status.Refunded);
        vm.assertEq(vault.availableMicro(client), FUNDS_MICRO);
    }

    function test_majorityRejectsAndTheNodeIsPaid() external {
        uint256 before = vault.availableMicro(operator);
        _voteAll(3, false);
        workloads.settle(_workload);
        _assertStatus(_workload, Status.Settled);
        vm.assertGt(vault.availableMicro(operator), before);
    }

    function test_countsThoseWhoLeaveWhileItIsOpen() external {
        vm.prank(auditors[0]);
        reporting.requestExit();
        _voteAll(3, true); // the one who is leaving among them
        _assertStatus(_workload, Status.Refunded);
    }

    function test_majorityIsOfThoseWhoServedWhenItOpened() external {
        for (uint256 i = 2; i < 5; ++i) {
            vm.prank(auditors[i]);
            reporting.requestExit();
        }
        _voteAll(2, true);
        _assertStatus(_workload, Status.Contested);
    }

    function test_withoutADecisionItIsPaidAsDeclared() external {
        _voteAll(2, true);
        _toRound(_deadline + 1);
        workloads.settle(_workload);
        _assertStatus(_workload, Status.Settled);
    }

    function _vote(address auditor, uint32 workload, bool uphold) private {
        vm.prank(auditor);
        reporting.voteContest(workload, uphold);
    }

    function _voteAll(uint256 count, bool uphold) private {
        for (uint256 i = 0; i < count; ++i) {
            _vote(auditors[i], _workload, uphold);
        }
    }

    function _expectNotAuditor(address account) private {
        vm.expectRevert(abi.encodeWithSelector(ITruthfulReporting.NotAuditor.selector, account));
    }
}
