// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ITruthfulReporting} from "../../src/interfaces/ITruthfulReporting.sol";
import {Parameter} from "../../src/generated/ParameterTable.sol";
import {LedgerLines} from "../../src/types/LedgerLines.sol";
import {ReportingFixture} from "../base/ReportingFixture.sol";
import {vm} from "../base/Vm.sol";

/// @notice An auditor leaves: requestExit, then withdrawStake.
contract RequestExitTest is ReportingFixture {
    address private _auditor;
    uint32 private _unbonding;

    function setUp() public override {
        super.setUp();
        _auditor = auditors[0];
        _unbonding = uint32(parameters.current(Parameter.unbondingRounds));
    }

    // Refusals

    function test_refusesWhoeverIsNoAuditor() external {
        vm.startPrank(outsider);
        vm.expectRevert(abi.encodeWithSelector(ITruthfulReporting.NotAuditor.selector, outsider));
        reporting.requestExit();
        vm.expectRevert(abi.encodeWithSelector(ITruthfulReporting.NotAuditor.selector, outsider));
        reporting.withdrawStake();
    }

    function test_refusesTwice() external {
        vm.startPrank(_auditor);
        reporting.requestExit();
        vm.expectRevert(abi.encodeWithSelector(ITruthfulReporting.NotAuditor.selector, _auditor));
        reporting.requestExit();
    }

    function test_16_noStakeLeavesWithoutAnExit() external {
        _assertLockedUntil(type(uint32).max);
    }

    function test_16_noStakeLeavesBeforeTheUnbonding() external {
        uint32 freeFrom = _round() + _unbonding;
        _exit();
        _toRound(freeFrom - 1);
        _assertLockedUntil(freeFrom);
    }

    function test_16_noStakeLeavesBeforeTheRevealItOwes() external {
        _setUnbonding(1);
        uint32 epoch = reporting.currentEpoch();
        _commit(_auditor, _only(_unanswered(1)));
        _exit();
        _toRound((epoch + 1) * EPOCH_ROUNDS - 1);
        _assertLockedUntil((epoch + 1) * EPOCH_ROUNDS);
        _reveal(_auditor, _only(_unanswered(1)));
        _skipRounds(1);
        _withdraw();
    }

    function test_16_noStakeLeavesBeforeAContestThatItMayDecide() external {
        _setUnbonding(1);
        uint32 deadline = _round() + 30;
        vm.prank(address(workloads));
        reporting.openContest(7, deadline);
        _exit();
        _toRound(deadline);
        _assertLockedUntil(deadline + 1);
        _skipRounds(1);
        _withdraw();
    }

    // What it does

    function test_givesTheStakeBackAfterTheUnbonding() external {
        uint32 freeFrom = _round() + _unbonding;
        vm.expectEmit(address(reporting));
        emit ITruthfulReporting.AuditorExitRequested(_auditor, freeFrom);
        _exit();
        vm.assertFalse(reporting.isAuditor(_auditor));
        vm.assertEq(reporting.auditorCount(), auditors.length - 1);

        _toRound(freeFrom);
        _withdraw();
        vm.assertEq(vault.availableMicro(_auditor), FUNDS_MICRO);
        vm.assertEq(vault.balanceMicro(LedgerLines.auditorStake(_auditor)), 0);
    }

    function test_letsThemComeBack() external {
        _exit();
        _skipRounds(_unbonding);
        _withdraw();
        _registerAuditor(_auditor);
        vm.assertTrue(reporting.isAuditor(_auditor));
    }

    function _exit() private {
        vm.prank(_auditor);
        reporting.requestExit();
    }

    function _withdraw() private {
        vm.prank(_auditor);
        reporting.withdrawStake();
    }

    function _setUnbonding(uint256 rounds) private {
        vm.prank(address(timelock));
        parameters.set(Parameter.unbondingRounds, rounds);
        _skipRounds(1);
    }

    function _assertLockedUntil(uint32 round) private {
        vm.prank(_auditor);
        vm.expectRevert(abi.encodeWithSelector(ITruthfulReporting.StakeLocked.selector, _auditor, round));
        reporting.withdrawStake();
    }
}
